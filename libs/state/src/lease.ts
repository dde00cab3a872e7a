import { setTimeout } from 'node:timers/promises';
import type { StateStore } from './state-store';

const LEASES = 'leases';

/** Who holds a lease; `null` where it was given back. */
interface Held {
  readonly [field: string]: string | null;
  readonly holder: string | null;
}

export interface LeaseOptions {
  readonly state: StateStore;
  /** What only one process may do at a time. */
  readonly name: string;
  /** This process: an id that no other has. */
  readonly holder: string;
  /** A holder that has not renewed for so long has lost it. */
  readonly lifeMs: number;
}

/** A lease that is held. */
export interface Lease {
  /** Aborts when it is lost: before anybody else can hold it, on this process's own clock. */
  readonly lost: AbortSignal;
  /** Lets the next one have it at once. */
  release(): Promise<void>;
}

/**
 * Waits until this process holds the lease, and keeps renewing it; `undefined` when the signal aborts before.
 *
 * The record's version is what renews it: who waits takes over a version that has not changed for `lifeMs` on its own
 * clock, so that clocks need not agree. Who stands still for longer than that may wake up after another has begun:
 * what it writes then must be refused by the store that it writes to (a fence).
 */
export async function takeLease(
  options: LeaseOptions,
  signal?: AbortSignal,
): Promise<Lease | undefined> {
  const { state, name, holder, lifeMs } = options;
  let seen: { readonly version: number; readonly at: number } | undefined;
  while (signal?.aborted !== true) {
    const record = await state.get<Held>(LEASES, name);
    const now = performance.now();
    if (record !== undefined && seen?.version !== record.version) {
      seen = { version: record.version, at: now };
    }
    const isFree =
      record === undefined || record.value.holder === null || now - (seen?.at ?? now) >= lifeMs;
    if (isFree) {
      const expected = record === undefined ? 'absent' : { version: record.version };
      const version = await state.put(LEASES, name, { holder }, expected);
      if (version !== undefined) return keep(options, version, now);
    }
    await pause(lifeMs / 4, signal);
  }
  return undefined;
}

function keep(
  { state, name, holder, lifeMs }: LeaseOptions,
  taken: number,
  takenAt: number,
): Lease {
  const lost = new AbortController();
  const ending = new AbortController();
  let version = taken;
  let renewedAt = takenAt;
  const giveUp = (): void => {
    lost.abort(new Error(`The lease of ${name} is lost.`));
  };
  // Its own time, in case that the store does not answer at all.
  const watch = setInterval(() => {
    if (performance.now() - renewedAt >= lifeMs / 2) giveUp();
  }, lifeMs / 8);
  const renewing = renew();
  lost.signal.addEventListener('abort', () => {
    ending.abort();
    clearInterval(watch);
  });
  return {
    lost: lost.signal,
    release: async () => {
      ending.abort();
      clearInterval(watch);
      await renewing;
      await state.put(LEASES, name, { holder: null }, { version }).catch(() => undefined);
    },
  };

  async function renew(): Promise<void> {
    for (;;) {
      await pause(lifeMs / 8, ending.signal);
      if (ending.signal.aborted) return;
      const asked = performance.now();
      try {
        const renewed = await state.put(LEASES, name, { holder }, { version });
        if (renewed === undefined) {
          giveUp();
          return;
        }
        version = renewed;
        renewedAt = asked;
      } catch {
        // Tried again until the time is up.
      }
    }
  }
}

/** Resolves after so long, or when the signal aborts. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined);
}
