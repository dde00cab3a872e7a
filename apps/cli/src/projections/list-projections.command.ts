import { SubCommand } from 'nest-commander';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { jsonLine, print } from '../terminal/output';
import { listLines } from './projection-lines';
import { withProjections } from './projections';

@SubCommand({ name: 'list', description: 'show every projection, and how far behind it is' })
export class ListProjectionsCommand extends OperatorCommand {
  async run(_args: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    const projections = await withProjections(dataDir, (each) => each.list());
    if (json === true) await print(jsonLine({ projections }));
    else for (const line of listLines(projections)) await print(line);
  }
}
