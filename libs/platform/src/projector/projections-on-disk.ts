import { StoreLockedError, type Position } from '@tierbook/eventing';
import {
  openProjectionState,
  PROJECTIONS,
  type Build,
  type ParkedKey,
  type ProjectionState,
  type ViewStatus,
} from '@tierbook/read-models';
import {
  openSqliteEventReader,
  openSqliteReadStore,
  openSqliteStateStore,
  takeStoreLock,
} from '@tierbook/sqlite';
import type { StateStore } from '@tierbook/state';
import type { Configuration } from '../configuration';
import { existing } from '../read-only';
import { projectionStatus, type ProjectionStatus } from './projection-status';

/** What files say of the projections while no service runs on them. */
export interface ProjectionsOnDisk {
  readonly projections: readonly ProjectionStatus[];
  readonly parkedKeys: readonly ParkedKey[];
}

/**
 * Reads how the projections stand, and moves none of them; `undefined` where a process runs on the log, which
 * knows more.
 * @throws ConfigurationError, StoreRefusedError: one clear line each.
 */
export async function readProjectionsOnDisk(
  configuration: Configuration,
): Promise<ProjectionsOnDisk | undefined> {
  if (isLogHeld(configuration)) return undefined;
  const log = openSqliteEventReader(existing('EVENT_STORE_URL', configuration.eventStoreUrl));
  const views = openSqliteReadStore({
    path: existing('READ_STORE_URL', configuration.readStoreUrl),
  });
  try {
    return await withState(configuration, async (stateStore) => {
      const [builds, head] = [await views.builds(), await log.head()];
      const state = await openProjectionState(stateStore);
      const projections = PROJECTIONS.map(({ view }) => {
        const ofView = builds.filter((build) => build.view === view.name);
        const status = statusOnDisk(view.name, view.version, ofView, state);
        return projectionStatus({ ...status, eventsPerSecond: 0 }, head);
      });
      return { projections, parkedKeys: state.parked.all() };
    });
  } finally {
    await views.close();
    await log.close();
  }
}

/** Lets the work read and write the state store; beside its service it may only read. */
export async function withState<T>(
  configuration: Configuration,
  work: (state: StateStore) => Promise<T>,
): Promise<T> {
  const path = existing('STATE_STORE_URL', configuration.stateStoreUrl);
  const state = openSqliteStateStore({ path });
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

function isLogHeld(configuration: Configuration): boolean {
  try {
    takeStoreLock(existing('EVENT_STORE_URL', configuration.eventStoreUrl)).close();
    return false;
  } catch (error) {
    if (error instanceof StoreLockedError) return true;
    throw error;
  }
}

function statusOnDisk(
  view: string,
  version: number,
  builds: readonly Build[],
  { parked, paused }: ProjectionState,
): ViewStatus {
  const serving = builds.find((build) => build.serving);
  const beside = builds.find((build) => !build.serving && build.version === version);
  const heldBy = paused.of(view)?.by;
  const keys = serving === undefined ? [] : [...parked.of(serving).keys()];
  const [stopped] = beside === undefined ? [] : parked.of(beside).values();
  return {
    view,
    ...(heldBy === undefined
      ? { state: serving?.version === version ? 'live' : 'building' }
      : { state: 'paused', pausedBy: 'operator', reason: `paused by ${heldBy}` }),
    ...positionIn(serving),
    ...(serving === undefined ? {} : { version: serving.version }),
    ...(keys.length === 0 ? {} : { parked: keys }),
    ...(beside === undefined
      ? {}
      : {
          rebuild: {
            version: beside.version,
            ...positionIn(beside),
            ...(stopped?.stopsRebuild === true ? { stoppedBy: stopped.error } : {}),
          },
        }),
    events: 0,
  };
}

function positionIn(build: Build | undefined): { readonly position?: Position } {
  return build?.checkpoint === undefined ? {} : { position: build.checkpoint.position };
}
