import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What tells whether a file is the one that was written. */
export interface FileDigest {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Reads the file through. */
export async function digestOfFile(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** The file's text, `undefined` where there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Whole or not at all, and durable; readable by its owner alone. Of several writers at once, in whichever processes,
 * the last one's text stays. A write that fails leaves the file as it was, and nothing beside it.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  // Of its own: another writer's draft must not be renamed away, nor written into.
  const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    await writeDurably(draft, text);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What was made, renamed or removed in the directory is so after a power loss too. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and needs no such sync.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The system's code of an error, such as ENOSPC. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'unknown error';
}
