import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { LinesOfATurn } from './logging';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-logging-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

describe('the lines of a turn', () => {
  it('are written without another one, also those that came while others were', async () => {
    const path = join(directory, 'one');
    const output = new LinesOfATurn(path);
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
    const output = new LinesOfATurn(path);
    while (!existsSync(path)) await nextTurn();
    await nextTurn();
    output.write('last\n');
    output.flushSync();
    expect(read(path)).toBe('last\n');
  });
});
