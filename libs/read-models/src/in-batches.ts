import { SCAN_BATCH, type Row } from './read-store';

/** The batches of a scan after a key: each read after the last row of the one before, until one is short. */
export async function* inBatches<Doc>(
  after: string | undefined,
  read: (after: string | undefined) => Promise<readonly Row<Doc>[]>,
): AsyncGenerator<readonly Row<Doc>[]> {
  for (let last = after; ;) {
    const rows = await read(last);
    if (rows.length > 0) yield rows;
    if (rows.length < SCAN_BATCH) return;
    last = rows.at(-1)?.key;
  }
}
