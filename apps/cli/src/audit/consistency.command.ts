import {
  foreignTo,
  LogProofs,
  logNames,
  openCheckpoint,
  TreeProofs,
  TreeStore,
} from '@tierbook/audit';
import { CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { jsonLine, print } from '../terminal/output';
import { configurationOf } from '../this-machine';
import { checkpointIn, verifiersFor, withTree } from './checkpoints';

interface Options {
  readonly key?: readonly string[];
  readonly dataDir?: string;
}

@SubCommand({
  name: 'consistency',
  arguments: '<checkpoint>',
  description: 'make a proof, as JSON, that the log only grew since a checkpoint that was kept',
})
export class ConsistencyCommand extends CommandRunner {
  async run([file = '']: string[], { key = [], dataDir }: Options): Promise<void> {
    const configuration = configurationOf(process.env, dataDir);
    const note = await checkpointIn(file);
    const earlier = openCheckpoint(note, verifiersFor(note, key, configuration));
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

  @Option({
    flags: '--key <verifier key>',
    description: "who may have signed it (default: this machine's key file)",
  })
  parseKey(key: string, earlier: readonly string[] = []): readonly string[] {
    return [...earlier, key];
  }

  @Option({
    flags: '--data-dir <directory>',
    description: 'where all of it lies, such as a copy (default: DATA_DIR and what else is set)',
  })
  parseDataDir(directory: string): string {
    return directory;
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
