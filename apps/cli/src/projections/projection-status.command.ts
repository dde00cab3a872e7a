import { Help, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { jsonLine, print } from '../terminal/output';
import { statusLines } from './projection-lines';
import { withProjections } from './projections';

@SubCommand({
  name: 'status',
  arguments: '[view]',
  description: 'show all that is known of one projection, or of each; fails where one stands still',
})
export class ProjectionStatusCommand extends OperatorCommand {
  async run([view]: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    const all = await withProjections(dataDir, (each) => each.list());
    const projections = all.filter((each) => view === undefined || each.view === view);
    if (projections.length === 0) throw noProjection(view ?? '', all);
    if (json === true) await print(jsonLine({ projections }));
    else {
      for (const [index, each] of projections.entries()) {
        if (index > 0) await print('');
        for (const line of statusLines(each)) await print(line);
      }
    }
    const still = projections.filter(
      ({ state, parkedKeys, rebuild }) =>
        state === 'paused' || parkedKeys > 0 || rebuild?.stoppedBy !== undefined,
    );
    if (still.length > 0) {
      const names = still.map((each) => each.view).join(', ');
      throw new CommandFailedError(`Something stands still in ${names}.`);
    }
  }

  @Help('after')
  help(): string {
    return `
Exit codes: 0 all are well, 1 one is paused, has parked documents, or its rebuild has stopped.

Examples:
  tierbook projections status
  tierbook projections status customers --json | jq '.projections[0].lag'`;
  }
}

/** There is no such projection. */
export function noProjection(
  view: string,
  all: readonly { readonly view: string }[],
): CommandFailedError {
  const names = all.map((each) => each.view).join(', ');
  return new CommandFailedError(`There is no projection '${view}': there are ${names}.`);
}
