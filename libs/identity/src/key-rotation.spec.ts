import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addKey, dropKey, keysOnFile, ROTATED_RINGS, useKey } from './key-rotation';
import { generateKeyFile, KeyFileError, keysFromEnvironment } from './keys';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const LATER = new Date('2026-02-03T04:05:06.789Z');

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tierbook-'));
  path = join(directory, 'keys.json');
  generateKeyFile(path);
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const load = () => keysFromEnvironment({ TIERBOOK_KEYS_FILE: path });

describe.each(ROTATED_RINGS)('a key of %s', (ring) => {
  const ofRing = () => keysOnFile(path).filter((each) => each.ring === ring);

  it('is added, used, and dropped, and the others stay as they were', () => {
    const before = load();
    const [first] = ofRing();
    const kid = addKey(path, ring);
    expect(load()[ring].current).toBe(before[ring].current);
    expect(ofRing()).toEqual([first, { ring, kid, status: 'waiting' }]);

    useKey(path, ring, kid, NOW);
    const used = load();
    expect(used[ring].current).toBe(kid);
    expect(ofRing()).toEqual([
      { ...first, status: 'former', replacedAt: NOW.toISOString() },
      { ring, kid, status: 'current' },
    ]);
    // What was there is there, bit by bit, and each key is one of its own.
    expect(used[ring].keys.get(first?.kid ?? '')).toEqual(before[ring].keys.get(first?.kid ?? ''));
    expect(new Set([...used[ring].keys.values()].map((key) => JSON.stringify(key))).size).toBe(2);
    for (const other of ROTATED_RINGS) {
      if (other !== ring) expect(used[other]).toEqual(before[other]);
    }
    for (const name of ['invitations', 'cursors', 'references'] as const) {
      expect(used[name]).toEqual(before[name]);
    }

    dropKey(path, ring, first?.kid ?? '');
    expect(ofRing()).toEqual([{ ring, kid, status: 'current' }]);
    expect([...load()[ring].keys.keys()]).toEqual([kid]);
    expect(readFileSync(path, 'utf8')).not.toContain(first?.kid);
    expect([readdirSync(directory), statSync(path).mode & 0o777]).toEqual([['keys.json'], 0o600]);
  });

  it('is used again as if it had not been replaced; used twice, nothing changes', () => {
    const first = ofRing()[0]?.kid ?? '';
    const kid = addKey(path, ring);
    useKey(path, ring, kid, NOW);
    useKey(path, ring, first, LATER);
    const expected = [
      { ring, kid: first, status: 'current' },
      { ring, kid, status: 'former', replacedAt: LATER.toISOString() },
    ];
    expect(ofRing()).toEqual(expected);
    useKey(path, ring, first, new Date());
    expect(ofRing()).toEqual(expected);
  });

  it('is refused in one line where there is none, or it is the current one', () => {
    const text = readFileSync(path, 'utf8');
    const current = ofRing()[0]?.kid ?? '';
    for (const act of [
      () => {
        useKey(path, ring, 'toString', NOW);
      },
      () => {
        dropKey(path, ring, 'toString');
      },
      () => {
        dropKey(path, ring, current);
      },
    ]) {
      expect(act).toThrow(KeyFileError);
      expect(act).toThrow(new RegExp(`'(?:toString|${current})' .*${ring}`));
    }
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

it('lists no secret', () => {
  const listed = JSON.stringify(keysOnFile(path));
  const secrets = readFileSync(path, 'utf8').match(/[\w-]{43}/g) ?? [];
  expect(secrets).toHaveLength(10);
  for (const secret of secrets) expect(listed).not.toContain(secret);
});

it('leaves the file to whose it is', () => {
  // Only root can give a file away.
  const mine = statSync(path);
  const owner = mine.uid === 0 ? 4321 : mine.uid;
  const group = mine.uid === 0 ? 4321 : mine.gid;
  chownSync(path, owner, group);
  addKey(path, 'tokens');
  const { uid, gid, mode } = statSync(path);
  expect([uid, gid, mode & 0o777]).toEqual([owner, group, 0o600]);
});

it('touches no file that others may read', () => {
  chmodSync(path, 0o644);
  expect(() => addKey(path, 'tokens')).toThrow(/chmod 600/);
});
