import {
  CheckpointInvalidError,
  foreignTo,
  formatVerifierKey,
  logNames,
  openCheckpoint,
  parseVerifierKey,
  ProofInvalidError,
  RefusalLog,
  verifierKeyOf,
  verifyLog,
  type Checkpoint,
  type LogNames,
  type Verdict,
  type Verification,
  type VerifierKey,
} from '@tierbook/audit';
import {
  auditSigners,
  beginLogIndexCheck,
  openEventReader,
  openStateReader,
  readIfThere,
  type Configuration,
} from '@tierbook/platform';
import { systemClock, type EventReader } from '@tierbook/eventing';
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
  const indexes = beginLogIndexCheck(configuration);
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
    if (verdict.stopped) return { ...verdict, faults: [...verdict.faults, ...strangers] };
    const refusals = await refusalFaults(kept, names, own);
    const unfound = [await indexes?.fault].filter((each) => each !== undefined);
    return { ...verdict, faults: [...verdict.faults, ...refusals, ...unfound, ...strangers] };
  } finally {
    progress.end();
    await indexes?.stop();
    await kept?.close();
    await log.close();
  }
}

/** What is wrong with the log of refused commands, where that is here: each checkpoint signs its head, too. */
async function refusalFaults(
  state: StateStore | undefined,
  names: LogNames | undefined,
  checkpoints: readonly Checkpoint[],
): Promise<readonly string[]> {
  if (state === undefined) return [];
  const log = new RefusalLog({ state, clock: systemClock, onFailure: () => undefined });
  const { size: end } = await log.head();
  // Refused commands that a restore lost are told by its LogRestored event, as lost events are.
  const isLost = ({ origin, refusals }: Checkpoint) =>
    names !== undefined && origin !== names.origin && refusals.size > end;
  const heads = checkpoints.filter((each) => !isLost(each)).map(({ refusals }) => refusals);
  const verdict = await log.verify(heads);
  return verdict.intact ? [] : [`The log of refused commands was altered. ${verdict.reason}`];
}

/** The checkpoints in these files, opened. @throws CommandFailedError naming the file that holds none of these keys. */
export async function openedFrom(
  files: readonly string[],
  given: readonly string[],
  configuration: Configuration,
): Promise<readonly Checkpoint[]> {
  const opened: Checkpoint[] = [];
  for (const file of files) {
    const note = await checkpointIn(file);
    const keys = verifiersFor(note, given, configuration);
    opened.push(openedIn(file, () => openCheckpoint(note, keys)));
  }
  return opened;
}

/** What the work makes of a file; what is wrong with a checkpoint or a proof in it is said of the file. */
export function openedIn<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isItsOwn = error instanceof CheckpointInvalidError || error instanceof ProofInvalidError;
    if (!isItsOwn) throw error;
    throw new CommandFailedError(`${file}: ${error.message}`);
  }
}
