import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ROOT, storesOf } from './service';

/** What a command printed, and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Settings of whoever runs the tests. */
const UNSET = { PORT: '', PUBLIC_URL: '', TIERBOOK_KEYS_FILE: '', NODE_OPTIONS: '' };

/** Starts the built command line on a data directory, with the stores that the service on it has. */
export function startTierbook(
  dataDir: string,
  ...args: readonly string[]
): ChildProcessByStdio<null, Readable, Readable> {
  const option = args.indexOf('--data-dir');
  const stores = storesOf(option < 0 ? dataDir : (args[option + 1] ?? ''));
  return spawnTierbook({ ...stores, DATA_DIR: dataDir }, args);
}

function spawnTierbook(env: Readonly<Record<string, string>>, args: readonly string[]) {
  return spawn(process.execPath, [join(ROOT, 'bin', 'tierbook.cjs'), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...UNSET, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs it to its end. */
export function runTierbook(dataDir: string, ...args: readonly string[]): Promise<Ran> {
  return toItsEnd(startTierbook(dataDir, ...args));
}

/** Runs it to its end in the environment of a service in production. */
export function runTierbookWith(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ran> {
  return toItsEnd(spawnTierbook(env, args));
}

async function toItsEnd(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ran> {
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}
