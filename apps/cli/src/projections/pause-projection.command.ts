import { SubCommand } from 'nest-commander';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { jsonLine, print } from '../terminal/output';
import { OPERATOR, withProjections } from './projections';

@SubCommand({
  name: 'pause',
  arguments: '<view>',
  description: 'hold a view still until it is resumed, also over restarts; reads go on',
})
export class PauseProjectionCommand extends OperatorCommand {
  async run([view = '']: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    await withProjections(dataDir, (projections) =>
      projections.control({ operation: 'pause', view, by: OPERATOR.id }),
    );
    await print(json === true ? jsonLine({ view, state: 'paused' }) : `${view} is paused.`);
  }
}

@SubCommand({
  name: 'resume',
  arguments: '<view>',
  description: 'let a paused view go on; an event that stood in its way is tried again',
})
export class ResumeProjectionCommand extends OperatorCommand {
  async run([view = '']: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    await withProjections(dataDir, (projections) =>
      projections.control({ operation: 'resume', view }),
    );
    await print(json === true ? jsonLine({ view, state: 'resumed' }) : `${view} goes on.`);
  }
}
