import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type {
  AppendCommand,
  EventRow,
  FromWriter,
  StreamRows,
  ToWriter,
} from '../writer-messages.js';

// A process to be killed: `append-until-killed.mts <log> <callers>` appends to the log through its
// writer for as many callers at once, and prints each acknowledged append as a line: its event ids.
// What the writer says when it fails is printed too, and ends the process with code 3.

const [, , path = '', callers = '1'] = process.argv;
const writer = new Worker(new URL('../writer.worker.mts', import.meta.url), {
  workerData: { path, maxPages: null },
});
const run = randomUUID();
const waiting: { readonly caller: number; readonly command: AppendCommand }[] = [];
const turns: number[] = [];
const lengths = new Map<string, number>();

writer.on('message', (message: FromWriter) => {
  if (message.kind === 'ready') {
    for (let caller = 0; caller < Number(callers); caller++) append(caller);
  } else if (message.kind === 'answers') {
    for (const answer of message.answers) acknowledge(answer);
  } else {
    print(JSON.stringify(message.failure));
    process.exit(3);
  }
});

/** Each caller has two streams; its appends have one to three events a stream, each fourth goes to both. */
function append(caller: number): void {
  const turn = (turns[caller] = (turns[caller] ?? 0) + 1);
  const each = 1 + (turn % 3);
  const streams = turn % 4 === 0 ? ['a', 'b'] : ['a'];
  const command = streams.map((name, index): StreamRows => {
    const stream = `${name}-${run}-${String(caller)}`;
    const first = lengths.get(stream) ?? 0;
    lengths.set(stream, first + each);
    const rows = Array.from({ length: each }, (_, row) =>
      rowOf(index * each + row, each * streams.length),
    );
    return { stream, first, rows };
  });
  waiting.push({ caller, command });
  writer.postMessage([command] satisfies ToWriter);
}

function rowOf(index: number, of: number): EventRow {
  const metadata = JSON.stringify({ append: { index, of } });
  return [randomUUID(), 'Appended', 1, `{"text":"${'x'.repeat(300)}"}`, null, metadata];
}

function acknowledge(answer: unknown): void {
  const next = waiting.shift();
  if (next === undefined || typeof answer !== 'number') {
    throw new Error(`The writer answered ${JSON.stringify(answer)}.`);
  }
  const ids = next.command.flatMap(({ rows }) => rows.map(([id]) => id));
  print(ids.join(' '));
  append(next.caller);
}

/** Returns once the line is with its reader, however busy that one is: a pipe that is full says EAGAIN. */
function print(line: string): void {
  for (let rest = Buffer.from(`${line}\n`); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
