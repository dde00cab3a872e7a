import { CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { jsonLine, print } from '../terminal/output';
import { configurationHere } from '../this-machine';
import { openedFrom, verifyHere } from './checkpoints';

interface Options {
  readonly checkpoint?: readonly string[];
  readonly key?: readonly string[];
  readonly json?: boolean;
  readonly dataDir?: string;
}

@SubCommand({ name: 'verify', description: 'hold the whole log to signed checkpoints' })
export class VerifyLogCommand extends CommandRunner {
  async run(_args: string[], { checkpoint = [], key = [], ...options }: Options): Promise<void> {
    const configuration = configurationHere(process.env, options.dataDir);
    const files = checkpoint.length > 0 ? checkpoint : [configuration.auditCheckpointFile];
    const checkpoints = await openedFrom(files, key, configuration);
    const { events, faults } = await verifyHere(configuration, checkpoints);
    if (options.json === true)
      await print(jsonLine({ intact: faults.length === 0, events, faults }));
    if (faults.length > 0) throw new CommandFailedError(faults.join(' '));
    if (options.json === true) return;
    const sizes = checkpoints.map(({ size }) => String(size)).join(', ');
    await print(`Intact: ${String(events)} events, as the checkpoint of ${sizes} signs them.`);
  }

  @Option({
    flags: '--checkpoint <file>',
    description: 'a checkpoint that was kept, again for one more (default: the one beside the log)',
  })
  parseCheckpoint(file: string, earlier: readonly string[] = []): readonly string[] {
    return [...earlier, file];
  }

  @Option({
    flags: '--key <verifier key>',
    description: "who may have signed it (default: this machine's key file)",
  })
  parseKey(key: string, earlier: readonly string[] = []): readonly string[] {
    return [...earlier, key];
  }

  @Option({ flags: '--json', description: 'answer with JSON: { "intact", "events", "faults" }' })
  parseJson(): boolean {
    return true;
  }

  @Option({
    flags: '--data-dir <directory>',
    description: 'where the log lies (default: DATA_DIR, else ./data)',
  })
  parseDataDir(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
Reads the log's file itself and writes nothing; it may run beside the service, or on a copy of the data
directory. Ends with 1 where anything was changed, removed or put in between, and names the first event.

Examples:
  tierbook audit verify
  tierbook audit verify --data-dir ./copy --checkpoint last-week --key "$(cat verifier-key)"`;
  }
}
