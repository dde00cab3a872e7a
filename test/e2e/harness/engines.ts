import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/**
 * The engines that the service under test runs on, by TIERBOOK_E2E_ENGINES: `sqlite`, the default, or
 * `eventstoredb`, which keeps the log in the stand-in for that server (or, where EVENTSTORE_URL names one, in a
 * real server, in a namespace of its own).
 */
export const ENGINES = process.env['TIERBOOK_E2E_ENGINES'] ?? 'sqlite';
const KNOWN = new Set(['sqlite', 'eventstoredb']);
if (!KNOWN.has(ENGINES)) {
  throw new Error(`TIERBOOK_E2E_ENGINES is '${ENGINES}': give one of ${[...KNOWN].join(', ')}.`);
}

/** Whether the log is a file, in which positions count events. */
export const LOG_IS_A_FILE = ENGINES === 'sqlite';

/** Whether everything is in files of the embedded engines, as `tierbook backup` needs it. */
export const ALL_IN_FILES =
  LOG_IS_A_FILE && (process.env['TIERBOOK_E2E_STORES'] ?? 'sqlite') === 'sqlite';

/**
 * The embedded engines, whatever the others are tested on: for tests of what these do alone, such as their files.
 * An empty setting is one that is left out.
 */
export const EMBEDDED = {
  EVENT_STORE_URL: '',
  READ_STORE_URL: '',
  STATE_STORE_URL: '',
  KEY_STORE_URL: '',
} as const;

const LAUNCHER = join(
  ...[
    __dirname,
    '..',
    '..',
    '..',
    'libs',
    'eventstoredb',
    'src',
    'testing',
    'double',
    'launch.cjs',
  ],
);

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A server process that stands in for EventStoreDB, with its log in a file. */
export class EventStoreProcess {
  #child: Child | undefined;
  #port = 0;

  constructor(private readonly file: string) {}

  /** How the service is told of it. */
  get url(): string {
    return `esdb://127.0.0.1:${this.#port}?tls=false`;
  }

  /** Starts it, after `kill` on the same port and file. */
  async start(): Promise<void> {
    const args = [LAUNCHER, String(this.#port), this.file];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    for await (const line of createInterface(child.stdout)) {
      this.#port = Number(line);
      return;
    }
    throw new Error('The stand-in for EventStoreDB did not start.');
  }

  /** The next event has no room: as the server, it then ends itself. */
  fillDisk(): void {
    const most = String(statSync(this.file).size + 1);
    execFileSync('prlimit', ['--pid', String(this.#child?.pid), `--fsize=${most}:unlimited`]);
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.ended();
  }

  /** Waits until it has ended by itself. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.#child = undefined;
  }
}
