import {
  foreignTo,
  formatVerifierKey,
  logNames,
  openCheckpoint,
  parseVerifierKey,
  verifierKeyOf,
  verifyLog,
  type Checkpoint,
  type Verdict,
  type Verification,
  type VerifierKey,
} from '@tierbook/audit';
import {
  auditSigners,
  openEventReader,
  openStateReader,
  readIfThere,
  type Configuration,
} from '@tierbook/platform';
import type { EventReader } from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import { CommandFailedError } from '../errors';
import { Progress } from '../terminal/progress';
import { keysHere } from '../this-machine';

/** The checkpoint in a file. @throws CommandFailedError where there is none. */
export async function checkpointIn(file: string): Promise<string> {
  const note = await readIfThere(file);
  if (note !== undefined) return note;
  throw new CommandFailedError(`There is no checkpoint in ${file}: name another file.`);
}

/** The keys given as text, else those of this machine's key file, as they sign this checkpoint's log. */
export function verifiersFor(
  note: string,
  given: readonly string[],
  configuration: Configuration,
): readonly VerifierKey[] {
  if (given.length > 0) return given.map(parseVerifierKey);
  const [origin = ''] = note.split('\n');
  const keys = keysHere(process.env, configuration);
  return auditSigners(keys).map((signer) => verifierKeyOf(origin, signer));
}

/** The keys of this machine's key file as auditors are given them. */
export async function verifierTexts(configuration: Configuration): Promise<readonly string[]> {
  const note = await checkpointIn(configuration.auditCheckpointFile);
  return verifiersFor(note, [], configuration).map(formatVerifierKey);
}

/**
 * Reads this machine's log and the tree kept beside it, also beside a running service.
 * @throws CommandFailedError where there is no state.
 */
export async function withTree<T>(
  configuration: Configuration,
  use: (reader: EventReader, state: StateStore) => Promise<T>,
): Promise<T> {
  const log = await openEventReader(configuration);
  const state = await openStateReader(configuration);
  try {
    if (state !== undefined) return await use(log.reader, state);
    throw new CommandFailedError(
      'The state with the log’s tree is not here: name its file by STATE_STORE_URL, or copy it with the log.',
    );
  } finally {
    await state?.close();
    await log.close();
  }
}

/** How far a verification is, in a file of the caller's. */
export interface Resumption {
  readonly from: Verification | undefined;
  readonly save: (reached: Verification) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Holds the log of this machine to checkpoints, and to the tree kept beside it where that is there.
 * @throws StoreRefusedError, also where `resumption` does not go on in this log.
 */
export async function verifyHere(
  configuration: Configuration,
  checkpoints: readonly Checkpoint[],
  resumption?: Resumption,
): Promise<Verdict> {
  const log = await openEventReader(configuration);
  const kept = await openStateReader(configuration);
  const size = Math.max(0, ...checkpoints.map((each) => each.size));
  const from = resumption?.from;
  const progress = new Progress('Verifying', size - (from?.size ?? 0));
  try {
    const names = kept && (await logNames(kept));
    const foreign = checkpoints.map((each) => names && foreignTo(names, each));
    const own = checkpoints.filter((_, at) => foreign[at] === undefined);
    const verdict = await verifyLog(log.reader, own, {
      ...{ kept, ...resumption },
      onProgress: (events) => {
        progress.advance(events);
      },
    });
    const strangers = foreign.filter((each) => each !== undefined);
    return { ...verdict, faults: [...verdict.faults, ...strangers] };
  } finally {
    progress.end();
    await kept?.close();
    await log.close();
  }
}

/** The checkpoints in these files, opened. */
export async function openedFrom(
  files: readonly string[],
  given: readonly string[],
  configuration: Configuration,
): Promise<readonly Checkpoint[]> {
  const opened: Checkpoint[] = [];
  for (const file of files) {
    const note = await checkpointIn(file);
    opened.push(openCheckpoint(note, verifiersFor(note, given, configuration)));
  }
  return opened;
}
