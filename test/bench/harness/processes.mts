import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { atExit } from './cleanup.mts';
import { ROOT } from './places.mts';

/** What /proc counts processor time in: 100 ticks a second on every Linux (USER_HZ). */
const TICK_MS = 10;

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The file with what it printed. */
  readonly log: string;
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<unknown>;
  /** Ends it as an operator would (SIGTERM), and waits until it has ended. */
  stop(): Promise<void>;
}

/**
 * Starts a Node program in a process of its own, as this Node runs it. What it prints goes to the file;
 * messages go to and from it by IPC.
 */
export function startNode(
  args: readonly string[],
  { log, env = {} }: { readonly log: string; readonly env?: Readonly<Record<string, string>> },
): Started {
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`Could not start ${args.join(' ')}.`);
  atExit(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { child, pid, log, ended, stop };
}

/** Resolves with the process's next message; rejects when it ends before. */
export function nextMessage({ child, log }: Started): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const hear = (message: unknown) => {
      child.off('exit', mourn);
      resolve(message);
    };
    const mourn = (code: number | null) => {
      child.off('message', hear);
      const printed = readFileSync(log, 'utf8');
      reject(
        new Error(`${child.spawnargs.join(' ')} ended with code ${String(code)}:\n${printed}`),
      );
    };
    child.once('message', hear);
    child.once('exit', mourn);
  });
}

/** Processor time that all the process's threads have used, in milliseconds, to 10. Linux only. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // proc_pid_stat(5): after the parenthesised name, fields 14 and 15 are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Memory of the process that is resident now, in MB (10^6 bytes). Linux only. */
export function rssMb(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP port to be had.');
  server.close();
  await once(server, 'close');
  return address.port;
}
