import { appendFileSync, existsSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { Database, type DatabaseRecord } from './database';
import { WireDouble } from './wire-double';

/**
 * Starts the double with the log that the file holds, and keeps there what is written from now on. A record is
 * in the file before it is acknowledged, so that kill -9 of the process loses nothing; power loss does. Where the
 * disk is full it ends, as the server does.
 */
export async function startKept(port: number, file: string | undefined): Promise<WireDouble> {
  const database = new Database();
  if (file !== undefined) {
    if (existsSync(file)) {
      const lines = readFileSync(file, 'utf8').split('\n');
      // A line that was cut off, by kill -9 or a full disk, was never acknowledged.
      const whole = lines.slice(0, -1);
      for (const line of whole) database.restore(read(line));
      truncateSync(file, Buffer.byteLength(whole.map((line) => `${line}\n`).join('')));
    }
    const descriptor = openSync(file, 'a');
    database.onRecord = (record) => {
      appendFileSync(descriptor, `${written(record)}\n`);
    };
  }
  return WireDouble.start({ port, database });
}

function written({ data, metadata, revision, position, created, ...rest }: DatabaseRecord): string {
  return JSON.stringify({
    ...rest,
    data: Buffer.from(data).toString('base64'),
    metadata: Buffer.from(metadata).toString('base64'),
    revision: String(revision),
    position: String(position),
    created: String(created),
  });
}

function read(line: string): DatabaseRecord {
  const record = JSON.parse(line) as Record<keyof DatabaseRecord, string>;
  return {
    ...record,
    data: Buffer.from(record.data, 'base64'),
    metadata: Buffer.from(record.metadata, 'base64'),
    revision: BigInt(record.revision),
    position: BigInt(record.position),
    created: BigInt(record.created),
  };
}
