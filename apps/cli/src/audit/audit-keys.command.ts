import { formatVerifierKey, openCheckpoint, parseVerifierKey } from '@tierbook/audit';
import { CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { UsageError } from '../errors';
import { note, print } from '../terminal/output';
import { configurationHere } from '../this-machine';
import { checkpointIn, openedIn, verifierTexts } from './checkpoints';

interface Options {
  readonly announcedBy?: string;
  readonly key?: readonly string[];
  readonly dataDir?: string;
}

@SubCommand({ name: 'keys', description: 'print the verifier keys to give to auditors' })
export class AuditKeysCommand extends CommandRunner {
  async run(_args: string[], { announcedBy, key = [], dataDir }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    if (announcedBy !== undefined) {
      await printAnnounced(announcedBy, key);
      return;
    }
    for (const text of await verifierTexts(configuration)) await print(text);
  }

  @Option({
    flags: '--announced-by <checkpoint>',
    description: 'print instead the keys that sign beside yours now, as this checkpoint says',
  })
  parseAnnouncedBy(file: string): string {
    return file;
  }

  @Option({ flags: '--key <verifier key>', description: 'yours, which must have signed that' })
  parseKey(key: string, earlier: readonly string[] = []): readonly string[] {
    return [...earlier, key];
  }

  @Option({
    flags: '--data-dir <directory>',
    description: 'where the checkpoint lies (default: DATA_DIR, else ./data)',
  })
  parseDataDir(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
While a key is replaced, the former and the new one both sign, and each checkpoint names both: who trusts the former
is told of the new one under its signature.

Examples:
  tierbook audit keys
  tierbook audit keys --announced-by checkpoint --key "$(cat verifier-key)"`;
  }
}

async function printAnnounced(file: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) {
    throw new UsageError('Whom you trust must be said: --key <verifier key>.');
  }
  const trusted = keys.map(parseVerifierKey);
  const text = await checkpointIn(file);
  const { announced } = openedIn(file, () => openCheckpoint(text, trusted));
  if (announced.length === 0) note('No key is being replaced: yours alone signs.');
  for (const each of announced) await print(formatVerifierKey(each));
}
