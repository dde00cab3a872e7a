import { restore } from '@tierbook/platform';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { wholeNumber } from '../option-values';
import { formatCount } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { configurationHere, keysHere } from '../this-machine';

interface Options {
  readonly from: string;
  readonly keysFrom?: string;
  readonly checkpoint?: string;
  readonly acceptLossAfter?: number;
  readonly json?: boolean;
  readonly dataDir?: string;
}

@Command({ name: 'restore', description: 'put a backup in place of a log that is gone' })
export class RestoreCommand extends CommandRunner {
  async run(_args: string[], { checkpoint, json, dataDir, ...options }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    const keys = keysHere(process.env, configuration);
    const restored = await restore({ configuration, keys, checkpointFile: checkpoint, ...options });
    if (json === true) {
      await print(jsonLine(restored));
      return;
    }
    const { logId, formerLogId, events, lost, erasedAgain, backupTakenAt } = restored;
    await print(`Restored ${formatCount(events)} events, of a backup taken at ${backupTakenAt}.`);
    await print(
      `Log           ${logId}, before ${formerLogId}: positions of before are unknown to it`,
    );
    await print(
      `Lost          ${lost === 0 ? 'no event that is known' : `${formatCount(lost)} events that were signed`}`,
    );
    await print(`Erased again  ${formatCount(erasedAgain)}`);
    await print('Start the service: it builds its views anew. Give auditors its new verifier key.');
  }

  @Option({
    flags: '--from <directory>',
    description: 'what `tierbook backup --to` made',
    required: true,
  })
  parseFrom(directory: string): string {
    return directory;
  }

  @Option({
    flags: '--keys-from <directory>',
    description: 'what its --keys-to made (default: the personal keys that are in place)',
  })
  parseKeysFrom(directory: string): string {
    return directory;
  }

  @Option({
    flags: '--checkpoint <file>',
    description: 'the last checkpoint that was kept (default: AUDIT_CHECKPOINT_FILE)',
  })
  parseCheckpoint(file: string): string {
    return file;
  }

  @Option({
    flags: '--accept-loss-after <events>',
    description: 'accept that what came after so many events is lost: as many as the backup has',
  })
  parseAcceptLossAfter(text: string): number {
    return wholeNumber('--accept-loss-after', text, 0, Number.MAX_SAFE_INTEGER);
  }

  @Option({ flags: '--json', description: 'one JSON object' })
  parseJson(): boolean {
    return true;
  }

  @Option({
    flags: '--data-dir <directory>',
    description: 'where to restore (default: DATA_DIR, else ./data)',
  })
  parseDataDir(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
Stop the service, and restore where there is no log: nothing is written over one. The backup is held to its
signatures first. The log goes on under another id and name, beginning with a LogRestored event; whoever was
erased since the backup, as noted beside AUDIT_CHECKPOINT_FILE, is erased again.

Examples:
  tierbook restore --from /backup/log/2026-03-01 --keys-from /elsewhere/keys/2026-03-01
  tierbook restore --from /backup/log/2026-03-01 --accept-loss-after 222`;
  }
}
