import { SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { withProjections } from '../projections/projections';
import { formatTable } from '../terminal/format';
import { jsonLine, note, print } from '../terminal/output';

@SubCommand({ name: 'list', description: 'show every document that stands still, and why' })
export class ListParkedCommand extends OperatorCommand {
  async run(_args: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    const parkedKeys = await withProjections(dataDir, (projections) => projections.parked());
    if (json === true) {
      await print(jsonLine({ parkedKeys }));
      return;
    }
    if (parkedKeys.length === 0) {
      note('No document stands still.');
      return;
    }
    const rows = parkedKeys.map(({ view, key, event, at, stopsRebuild }) => [
      view,
      key,
      event.type,
      at,
      stopsRebuild ? 'stops the rebuild' : '',
    ]);
    const lines = formatTable([['VIEW', 'KEY', 'EVENT', 'SINCE', ''], ...rows], []);
    for (const line of lines) await print(line);
  }
}

@SubCommand({
  name: 'show',
  arguments: '<view> <key>',
  description: 'show what a document could not take, and which events wait for it',
})
export class ShowParkedCommand extends OperatorCommand {
  async run([view = '', key = '']: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    const parked = await withProjections(dataDir, (projections) => projections.show(view, key));
    if (parked.length === 0) throw notParked(view, key);
    if (json === true) {
      await print(jsonLine({ parked }));
      return;
    }
    for (const { generation, event, error, at, waiting, more, stopsRebuild } of parked) {
      const where = stopsRebuild ? 'stops its rebuild' : `build ${String(generation)}`;
      await print(`${view} ${key} (${where})`);
      await print(`Since    ${at}`);
      await print(`Event    ${event.type} ${event.id} at ${event.position}`);
      await print(`Because  ${error}`);
      for (const each of waiting)
        await print(`Waits    ${each.type} ${each.id} at ${each.position}`);
      if (more) await print('Waits    and more');
    }
  }
}

/** The view has not parked this key. */
export function notParked(view: string, key: string): CommandFailedError {
  return new CommandFailedError(
    `${view} has not parked the key '${key}': see \`tierbook parked list\`.`,
  );
}
