import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  StoreRefusedError,
  type EventReader,
  type Position,
  type StoredEvent,
  type EventCodec,
} from '@tierbook/eventing';
import type { KeyMaterial } from '@tierbook/identity';
import {
  openProjectionState,
  PROJECTIONS,
  replay,
  verifyViews,
  type ProjectionState,
  type ProjectionStore,
  type ReadStore,
  type VerifiedView,
  type ViewDefinition,
  type ViewStatus,
} from '@tierbook/read-models';
import {
  openSqliteProjectionStore,
  openSqliteReadStore,
  openSqliteStateStore,
} from '@tierbook/sqlite';
import type { Configuration } from '../configuration';
import { openEventReader, openUnsealing } from '../read-only';
import { openViewsReader, storePlaces } from '../stores';
import { withState } from './stored-projections';

/**
 * Builds every view from the log into `views.db` of a new directory, honouring what was dropped; documents that
 * cannot take an event are parked in its `state.db`. The service's own views stay as they are.
 *
 * @param asOf the last event to build from; the log's last where it is left out.
 * @param onRead told how many more events have been read.
 * @throws StoreRefusedError where the directory holds something.
 */
export async function replayViews(
  configuration: Configuration,
  keys: KeyMaterial,
  directory: string,
  asOf: Position | undefined,
  onRead: (events: number) => void,
): Promise<readonly ViewStatus[]> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (readdirSync(directory).length > 0) {
    throw new StoreRefusedError(`${directory} holds files already: name a new directory.`);
  }
  return fromLog(configuration, keys, directory, async (source) => {
    const upTo = asOf ?? (await source.reader.head());
    return replay({ ...source, store: source.scratch, projections: PROJECTIONS, upTo, onRead });
  });
}

/** A document of views that a replay built, and how far its view goes. */
export interface ReplayedDocument {
  readonly position: Position | undefined;
  readonly document: object | undefined;
}

/** Every view's name. */
export function viewNames(): readonly string[] {
  return PROJECTIONS.map(({ view }) => view.name);
}

/**
 * Reads a document of a replay's directory.
 * @throws StoreRefusedError where no replay has built its views there.
 */
export async function documentIn(
  directory: string,
  viewName: string,
  key: string,
): Promise<ReplayedDocument> {
  const path = join(directory, 'views.db');
  if (!existsSync(path)) {
    throw new StoreRefusedError(`There are no views in ${directory}: name a replay's directory.`);
  }
  const view = PROJECTIONS.find((each) => each.view.name === viewName)?.view;
  if (view === undefined) throw new RangeError(`There is no view ${viewName}.`);
  const store = openSqliteReadStore({ path });
  try {
    // A view whose documents do not matter here.
    const row = await store.get(view as unknown as ViewDefinition<object>, key);
    return { position: await store.positionOf(view), document: row?.doc };
  } finally {
    await store.close();
  }
}

export interface Verification {
  readonly onRead: (events: number) => void;
  readonly onCompared: (documents: number) => void;
}

/**
 * Compares every document of the views with its fold, made afresh in a directory that is removed afterwards.
 * May run beside the service.
 *
 * @param beside the directory to make that one in; it takes as much room as the views.
 */
export async function verifyViewsHere(
  configuration: Configuration,
  keys: KeyMaterial,
  beside: string,
  told: Verification,
): Promise<readonly VerifiedView[]> {
  const live = await openViewsReader(storePlaces(configuration).views);
  const directory = mkdtempSync(join(beside, 'verify-'));
  try {
    return await fromLog(configuration, keys, directory, (source) =>
      verifyViews({ ...source, ...told, live, projections: PROJECTIONS }),
    );
  } finally {
    await live.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What a replay reads, and what it writes. */
interface ReplaySource {
  readonly reader: EventReader;
  readonly decode: (stored: StoredEvent) => ReturnType<EventCodec['decode']>;
  readonly state: ProjectionState;
  readonly scratch: ReadStore & ProjectionStore;
}

async function fromLog<T>(
  configuration: Configuration,
  keys: KeyMaterial,
  directory: string,
  work: (source: ReplaySource) => Promise<T>,
): Promise<T> {
  const log = await openEventReader(configuration);
  const unsealing = await openUnsealing(configuration, keys);
  const scratch = openSqliteProjectionStore({ path: join(directory, 'views.db') });
  const parking = openSqliteStateStore({ path: join(directory, 'state.db') });
  try {
    return await withState(configuration, async (decisions) =>
      work({
        reader: log.reader,
        decode: (stored) => unsealing.codec.decode(stored),
        state: await openProjectionState(parking, { decisions }),
        scratch,
      }),
    );
  } finally {
    await parking.close();
    await scratch.close();
    await unsealing.close();
    await log.close();
  }
}
