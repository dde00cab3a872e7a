import { CommandRunner, Option } from 'nest-commander';

/** What every command for operators takes. */
export interface OperatorOptions {
  readonly json?: boolean;
  readonly dataDir?: string;
}

/** The options that every command for operators takes, said once. */
export abstract class OperatorCommand extends CommandRunner {
  @Option({ flags: '--json', description: 'one JSON object' })
  parseJson(): boolean {
    return true;
  }

  @Option({
    flags: '--data-dir <directory>',
    description: 'where the data lies (default: DATA_DIR, else ./data)',
  })
  parseDataDir(directory: string): string {
    return directory;
  }
}
