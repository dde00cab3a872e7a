import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { keptCheckpoint } from '@tierbook/audit';
import {
  formatPosition,
  StoreFullError,
  StoreRefusedError,
  type Position,
} from '@tierbook/eventing';
import { copySqliteFiles, openSqliteStateReader, summariseLog } from '@tierbook/sqlite';
import type { Configuration } from './configuration';
import { eventLogPlace, refuseMissing } from './event-log';
import { codeOf, digestOfFile, replaceFile, syncDirectory, type FileDigest } from './files';
import { storePlaces } from './stores';

/** What a directory of a backup says of itself, written last: without it, it is none. */
export interface BackupManifest {
  readonly format: 'tierbook-backup/1';
  readonly takenAt: string;
  readonly logId: string;
  /** Of the last event; `null` of an empty log. */
  readonly position: Position | null;
  readonly events: number;
  /** By name, in the same directory. */
  readonly files: Readonly<Record<string, FileDigest>>;
}

/** As the files are named in a data directory, so that a backup can be read as one. */
export const BACKUP_FILES = {
  log: 'events.db',
  state: 'state.db',
  checkpoint: 'audit-checkpoint',
  keys: 'keys.db',
} as const;

const MANIFEST = 'backup.json';

export interface BackupOptions {
  readonly configuration: Configuration;
  /** A directory that is empty or is not there yet. */
  readonly to: string;
  /** Another one, for the personal keys; left out where they are copied by other means. */
  readonly keysTo?: string | undefined;
  readonly onProgress?: (share: number) => void;
}

/**
 * Copies log, state and the last checkpoint beside a running service, all as they stood at one position, and the
 * personal keys to a directory apart. What was begun is removed where it fails.
 *
 * @throws StoreRefusedError, StoreFullError, StoreUnavailableError: one line that says what to do.
 */
export async function backUp(options: BackupOptions): Promise<BackupManifest> {
  const { configuration, to, keysTo, onProgress } = options;
  const places = embeddedFiles(configuration);
  refuseMissing(places.log);
  refuseMissing(places.state);
  if (keysTo !== undefined) {
    refuseMissing(places.keys);
    if (isWithin(to, keysTo) || isWithin(keysTo, to)) {
      throw new StoreRefusedError(
        `${keysTo} is not apart from ${to}: whoever has both reads all personal data. Name another directory for the keys.`,
      );
    }
  }
  const targets = keysTo === undefined ? [to] : [to, keysTo];
  for (const target of targets) await makeEmpty(target);
  try {
    return await take(places, to, keysTo, onProgress);
  } catch (error) {
    for (const target of targets) await empty(target);
    throw isFull(error)
      ? new StoreFullError(`The disk under ${to} is full: free space, or name another disk.`, {
          cause: error,
        })
      : error;
  }
}

async function take(
  places: EmbeddedFiles,
  to: string,
  keysTo: string | undefined,
  onProgress?: (share: number) => void,
): Promise<BackupManifest> {
  const [log, state] = [join(to, BACKUP_FILES.log), join(to, BACKUP_FILES.state)];
  const keys =
    keysTo === undefined ? undefined : { from: places.keys, to: join(keysTo, BACKUP_FILES.keys) };
  const copies = { log: { from: places.log, to: log }, state: { from: places.state, to: state } };
  await copySqliteFiles({ ...copies, keys }, onProgress);
  const { logId, last } = summariseLog(log);
  const note = await checkpointIn(state);
  if (note !== undefined) await replaceFile(join(to, BACKUP_FILES.checkpoint), note);
  const of = {
    format: 'tierbook-backup/1' as const,
    takenAt: new Date().toISOString(),
    logId,
    position: last === 0 ? null : formatPosition(logId, last),
    events: last,
  };
  if (keysTo !== undefined) await describe(keysTo, of);
  return describe(to, of);
}

/** The state's own, since it is of the log's position: the published one may be a moment ahead. */
async function checkpointIn(path: string): Promise<string | undefined> {
  const state = openSqliteStateReader({ path });
  try {
    return await keptCheckpoint(state);
  } finally {
    await state.close();
  }
}

async function describe(
  directory: string,
  of: Omit<BackupManifest, 'files'>,
): Promise<BackupManifest> {
  const files: Record<string, FileDigest> = {};
  for (const name of (await readdir(directory)).sort()) {
    files[name] = await digestOfFile(join(directory, name));
  }
  const manifest = { ...of, files };
  await replaceFile(join(directory, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await syncDirectory(dirname(resolve(directory)));
  return manifest;
}

/**
 * What the backup in the directory says of itself, once every file is as it was written.
 * @throws StoreRefusedError where it is no backup, is damaged, or lacks one of these files.
 */
export async function readBackup(
  directory: string,
  needed: readonly string[],
): Promise<BackupManifest> {
  const manifest = await readManifest(directory);
  for (const name of needed) {
    if (manifest.files[name] === undefined) {
      throw new StoreRefusedError(`The backup in ${directory} has no ${name}: name another one.`);
    }
  }
  for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const path = join(directory, name);
    const found = await digestOfFile(path).catch(() => undefined);
    if (found?.bytes === bytes && found.sha256 === sha256) continue;
    throw new StoreRefusedError(
      `The backup in ${directory} is damaged: ${name} is not as it was taken. Use another backup.`,
    );
  }
  return manifest;
}

async function readManifest(directory: string): Promise<BackupManifest> {
  const path = join(directory, MANIFEST);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new StoreRefusedError(
      `${directory} is no backup: it has no ${MANIFEST}. Name a directory that \`tierbook backup\` made and finished.`,
    );
  }
  const found = parsed(text);
  if (found !== undefined) return found;
  throw new StoreRefusedError(
    `${path} is damaged, or of a newer Tierbook: use another backup, or upgrade.`,
  );
}

function parsed(text: string): BackupManifest | undefined {
  try {
    const value = JSON.parse(text) as Partial<BackupManifest> | null;
    const { format, takenAt, logId, events, files } = value ?? {};
    const isOne =
      format === 'tierbook-backup/1' &&
      typeof takenAt === 'string' &&
      typeof logId === 'string' &&
      Number.isSafeInteger(events) &&
      typeof files === 'object';
    return isOne ? (value as BackupManifest) : undefined;
  } catch {
    return undefined;
  }
}

/** Where the embedded engine keeps what is backed up. */
export interface EmbeddedFiles {
  readonly log: string;
  readonly state: string;
  readonly keys: string;
}

/** @throws StoreRefusedError where one of them is kept by a server, which has tools of its own. */
export function embeddedFiles(configuration: Configuration): EmbeddedFiles {
  const log = eventLogPlace(configuration);
  const { state, keys } = storePlaces(configuration);
  if (log.engine === 'sqlite' && state.engine === 'sqlite' && keys.engine === 'sqlite') {
    return { log: log.path, state: state.path, keys: keys.path };
  }
  throw new StoreRefusedError(
    'Log, state and keys must all be files of the embedded engine (sqlite:): what a server keeps is backed up by its own tools, as docs/operations.md says.',
  );
}

async function makeEmpty(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if ((await readdir(directory)).length === 0) return;
  } catch (error) {
    throw new StoreRefusedError(
      `Cannot make the directory ${directory} (${codeOf(error)}): name another one.`,
      { cause: error },
    );
  }
  throw new StoreRefusedError(`${directory} is not empty: name a new directory for each backup.`);
}

async function empty(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await rm(join(directory, name), { force: true });
}

function isWithin(directory: string, other: string): boolean {
  const path = relative(resolve(directory), resolve(other));
  return path === '' || !path.startsWith('..');
}

function isFull(error: unknown): boolean {
  return !(error instanceof StoreFullError) && codeOf(error) === 'ENOSPC';
}
