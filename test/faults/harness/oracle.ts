import { join } from 'node:path';
import type { StoredEvent } from '@tierbook/eventing';
import { loadOrCreateDevelopmentKeys } from '@tierbook/identity';
import { readConfiguration, verifyViewsHere } from '@tierbook/platform';
import { PROJECTIONS, type VerifiedView } from '@tierbook/read-models';
import { openSqliteEventReader, openSqliteReadStore } from '@tierbook/sqlite';
import { until } from '../../e2e/harness/until';

/** Views may have to be built from the beginning, on a machine that does other things too. */
const LONGEST_CATCH_UP_MS = 120_000;

/** The whole log, read beside whoever writes it. */
export async function readLog(dataDir: string): Promise<readonly StoredEvent[]> {
  const reader = openSqliteEventReader(join(dataDir, 'events.db'));
  try {
    const events: StoredEvent[] = [];
    for await (const batch of reader.readAll()) events.push(...batch.events);
    return events;
  } finally {
    await reader.close();
  }
}

/** What is wrong with the log as such: revisions with a gap, appends that are half there, ids met twice. */
export function flawsOf(events: readonly StoredEvent[]): readonly string[] {
  const flaws: string[] = [];
  const lengths = new Map<string, number>();
  const ids = new Set<string>();
  for (const [index, { id, stream, revision, position, metadata }] of events.entries()) {
    const length = lengths.get(stream) ?? 0;
    lengths.set(stream, length + 1);
    if (revision !== length) flaws.push(`${position}: ${stream} goes on with ${String(revision)}`);
    const { index: place, of } = metadata.append;
    const next = events[index + 1]?.metadata.append.index ?? 0;
    if (next !== (place === of - 1 ? 0 : place + 1)) flaws.push(`${position}: half an append`);
    if (ids.has(id)) flaws.push(`${position}: id ${id} again`);
    ids.add(id);
  }
  return flaws;
}

/**
 * What `tierbook views verify` finds once every view has reached the log's end, each by a build that serves and
 * none beside it: nothing where each document is the fold of its events.
 */
export async function differencesOf(
  dataDir: string,
  log: readonly StoredEvent[],
): Promise<readonly VerifiedView[]> {
  const head = log.at(-1)?.position;
  const views = openSqliteReadStore({ path: join(dataDir, 'views.db') });
  try {
    await until(
      `every view at ${String(head)}`,
      async () => {
        const builds = await views.builds();
        const isThere = builds.every((each) => each.serving && each.checkpoint?.position === head);
        return isThere && builds.length === PROJECTIONS.length ? true : undefined;
      },
      LONGEST_CATCH_UP_MS,
    );
  } finally {
    await views.close();
  }
  const configuration = readConfiguration({ DATA_DIR: dataDir }, { development: true });
  const keys = loadOrCreateDevelopmentKeys(dataDir);
  const ignore = () => undefined;
  const verified = await verifyViewsHere(configuration, keys, dataDir, {
    onRead: ignore,
    onCompared: ignore,
  });
  return verified.filter(({ differences, unverified }) => differences > 0 || unverified);
}
