import { readIfThere, replaceFile } from '@tierbook/platform';
import { Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { LogCommand } from '../log-command';
import { print } from '../terminal/output';
import { configurationHere } from '../this-machine';
import { checkpointIn, openedFrom, verifyHere } from './checkpoints';

interface Options {
  readonly file: string;
  readonly key?: readonly string[];
  readonly dataDir?: string;
}

@SubCommand({
  name: 'witness',
  description: 'keep the last checkpoint elsewhere, as long as the log extends it',
})
export class WitnessCommand extends LogCommand {
  async run(_args: string[], { file, key = [], dataDir }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    const current = configuration.auditCheckpointFile;
    const note = await checkpointIn(current);
    const isFirst = (await readIfThere(file)) === undefined;
    const files = isFirst ? [current] : [file, current];
    const checkpoints = await openedFrom(files, key, configuration);
    const { faults } = await verifyHere(configuration, checkpoints);
    if (faults.length > 0) {
      throw new CommandFailedError(`ALARM: ${faults.join(' ')} ${file} is kept as it was.`);
    }
    await replaceFile(file, note);
    await print(`Kept in ${file}: ${String(checkpoints.at(-1)?.size ?? 0)} events.`);
  }

  @Option({
    flags: '--file <file>',
    description: 'where the last checkpoint is kept: not beside the log',
    required: true,
  })
  parseFile(file: string): string {
    return file;
  }

  @Option({
    flags: '--key <verifier key>',
    description: "who may have signed it (default: this machine's key file)",
  })
  parseKey(key: string, earlier: readonly string[] = []): readonly string[] {
    return [...earlier, key];
  }

  @Help('after')
  help(): string {
    return `
Reads the whole log; for a timer of the machine's own. Ends with 1, and keeps the earlier checkpoint, when the
log does not begin with all that it signs.

Example:
  tierbook audit witness --file /mnt/elsewhere/checkpoint`;
  }
}
