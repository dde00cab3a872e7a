import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { type Ended, ROOT } from '../../e2e/harness/service';

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A new empty directory that goes with the test file. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tierbook-faults-'));
  directories.push(directory);
  return directory;
}

export interface StartOptions {
  readonly dataDir: string;
  /** Arguments of the api; `development` by default. */
  readonly args?: readonly string[];
  /** Beside DATA_DIR and a free PORT, or instead of them. */
  readonly env?: Readonly<Record<string, string>>;
  /** User to run as. */
  readonly uid?: number;
  /** Sends `endSignal` so long after the process was spawned. */
  readonly endAfterMs?: number;
  /** SIGKILL by default. */
  readonly endSignal?: NodeJS.Signals;
}

/** How a start that never served ended, and what it said. */
export interface Start extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Longer than any start takes: one that is to be refused, and serves instead, is killed then. */
const LONGEST_START_MS = 25_000;

/** Starts the built service, and waits until it has ended by itself or was killed. */
export async function startToEnd({
  dataDir,
  args = ['development'],
  env,
  uid,
  endAfterMs = LONGEST_START_MS,
  endSignal = 'SIGKILL',
}: StartOptions): Promise<Start> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'api.cjs'), ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  }
  const timer = setTimeout(() => child.kill(endSignal), endAfterMs);
  // `close` comes once its output has been read to the end.
  await once(child, 'close');
  clearTimeout(timer);
  return { code: child.exitCode, signal: child.signalCode, ...said };
}
