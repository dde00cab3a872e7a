import { LogProofs } from '@tierbook/audit';
import { parsePosition, positionOfEvent, type Position } from '@tierbook/eventing';
import { Help, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { jsonLine, print } from '../terminal/output';
import { configurationOf } from '../this-machine';
import { withTree } from './checkpoints';
import { SignedLogCommand } from './signed-log-command';

interface Options {
  readonly dataDir?: string;
}

@SubCommand({
  name: 'prove',
  arguments: '<event>',
  description: 'make a proof, as JSON, that an event stands in the signed log',
})
export class ProveCommand extends SignedLogCommand {
  async run([event = '']: string[], { dataDir }: Options): Promise<void> {
    const configuration = configurationOf(process.env, dataDir);
    const proof = await withTree(configuration, async (reader, state) => {
      const position =
        parsePosition(event) === undefined
          ? await positionOfEvent(reader, event)
          : (event as Position);
      const stored = position && (await reader.eventAt(position));
      if (position === undefined || stored === undefined) {
        throw new CommandFailedError(
          `There is no event ${event} in this log (${reader.logId}): name it by its id or its position.`,
        );
      }
      const made = await new LogProofs(reader, state).inclusion(position);
      if (made !== undefined) return made;
      throw new CommandFailedError(
        `No checkpoint signs event ${stored.id} at ${position} yet: the service signs each second while it runs.`,
      );
    });
    await print(jsonLine(proof));
  }

  @Help('after')
  help(): string {
    return `
Reads the files themselves and writes nothing; it may run beside the service, or on a copy of the data directory. An
event is named by its id or its position, as \`tierbook events read --json\` and the histories show them.

Example:
  tierbook audit prove 019a8f00-5b2c-7c31-9d0f-0f6f6a3c2b11 > proof.json`;
  }
}
