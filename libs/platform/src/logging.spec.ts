import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { GatheredLines } from './logging';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-logging-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

afterEach(() => {
  jest.useRealTimers();
});

describe('gathered lines', () => {
  it('wait a moment for others, and are then written', async () => {
    const path = join(directory, 'three');
    const output = new GatheredLines(path);
    while (!existsSync(path)) await nextTurn();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    output.write('one\n');
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    output.write('two\n');
    expect(read(path)).toBe('');
    jest.advanceTimersByTime(5);
    while (read(path) === '') await nextTurn();
    expect(read(path)).toBe('one\ntwo\n');
  });

  it('are written without another one, also those that came while others were', async () => {
    const path = join(directory, 'one');
    const output = new GatheredLines(path);
    let expected = '';
    for (let turn = 0; turn < 100; turn += 1) {
      for (const line of [`${String(turn)} one\n`, `${String(turn)} two\n`]) {
        output.write(line);
        expected += line;
      }
      await nextTurn();
    }
    while (read(path).length < expected.length) await nextTurn();
    expect(read(path)).toBe(expected);
  });

  it('are written before a flush returns', async () => {
    const path = join(directory, 'two');
    const output = new GatheredLines(path);
    while (!existsSync(path)) await nextTurn();
    await nextTurn();
    output.write('last\n');
    output.flushSync();
    expect(read(path)).toBe('last\n');
  });
});
