import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, format, join, parse } from 'node:path';
import {
  foreignTo,
  logNames,
  openOwnCheckpoint,
  RefusalLog,
  renameTree,
  TransparencyLog,
  verifyLog,
  type Checkpoint,
} from '@tierbook/audit';
import {
  systemClock,
  StoreFullError,
  StoreRefusedError,
  streamName,
  type EventStore,
  type LogRestored,
  type PersonalKeys,
} from '@tierbook/eventing';
import type { KeyMaterial } from '@tierbook/identity';
import {
  openSqliteEventReader,
  openSqliteEventStore,
  openSqlitePersonalKeys,
  openSqliteStateStore,
  renameLog,
  takeStoreLock,
} from '@tierbook/sqlite';
import type { StateStore } from '@tierbook/state';
import {
  BACKUP_FILES,
  embeddedFiles,
  readBackup,
  type BackupManifest,
  type EmbeddedFiles,
} from './backup';
import type { Configuration } from './configuration';
import { erasuresFile, notingErasures, readErasures } from './erasure-record';
import { codeOf, readIfThere, replaceFile, syncDirectory } from './files';
import { newId } from './new-id';
import { auditSigners } from './tierbook';

export interface RestoreOptions {
  readonly configuration: Configuration;
  readonly keys: KeyMaterial;
  /** What `tierbook backup --to` made. */
  readonly from: string;
  /** What its `--keys-to` made; left out where the personal keys are in place. */
  readonly keysFrom?: string | undefined;
  /** The last checkpoint that anybody kept; by default the one beside the log. */
  readonly checkpointFile?: string | undefined;
  /** Events after so many are lost, and that is accepted. */
  readonly acceptLossAfter?: number | undefined;
  /** Told of events as they are read. */
  readonly onProgress?: (events: number) => void;
}

export interface Restored {
  readonly logId: string;
  readonly formerLogId: string;
  readonly backupTakenAt: string;
  /** Events saved; `LogRestored` follows them. */
  readonly events: number;
  /** Events known to be lost. */
  readonly lost: number;
  /** Subjects whose keys the copy still had, destroyed again. */
  readonly erasedAgain: number;
  /** The first checkpoint under the new name. */
  readonly checkpoint: string;
}

/**
 * Puts a backup in place of a log that is gone, as a log of another name: what is saved is held to the signatures
 * first, then `LogRestored` follows it, and whoever was erased since the backup is erased again. Nothing is in place
 * before all of it is ready; the log comes last.
 *
 * @throws StoreLockedError beside a running service; StoreRefusedError where there is a log already, the backup is
 *   damaged or altered, or a loss is not accepted; CheckpointInvalidError, StoreFullError. One line each.
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { configuration, from, keysFrom } = options;
  const targets = embeddedFiles(configuration);
  const manifest = await readBackup(from, [BACKUP_FILES.log, BACKUP_FILES.state]);
  await checkKeysBackup(manifest, from, keysFrom);
  await makeDirectories([targets.log, targets.state, targets.keys]);
  const lock = takeStoreLock(targets.log);
  const staged = stagedFiles(targets);
  try {
    refuseWhatIsThere(targets, keysFrom);
    await removeFiles(staged);
    const copies = [
      [join(from, BACKUP_FILES.log), staged.log],
      [join(from, BACKUP_FILES.state), staged.state],
      ...(keysFrom === undefined ? [] : [[join(keysFrom, BACKUP_FILES.keys), staged.keys]]),
    ] as const;
    for (const [source = '', target = ''] of copies) await copy(source, target);
    const restored = await prepare(options, manifest, staged, targets);
    await putInPlace(configuration, staged, targets, restored, keysFrom !== undefined);
    return restored;
  } finally {
    await removeFiles(staged);
    lock.close();
  }
}

/** The keys of a copy from before the log's may lack some that its events need. */
async function checkKeysBackup(
  { logId, takenAt }: BackupManifest,
  from: string,
  keysFrom: string | undefined,
): Promise<void> {
  if (keysFrom === undefined) return;
  const keys = await readBackup(keysFrom, [BACKUP_FILES.keys]);
  if (keys.logId !== logId) {
    throw new StoreRefusedError(
      `The keys in ${keysFrom} are of log ${keys.logId}, and ${from} is of log ${logId}: name those that belong together.`,
    );
  }
  if (keys.takenAt >= takenAt) return;
  throw new StoreRefusedError(
    `The keys in ${keysFrom} were copied at ${keys.takenAt}, before the log (${takenAt}): name the keys of the same backup, or later ones.`,
  );
}

function refuseWhatIsThere({ log, state, keys }: EmbeddedFiles, keysFrom?: string): void {
  const there = [log, state, ...(keysFrom === undefined ? [] : [keys])]
    .flatMap((path) => [path, `${path}-wal`])
    .find((path) => existsSync(path));
  if (there !== undefined) {
    throw new StoreRefusedError(
      `There is ${there} already, and nothing is restored over it: name an empty directory, or move that away.`,
    );
  }
  if (keysFrom === undefined && !existsSync(keys)) {
    throw new StoreRefusedError(
      `There are no personal keys in ${keys}: name their backup by --keys-from.`,
    );
  }
}

/** Beside the target, so that putting it in place is a rename. */
function stagedFiles(targets: EmbeddedFiles): EmbeddedFiles {
  const staged = (path: string) => {
    const { dir, name, ext } = parse(path);
    return format({ dir, name: `${name}.restoring`, ext });
  };
  return { log: staged(targets.log), state: staged(targets.state), keys: staged(targets.keys) };
}

async function prepare(
  options: RestoreOptions,
  manifest: BackupManifest,
  staged: EmbeddedFiles,
  targets: EmbeddedFiles,
): Promise<Restored> {
  const { configuration, keys, keysFrom, acceptLossAfter } = options;
  const lastKnown = await lastKnownCheckpoint(options);
  const saved = await verified(staged, manifest, options, lastKnown?.checkpoint);
  const lost = lossOf(saved.events, lastKnown, acceptLossAfter, options);
  const logId = randomBytes(8).toString('hex');
  const state = openSqliteStateStore({ path: staged.state });
  try {
    const origin = `${new URL(configuration.publicUrl).hostname}/${logId}`;
    await renameTree(state, { origin, size: saved.events });
    // Refusals are chained by their very text.
    renameLog(staged, { from: manifest.logId, to: logId }, ['refusals']);
    const store = await openSqliteEventStore({ path: staged.log });
    try {
      await recordRestore(store, configuration.namespace, {
        formerLogId: manifest.logId,
        events: saved.events,
        backupTakenAt: manifest.takenAt,
        checkpoint: saved.note ?? null,
        lost:
          lastKnown === undefined || lost === 0
            ? null
            : { events: lost, checkpoint: lastKnown.note },
        lossAccepted: acceptLossAfter !== undefined,
      });
      const path = keysFrom === undefined ? targets.keys : staged.keys;
      const erasedAgain = await eraseAgain(
        openSqlitePersonalKeys({ path, masterKeys: keys.personalData }),
        erasuresFile(configuration.auditCheckpointFile),
      );
      const checkpoint = await firstCheckpoint(store, state, origin, keys);
      const of = { logId, formerLogId: manifest.logId, backupTakenAt: manifest.takenAt };
      return { ...of, events: saved.events, lost, erasedAgain, checkpoint };
    } finally {
      await store.close();
    }
  } finally {
    await state.close();
  }
}

interface KnownCheckpoint {
  readonly file: string;
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

async function lastKnownCheckpoint({
  configuration,
  keys,
  checkpointFile,
}: RestoreOptions): Promise<KnownCheckpoint | undefined> {
  const file = checkpointFile ?? configuration.auditCheckpointFile;
  const note = await readIfThere(file);
  if (note !== undefined) {
    return { file, note, checkpoint: openOwnCheckpoint(note, auditSigners(keys)) };
  }
  if (checkpointFile === undefined) return undefined;
  throw new StoreRefusedError(`There is no checkpoint in ${file}: name another file.`);
}

/** Holds the copy to what was signed of it. */
async function verified(
  staged: EmbeddedFiles,
  manifest: BackupManifest,
  { from, keys, onProgress }: RestoreOptions,
  known: Checkpoint | undefined,
): Promise<{ readonly events: number; readonly note: string | undefined }> {
  const note = await readIfThere(join(from, BACKUP_FILES.checkpoint));
  const signed = note === undefined ? [] : [openOwnCheckpoint(note, auditSigners(keys))];
  const reader = openSqliteEventReader(staged.log);
  const state = openSqliteStateStore({ path: staged.state });
  try {
    const names = await logNames(state);
    const foreign =
      names === undefined || known === undefined
        ? undefined
        : foreignTo(names, { ...known, size: 0 });
    if (foreign !== undefined) {
      throw new StoreRefusedError(
        `${foreign} Name the last checkpoint of the backup's own log by --checkpoint.`,
      );
    }
    // What the last checkpoint signs beyond the backup is lost, and told apart.
    const within = known !== undefined && known.size <= manifest.events ? [known] : [];
    const { events, faults } = await verifyLog(reader, [...signed, ...within], {
      kept: state,
      ...(onProgress && { onProgress }),
    });
    const [fault] = faults;
    if (fault === undefined) return { events, note };
    throw new StoreRefusedError(
      `The backup in ${from} is not what was signed: ${fault} Use another backup.`,
    );
  } finally {
    await state.close();
    await reader.close();
  }
}

/** How many events are known to be lost, once that is accepted. */
function lossOf(
  events: number,
  known: KnownCheckpoint | undefined,
  accepted: number | undefined,
  { configuration }: RestoreOptions,
): number {
  const flag = `--accept-loss-after ${String(events)}`;
  if (accepted !== undefined && accepted !== events) {
    throw new StoreRefusedError(
      `The backup ends after ${String(events)} events, not after ${String(accepted)}: what comes after is lost. Restore a newer backup, or accept it by ${flag}.`,
    );
  }
  const lost = Math.max(0, (known?.checkpoint.size ?? 0) - events);
  if (accepted !== undefined || (known !== undefined && lost === 0)) return lost;
  throw new StoreRefusedError(
    known === undefined
      ? `No checkpoint in ${configuration.auditCheckpointFile} tells whether events came after the ${String(events)} of the backup: name the last one that was kept by --checkpoint, or accept that what came is lost by ${flag}.`
      : `The backup ends after ${String(events)} events, and the checkpoint in ${known.file} signs ${String(known.checkpoint.size)}: ${String(lost)} would be lost. Restore a newer backup, or accept it by ${flag}.`,
  );
}

async function recordRestore(
  store: EventStore,
  namespace: string,
  data: LogRestored['data'],
): Promise<void> {
  const head = await store.head();
  const last = head === undefined ? undefined : await store.eventAt(head);
  const now = systemClock.now().toISOString();
  // Nothing in a log is stamped below what stands before it.
  const stamped = last?.metadata.recordedAt ?? now;
  const at = stamped > now ? stamped : now;
  const commandId = newId();
  await store.append([
    {
      stream: streamName(namespace, 'log', data.formerLogId),
      expectedRevision: 'no_stream',
      events: [
        {
          id: newId(),
          type: 'LogRestored',
          schemaVersion: 1,
          data,
          metadata: {
            occurredAt: now,
            recordedAt: at,
            tenant: null,
            parties: [],
            actor: { kind: 'process', id: 'restore', organisation: 'operator' },
            commandId,
            fingerprint: { kid: 'process', mac: commandId },
            correlationId: commandId,
            causationId: commandId,
          },
        },
      ],
    },
  ]);
}

/** Destroys what the copy of the keys has of those who were erased since; their events are recorded at the next start. */
async function eraseAgain(store: PersonalKeys, file: string): Promise<number> {
  try {
    const erasures = await readErasures(file);
    const keys = await notingErasures(store, file);
    let count = 0;
    for (const { subject, at } of erasures) {
      const { kind } = await keys.find(subject);
      if (kind === 'destroyed') continue;
      await keys.destroy(subject, at);
      count += 1;
    }
    return count;
  } finally {
    await store.close();
  }
}

/** Signs what is saved, and that it was restored, under the new name. */
async function firstCheckpoint(
  reader: EventStore,
  state: StateStore,
  origin: string,
  keys: KeyMaterial,
): Promise<string> {
  const refusals = new RefusalLog({ state, clock: systemClock, onFailure: () => undefined });
  let signed = '';
  const log = await TransparencyLog.open(
    {
      reader,
      state,
      origin,
      signers: auditSigners(keys),
      refusals: () => refusals.head(),
      publish: (note) => {
        signed = note;
        return Promise.resolve();
      },
    },
    undefined,
  );
  await log.advance();
  await refusals.close();
  return signed;
}

async function putInPlace(
  { auditCheckpointFile }: Configuration,
  staged: EmbeddedFiles,
  targets: EmbeddedFiles,
  { checkpoint, formerLogId }: Restored,
  withKeys: boolean,
): Promise<void> {
  if (withKeys) await rename(staged.keys, targets.keys);
  await rename(staged.state, targets.state);
  if (existsSync(auditCheckpointFile)) {
    await copyFile(auditCheckpointFile, `${auditCheckpointFile}-of-${formerLogId}`);
  }
  await replaceFile(auditCheckpointFile, checkpoint);
  // Last: without a log, a service with this state refuses to start.
  await rename(staged.log, targets.log);
  for (const path of Object.values(targets) as string[]) await syncDirectory(dirname(path));
}

async function copy(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    throw codeOf(error) === 'ENOSPC'
      ? new StoreFullError(
          `The disk under ${to} is full: nothing was restored. Free space, and restore again.`,
          { cause: error },
        )
      : error;
  }
}

async function makeDirectories(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new StoreRefusedError(
        `Cannot make the directory ${dirname(path)} (${codeOf(error)}): name another one.`,
        { cause: error },
      );
    }
  }
}

async function removeFiles(files: EmbeddedFiles): Promise<void> {
  for (const path of Object.values(files) as string[]) {
    for (const end of ['', '-wal', '-shm', '-journal']) await rm(path + end, { force: true });
    const { dir, name } = parse(path);
    await rm(format({ dir, name, ext: '.lock' }), { force: true });
  }
}
