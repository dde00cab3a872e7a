import { CommandRunner, Option, SubCommand } from 'nest-commander';
import { print } from '../terminal/output';
import { configurationHere } from '../this-machine';
import { verifierTexts } from './checkpoints';

interface Options {
  readonly dataDir?: string;
}

@SubCommand({ name: 'keys', description: 'print the verifier keys to give to auditors' })
export class AuditKeysCommand extends CommandRunner {
  async run(_args: string[], { dataDir }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    for (const text of await verifierTexts(configuration)) await print(text);
  }

  @Option({
    flags: '--data-dir <directory>',
    description: 'where the checkpoint lies (default: DATA_DIR, else ./data)',
  })
  parseDataDir(directory: string): string {
    return directory;
  }
}
