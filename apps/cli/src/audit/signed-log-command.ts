import { CommandRunner, Option } from 'nest-commander';

/** A command that reads the log and what lies beside it, such as in a copy of a data directory. */
export abstract class SignedLogCommand extends CommandRunner {
  @Option({
    flags: '--data-dir <directory>',
    description: 'where all of it lies, such as a copy (default: DATA_DIR and what else is set)',
  })
  parseDataDir(directory: string): string {
    return directory;
  }
}

/** One that holds it to checkpoints. */
export abstract class CheckpointCommand extends SignedLogCommand {
  @Option({
    flags: '--key <verifier key>',
    description: "who may have signed it (default: this machine's key file)",
  })
  parseKey(key: string, earlier: readonly string[] = []): readonly string[] {
    return [...earlier, key];
  }
}
