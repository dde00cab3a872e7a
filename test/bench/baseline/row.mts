import type { DatabaseSync } from 'node:sqlite';

/** A stored event as the service wrote it: what the baselines write has the same columns and bytes. */
export interface RowTemplate {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: object;
  readonly personal: string | null;
  readonly metadata: object;
}

export type Row = readonly [
  stream: string,
  revision: number,
  id: string,
  type: string,
  schemaVersion: number,
  data: string,
  personal: string | null,
  metadata: string,
];

export const INSERT = `
  INSERT INTO events (stream, revision, id, type, schema_version, data, personal, metadata)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** The settings with which a COMMIT is on disk when it returns, and the checkpoints of the service. */
export function makeDurable(database: DatabaseSync): void {
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000',
  );
}
