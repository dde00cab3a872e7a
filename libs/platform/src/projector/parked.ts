import { systemClock } from '@tierbook/eventing';
import { ParkedKeys, type EventName, type ParkedKey } from '@tierbook/read-models';
import type { StateStore } from '@tierbook/state';

/** Waiting events that are shown of one key. */
const MOST_SHOWN = 100;

/** Every document that stands still, and every rebuild that does; read beside the projector. */
export async function readParkedKeys(state: StateStore): Promise<readonly ParkedKey[]> {
  return (await ParkedKeys.open(state, systemClock)).all();
}

/** The first hundred events that wait for a parked key, in order, and whether there are more. */
export async function readWaiting(
  state: StateStore,
  parked: ParkedKey,
): Promise<{ readonly waiting: readonly EventName[]; readonly more: boolean }> {
  const waiting: EventName[] = [];
  for await (const event of (await ParkedKeys.open(state, systemClock)).waiting(
    parked,
    parked.key,
  )) {
    if (waiting.length === MOST_SHOWN) return { waiting, more: true };
    waiting.push(event);
  }
  return { waiting, more: false };
}
