import { rm } from 'node:fs/promises';
import {
  parseVerification,
  type Checkpoint,
  type Verdict,
  type Verification,
} from '@tierbook/audit';
import { readIfThere, replaceFile } from '@tierbook/platform';
import { Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { jsonLine, print } from '../terminal/output';
import { configurationOf } from '../this-machine';
import { openedFrom, verifyHere, type Resumption } from './checkpoints';
import { CheckpointCommand } from './signed-log-command';

interface Options {
  readonly checkpoint?: readonly string[];
  readonly key?: readonly string[];
  readonly resume?: string;
  readonly json?: boolean;
  readonly dataDir?: string;
}

@SubCommand({ name: 'verify', description: 'hold the whole log to signed checkpoints' })
export class VerifyLogCommand extends CheckpointCommand {
  async run(_args: string[], { checkpoint = [], key = [], ...options }: Options): Promise<void> {
    const configuration = configurationOf(process.env, options.dataDir);
    const files = checkpoint.length > 0 ? checkpoint : [configuration.auditCheckpointFile];
    const checkpoints = await openedFrom(files, key, configuration);
    const { resume } = options;
    const resumption = resume === undefined ? undefined : await resumptionIn(resume);
    const verdict = await verifyHere(configuration, checkpoints, resumption);
    const { events, signed, faults, stopped } = verdict;
    if (stopped) {
      throw new CommandFailedError(
        `Stopped after ${String(events)} events, without a fault so far: run it again to go on from ${resume ?? '-'}.`,
      );
    }
    if (resume !== undefined) await rm(resume, { force: true });
    if (options.json === true)
      await print(jsonLine({ intact: faults.length === 0, events, signed, faults }));
    if (faults.length > 0) throw new CommandFailedError(faults.join(' '));
    if (options.json !== true) await print(intactLine(checkpoints, verdict));
  }

  @Option({
    flags: '--checkpoint <file>',
    description: 'a checkpoint that was kept, again for one more (default: the one beside the log)',
  })
  parseCheckpoint(file: string, earlier: readonly string[] = []): readonly string[] {
    return [...earlier, file];
  }

  @Option({
    flags: '--resume <file>',
    description: 'where to keep how far it is: run again after a stop, it goes on from there',
  })
  parseResume(file: string): string {
    return file;
  }

  @Option({
    flags: '--json',
    description: 'answer with JSON: { "intact", "events", "signed", "faults" }',
  })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return `
Reads the log's file itself and writes nothing; it may run beside the service, or on a copy of the data
directory. Ends with 1 where anything was changed, removed or put in between, and names the first event.

With --resume it can be stopped (Ctrl-C) at any time, and goes on from what the file says was read: it is not read
again. Keep the file where only you write, away from the log; where you cannot, begin anew.

Examples:
  tierbook audit verify
  tierbook audit verify --resume ./how-far
  tierbook audit verify --data-dir ./copy --checkpoint last-week --key "$(cat verifier-key)"`;
  }
}

/** What was found, and of how many events no signature that was given says anything. */
function intactLine(checkpoints: readonly Checkpoint[], { events, signed }: Verdict): string {
  const sizes = [...new Set(checkpoints.map(({ size }) => size))].sort((a, b) => a - b).join(', ');
  const held = `Intact: ${String(events)} events`;
  if (signed === events) return `${held}, all of which the checkpoint of ${sizes} signs.`;
  return (
    `${held}. The first ${String(signed)} are those that the checkpoint of ${sizes} signs; ` +
    `${String(events - signed)} came later, and a later checkpoint signs them.`
  );
}

/** Goes on from the file where it is there, and is stopped, with what was reached saved, as one stops a command. */
async function resumptionIn(file: string): Promise<Resumption> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stopping.abort();
    });
  }
  return {
    from: await verificationIn(file),
    save: (reached) => replaceFile(file, JSON.stringify(reached)),
    signal: stopping.signal,
  };
}

async function verificationIn(file: string): Promise<Verification | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const verification = parseVerification(text);
  if (verification !== undefined) return verification;
  throw new CommandFailedError(
    `${file} does not say how far a verification is: name another file, or remove it to begin anew.`,
  );
}
