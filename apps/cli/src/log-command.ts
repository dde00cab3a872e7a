import { CommandRunner, Option } from 'nest-commander';

/** A command that reads this machine's log. */
export abstract class LogCommand extends CommandRunner {
  @Option({
    flags: '--data-dir <directory>',
    description: 'where the log lies (default: DATA_DIR, else ./data)',
  })
  parseDataDir(directory: string): string {
    return directory;
  }
}
