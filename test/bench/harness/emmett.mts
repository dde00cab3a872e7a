import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RowTemplate } from '../baseline/row.mts';
import { BENCH, scratchPath } from './places.mts';
import { nextMessage, startNode, type Started } from './processes.mts';

const FOLDER = join(BENCH, 'emmett');
const DRIVER = join(FOLDER, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node');

/** Installs Emmett where this benchmark alone finds it, unless it is there. Its driver is a native module. */
export function installEmmett(): void {
  if (existsSync(DRIVER)) return;
  console.log('Installing Emmett (npm ci) and fetching or compiling its SQLite driver ...');
  npm('ci', '--ignore-scripts');
  npm('rebuild', 'sqlite3');
  if (existsSync(DRIVER)) return;
  throw new Error(
    'The package sqlite3 has no binary here: it needs a C++ compiler, make and Python.',
  );
}

function npm(...args: string[]): void {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const [command, before] =
    script !== undefined && node !== undefined ? [node, [script]] : ['npm', []];
  const run = spawnSync(command, [...before, ...args, '--prefix', FOLDER, '--loglevel=error'], {
    cwd: FOLDER,
    stdio: ['ignore', 2, 2],
  });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`npm ${args.join(' ')} failed: see above.`);
}

export interface Appends {
  /** Of those that succeeded. */
  readonly perSecond: number;
  readonly appends: number;
  readonly failed: number;
}

export interface Emmett {
  readonly pid: number;
  /** Appends one after another. */
  appendFor(seconds: number): Promise<Appends>;
  /** Starts so many appends at once; answers how many failed. */
  appendAtOnce(atOnce: number): Promise<number>;
}

/** Starts Emmett in a process of its own, to append events like the service's to these streams. */
export async function startEmmett(
  mode: 'documented' | 'one-connection',
  streams: readonly string[],
  { type, data, metadata }: RowTemplate,
): Promise<Emmett> {
  const log = scratchPath(`emmett-${mode}.log`);
  const file = scratchPath(`emmett-${mode}.db`);
  const started: Started = startNode([join(FOLDER, 'append.mjs'), mode, file], { log });
  const ask = async (message: object): Promise<unknown> => {
    started.child.send(message);
    return nextMessage(started);
  };
  await ask({ streams, event: { type, data, metadata } });
  return {
    pid: started.pid,
    appendFor: async (seconds) => (await ask({ seconds })) as Appends,
    appendAtOnce: async (atOnce) => ((await ask({ atOnce })) as { failed: number }).failed,
  };
}
