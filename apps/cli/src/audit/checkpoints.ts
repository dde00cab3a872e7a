import {
  formatVerifierKey,
  openCheckpoint,
  parseVerifierKey,
  verifierKeyOf,
  verifyLog,
  type Checkpoint,
  type Verdict,
  type VerifierKey,
} from '@tierbook/audit';
import {
  auditSigners,
  openEventReader,
  openStateReader,
  readPublished,
  type Configuration,
} from '@tierbook/platform';
import { CommandFailedError } from '../errors';
import { Progress } from '../terminal/progress';
import { keysHere } from '../this-machine';

/** The checkpoint in a file. @throws CommandFailedError where there is none. */
export async function checkpointIn(file: string): Promise<string> {
  const note = await readPublished(file);
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

/** Holds the log of this machine to checkpoints, and to the tree kept beside it where that is there. */
export async function verifyHere(
  configuration: Configuration,
  checkpoints: readonly Checkpoint[],
): Promise<Verdict> {
  const log = await openEventReader(configuration);
  const state = await openStateReader(configuration);
  const size = Math.max(0, ...checkpoints.map((each) => each.size));
  const progress = new Progress('Verifying', size);
  try {
    return await verifyLog(log.reader, checkpoints, state, (events) => {
      progress.advance(events);
    });
  } finally {
    progress.end();
    await state?.close();
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
