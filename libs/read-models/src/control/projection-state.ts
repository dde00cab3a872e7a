import { systemClock, type Clock } from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import { ParkedKeys } from './parked-keys';
import { PausedProjections } from './paused-projections';
import { SkippedEvents } from './skipped-events';

/** What building views keeps beside log and views, and cannot be rebuilt. */
export interface ProjectionState {
  readonly parked: ParkedKeys;
  readonly skipped: SkippedEvents;
  readonly paused: PausedProjections;
  readonly clock: Clock;
}

/**
 * Reads what was kept.
 * @param decisions where skips are kept, where that is another store: a replay honours them, and parks on its own.
 */
export async function openProjectionState(
  state: StateStore,
  { clock = systemClock, decisions = state }: { clock?: Clock; decisions?: StateStore } = {},
): Promise<ProjectionState> {
  return {
    parked: await ParkedKeys.open(state, clock),
    skipped: await SkippedEvents.open(decisions),
    paused: await PausedProjections.open(state),
    clock,
  };
}
