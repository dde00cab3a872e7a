import {
  foreignTo,
  LogProofs,
  logNames,
  openCheckpoint,
  TreeProofs,
  TreeStore,
} from '@tierbook/audit';
import { Help, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { jsonLine, print } from '../terminal/output';
import { configurationOf } from '../this-machine';
import { checkpointIn, openedIn, verifiersFor, withTree } from './checkpoints';
import { CheckpointCommand } from './signed-log-command';

interface Options {
  readonly key?: readonly string[];
  readonly dataDir?: string;
}

@SubCommand({
  name: 'consistency',
  arguments: '<checkpoint>',
  description: 'make a proof, as JSON, that the log only grew since a checkpoint that was kept',
})
export class ConsistencyCommand extends CheckpointCommand {
  async run([file = '']: string[], { key = [], dataDir }: Options): Promise<void> {
    const configuration = configurationOf(process.env, dataDir);
    const note = await checkpointIn(file);
    const keys = verifiersFor(note, key, configuration);
    const earlier = openedIn(file, () => openCheckpoint(note, keys));
    const proof = await withTree(configuration, async (reader, state) => {
      const names = await logNames(state);
      const foreign = names && foreignTo(names, earlier);
      if (foreign !== undefined) throw new CommandFailedError(foreign);
      if (names !== undefined && names.origin !== earlier.origin) {
        throw new CommandFailedError(
          `The log was restored since, and is ${names.origin} now: hold it to this checkpoint by \`tierbook audit verify --checkpoint ${file}\`.`,
        );
      }
      const made = await new LogProofs(reader, state).consistency(earlier.size);
      if (made === undefined) {
        throw new CommandFailedError(
          `The last checkpoint here signs fewer than the ${String(earlier.size)} events of ${file}: the log was cut, or this copy is older.`,
        );
      }
      const root = await new TreeProofs(new TreeStore(state).tile).root(earlier.size);
      if (root.equals(earlier.root)) return made;
      throw new CommandFailedError(
        `The first ${String(earlier.size)} events are not those that ${file} signs: the log is forked. Run \`tierbook audit verify\` to see where.`,
      );
    });
    await print(jsonLine(proof));
  }

  @Help('after')
  help(): string {
    return `
By the tree that is kept beside the log, without reading the log: \`tierbook audit verify\` reads it. The proof is checked
by \`tierbook audit check\`, with the checkpoint that was kept.

Example:
  tierbook audit consistency last-week > consistency.json
  tierbook audit check consistency.json --earlier last-week --key "$(cat verifier-key)"`;
  }
}
