import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { eventStoreContract } from '@tierbook/eventing/testing';
import { openSqliteEventStore } from './sqlite-event-store';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-events-'));
let files = 0;

eventStoreContract('SqliteEventStore', () =>
  openSqliteEventStore({ path: join(directory, `events-${++files}.db`) }),
);

afterAll(() => {
  rmSync(directory, { recursive: true });
});
