import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { replaceFile } from './files';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tierbook-files-'));
  file = join(directory, 'service.json');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('a file that is replaced', () => {
  it('by many at once has the whole text of one of them, at every moment', async () => {
    const texts = Array.from({ length: 50 }, (_, n) => `${String(n)}:`.padEnd(10_000, 'x'));
    await replaceFile(file, texts[0] ?? '');
    const read = new Set<string>();
    await Promise.all(
      texts.map(async (text) => {
        await replaceFile(file, text);
        read.add(readFileSync(file, 'utf8'));
      }),
    );
    expect(texts).toEqual(expect.arrayContaining([...read]));
    expect(readdirSync(directory)).toEqual(['service.json']);
  });

  it('is for its owner alone', async () => {
    await replaceFile(file, 'text');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing behind where it cannot be replaced', async () => {
    mkdirSync(file);
    await expect(replaceFile(file, 'text')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(directory)).toEqual(['service.json']);
    await expect(replaceFile(join(directory, 'none', 'file'), 'text')).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
