import { StoreRefusedError, type Position } from '@tierbook/eventing';
import {
  openProjectionState,
  PROJECTIONS,
  type Build,
  type ProjectionState,
  type ViewStatus,
} from '@tierbook/read-models';
import type { StateStore } from '@tierbook/state';
import type { Configuration } from '../configuration';
import { openEventReader, openStateReader } from '../read-only';
import { openViewsReader, storePlaces } from '../stores';
import { projectionStatus, type ProjectionStatus } from './projection-status';

/**
 * How the projections stand, as the stores tell it without the projector; none is moved.
 * @throws ConfigurationError, StoreRefusedError: one clear line each; StoreUnavailableError while a server is away.
 */
export async function readStoredProjections(
  configuration: Configuration,
): Promise<readonly ProjectionStatus[]> {
  const log = await openEventReader(configuration);
  try {
    const views = await openViewsReader(storePlaces(configuration).views);
    try {
      return await withState(configuration, async (stateStore) => {
        const [builds, head] = [await views.builds(), await log.reader.head()];
        const state = await openProjectionState(stateStore);
        return PROJECTIONS.map(({ view }) => {
          const ofView = builds.filter((build) => build.view === view.name);
          const status = statusOf(view.name, view.version, ofView, state);
          return projectionStatus({ ...status, eventsPerSecond: 0 }, head);
        });
      });
    } finally {
      await views.close();
    }
  } finally {
    await log.close();
  }
}

/**
 * Lets the work read and write the state store; beside its service it may only read.
 * @throws ConfigurationError, StoreRefusedError: also where there is none; StoreUnavailableError.
 */
export async function withState<T>(
  configuration: Configuration,
  work: (state: StateStore) => Promise<T>,
): Promise<T> {
  const state = await openStateReader(configuration);
  if (state === undefined) {
    throw new StoreRefusedError('There is no state beside the log: start the service once.');
  }
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

function statusOf(
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
