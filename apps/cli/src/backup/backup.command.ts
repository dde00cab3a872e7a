import { backUp } from '@tierbook/platform';
import { Command, Help, Option } from 'nest-commander';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { formatBytes, formatCount } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { configurationHere } from '../this-machine';

interface Options extends OperatorOptions {
  readonly to: string;
  readonly keysTo?: string;
}

@Command({ name: 'backup', description: 'copy log, state and checkpoint beside a running service' })
export class BackupCommand extends OperatorCommand {
  async run(_args: string[], { to, keysTo, json, dataDir }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    const progress = new Progress('Copying, in percent of the log,', 100);
    let shown = 0;
    const manifest = await backUp({
      ...{ configuration, to, keysTo },
      onProgress: (share) => {
        progress.advance(share * 100 - shown);
        shown = share * 100;
      },
    }).finally(() => {
      progress.end();
    });
    if (json === true) {
      await print(jsonLine({ to, keysTo: keysTo ?? null, ...manifest }));
      return;
    }
    const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
    await print(
      `Backed up ${formatCount(manifest.events)} events to ${to}: ${formatBytes(bytes)}.`,
    );
    await print(`Position  ${manifest.position ?? '-'}`);
    await print(
      keysTo === undefined
        ? 'Keys      not copied: without a copy of their own (--keys-to), personal data is lost with them'
        : `Keys      ${keysTo}: keep them apart from it, and the key file apart from both`,
    );
  }

  @Option({
    flags: '--to <directory>',
    description: 'a new or empty directory, for log, state and checkpoint',
    required: true,
  })
  parseTo(directory: string): string {
    return directory;
  }

  @Option({
    flags: '--keys-to <directory>',
    description: 'another new or empty directory, for the personal keys',
  })
  parseKeysTo(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
Log, state and the last checkpoint are of one position, also while the service writes. The backup can be read as
a data directory: verify it with \`tierbook audit verify --data-dir <directory>\`. Views are built anew.

Example:
  tierbook backup --to /backup/log/2026-03-01 --keys-to /elsewhere/keys/2026-03-01`;
  }
}
