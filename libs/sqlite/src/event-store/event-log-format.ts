import type { DurableFileFormat } from '../durable-store/open-durable-database';

/**
 * The log's file. `position` is assigned by SQLite, one more than the last: a transaction that was
 * rolled back leaves no gap. The `meta` table holds the log's id, and room for the probe that the
 * writer makes after a failure.
 */
export const EVENT_LOG_FORMAT: DurableFileFormat = {
  what: 'event log',
  applicationId: 0x54426576, // "TBev"
  version: 1,
  schema: `
    CREATE TABLE events (
      position       INTEGER PRIMARY KEY,
      id             TEXT    NOT NULL UNIQUE,
      stream         TEXT    NOT NULL,
      revision       INTEGER NOT NULL,
      type           TEXT    NOT NULL,
      schema_version INTEGER NOT NULL,
      data           TEXT    NOT NULL,
      personal       TEXT,
      metadata       TEXT    NOT NULL,
      UNIQUE (stream, revision)
    ) STRICT;
    CREATE TABLE meta (
      key   TEXT PRIMARY KEY,
      value ANY
    ) STRICT;
    INSERT INTO meta VALUES ('log_id', lower(hex(randomblob(8)))), ('probe', NULL);
  `,
};
