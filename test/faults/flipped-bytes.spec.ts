import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  NO_REFUSALS,
  openOwnCheckpoint,
  TransparencyLog,
  verifyLog,
  type Checkpoint,
} from '@tierbook/audit';
import { canonicalEvent } from '@tierbook/eventing';
import { newEvent, random } from '@tierbook/eventing/testing';
import {
  openSqliteEventReader,
  openSqliteEventStore,
  openSqliteStateReader,
  openSqliteStateStore,
} from '@tierbook/sqlite';
import { seedOfRun } from './harness/random';

const SEED = seedOfRun();
const EVENTS = 6;
const SEALED = { v: 1, subject: 'customer-1', nonce: 'AA', ciphertext: 'BBBB', tag: 'CC' } as const;
const COLUMNS = ['id', 'stream', 'type', 'data', 'personal', 'metadata'] as const;

const directory = mkdtempSync(join(tmpdir(), 'tierbook-flips-'));
const at = (name: string) => join(directory, name);
/** Its events lie in the file. */
const log = at('events.db');
/** As kill -9 leaves it: the same events lie in its WAL. */
const killed = at('killed.db');
const state = at('state.db');
let checkpoint: Checkpoint;
let intact: readonly string[];

beforeAll(async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const store = await openSqliteEventStore({ path: log });
  for (let n = 0; n < EVENTS; n += 1) {
    const event = newEvent({ data: { n, text: 'ção' }, personal: SEALED });
    await store.append([
      // So unlike that no flip makes one the other.
      { stream: `customer-${String(n).repeat(3)}`, expectedRevision: 'no_stream', events: [event] },
    ]);
  }
  const kept = openSqliteStateStore({ path: state });
  let note = '';
  const transparency = await TransparencyLog.open(
    {
      ...{ reader: store, state: kept, origin: 'tierbook.example/log', signers: [privateKey] },
      refusals: () => Promise.resolve(NO_REFUSALS),
      publish: (signed) => {
        note = signed;
        return Promise.resolve();
      },
    },
    undefined,
  );
  await transparency.advance();
  checkpoint = openOwnCheckpoint(note, [privateKey]);
  intact = await textsIn(log);
  for (const end of ['', '-wal']) copyFileSync(log + end, killed + end);
  await kept.close();
  await store.close();
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function textsIn(path: string): Promise<readonly string[]> {
  const reader = openSqliteEventReader(path);
  const texts: string[] = [];
  for await (const { events } of reader.readCanonical()) texts.push(...events.map((e) => e.text));
  await reader.close();
  return texts;
}

/** The same read stream by stream, as a customer's history is. */
async function streamsIn(path: string): Promise<readonly string[]> {
  const reader = openSqliteEventReader(path);
  const texts: string[] = [];
  for (let n = 0; n < EVENTS; n += 1) {
    for await (const events of reader.readStream(`customer-${String(n).repeat(3)}`)) {
      texts.push(...events.map(canonicalEvent));
    }
  }
  await reader.close();
  return texts;
}

/** What an auditor is told: nothing where it is intact, else one line. */
async function told(path: string): Promise<string> {
  const kept = openSqliteStateReader({ path: state });
  try {
    const reader = openSqliteEventReader(path);
    try {
      const { faults } = await verifyLog(reader, [checkpoint], { kept });
      return [...faults, await reader.checkIndexes()].join(' ').trim();
    } finally {
      await reader.close();
    }
  } catch (error) {
    return (error as Error).message;
  } finally {
    await kept.close();
  }
}

/** Whether the log still reads as what was signed, byte by byte, from its beginning and by stream. */
async function isAsSigned(path: string): Promise<boolean> {
  try {
    const wanted = JSON.stringify(intact);
    return [await textsIn(path), await streamsIn(path)].every(
      (texts) => JSON.stringify(texts) === wanted,
    );
  } catch {
    return false;
  }
}

function remove(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
}

describe('every byte of a small log', () => {
  it('is signed: flipped in turn, in each column of each event, it is noticed, and its index named', async () => {
    const copy = at('columns.db');
    copyFileSync(log, copy);
    const database = new DatabaseSync(copy);
    const reader = openSqliteEventReader(copy);
    const kept = openSqliteStateReader({ path: state });
    let flips = 0;
    for (const column of COLUMNS) {
      const read = database.prepare(
        `SELECT CAST(${column} AS BLOB) AS b FROM events WHERE position = ?`,
      );
      const write = database.prepare(
        `UPDATE events SET ${column} = CAST(? AS TEXT) WHERE position = ?`,
      );
      for (let position = 1; position <= EVENTS; position += 1) {
        const bytes = Buffer.from(read.get(position)?.['b'] as Uint8Array);
        for (const [byte, value] of bytes.entries()) {
          const changed = Buffer.from(bytes);
          changed[byte] = value ^ (1 << (byte % 8));
          write.run(changed, position);
          const { faults } = await verifyLog(reader, [checkpoint], { kept });
          expect([column, position, byte, faults[0]]).toEqual([
            ...[column, position, byte],
            expect.stringContaining(`the first that differs (index ${String(position - 1)})`),
          ]);
          flips += 1;
        }
        write.run(bytes, position);
      }
    }
    expect(flips).toBeGreaterThan(3_000);
    for (const column of ['revision', 'schema_version']) {
      database.exec(`UPDATE events SET ${column} = ${column} + 7 WHERE position = 3`);
      const { faults } = await verifyLog(reader, [checkpoint], { kept });
      expect(faults[0]).toContain('the first that differs (index 2)');
      database.exec(`UPDATE events SET ${column} = ${column} - 7 WHERE position = 3`);
    }
    expect((await verifyLog(reader, [checkpoint], { kept })).faults).toEqual([]);
    await kept.close();
    await reader.close();
    database.close();
  }, 120_000);

  it(`of its file, flipped, is noticed wherever the events read otherwise than signed (seed ${String(SEED)})`, async () => {
    const below = random(SEED);
    const bytes = readFileSync(log);
    const copy = at('file.db');
    let noticed = 0;
    for (let tries = 0; tries < 1_500; tries += 1) {
      const byte = below(bytes.length);
      const changed = Buffer.from(bytes);
      changed[byte] = (changed[byte] ?? 0) ^ (1 << below(8));
      remove(copy);
      writeFileSync(copy, changed);
      const said = await told(copy);
      if (said !== '') noticed += 1;
      else expect([byte, await isAsSigned(copy)]).toEqual([byte, true]);
    }
    expect(noticed).toBeGreaterThan(100);
  }, 120_000);

  it(`of its WAL, flipped after it was acknowledged, is noticed although SQLite takes it for the log's end (seed ${String(SEED)})`, async () => {
    const below = random(SEED);
    const wal = readFileSync(`${killed}-wal`);
    const copy = at('wal.db');
    let cut = 0;
    for (let tries = 0; tries < 400; tries += 1) {
      const byte = below(wal.length);
      const changed = Buffer.from(wal);
      changed[byte] = (changed[byte] ?? 0) ^ (1 << below(8));
      remove(copy);
      copyFileSync(killed, copy);
      writeFileSync(`${copy}-wal`, changed);
      const said = await told(copy);
      if (said.includes('The log ends after')) cut += 1;
      if (said === '') expect([byte, await isAsSigned(copy)]).toEqual([byte, true]);
    }
    expect(cut).toBeGreaterThan(100);
    remove(copy);
    copyFileSync(killed, copy);
    copyFileSync(`${killed}-wal`, `${copy}-wal`);
    expect(await told(copy)).toBe('');
  }, 120_000);
});
