import { setTimeout as pause } from 'node:timers/promises';
import { StoreRefusedError } from '@tierbook/eventing';
import { takeLease, type StateStore } from '@tierbook/state';
import type { Logger } from './logging';
import { newId } from './new-id';

/** A process that stands still, or is cut off, for so long is taken over from. */
const LEASE_LIFE_MS = 4_000;
const RETRY_MS = 1_000;

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

/**
 * Does what only one of several processes may do, whenever it is this one's turn: starts it when it holds the lease of
 * that name, stops it when the lease is lost or it fails, and waits for the lease again. After failures too, but for
 * StoreRefusedError, which somebody must put right: then `ended` rejects.
 */
export function whileLeading(
  state: StateStore,
  name: string,
  logger: Pick<Logger, 'info' | 'error'>,
  start: () => Promise<Running>,
): Running & { readonly ended: Promise<void> } {
  const stopping = new AbortController();
  const ended = run();
  // Who does not ask for it is told by the log.
  ended.catch((err: unknown) => {
    logger.error({ lease: name, err }, 'leading refused');
  });
  return {
    ended,
    stop: async () => {
      stopping.abort();
      await ended.catch(() => undefined);
    },
  };

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await lead();
      } catch (err) {
        if (err instanceof StoreRefusedError) throw err;
        logger.error({ lease: name, err }, 'leading failed');
        await pause(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  async function lead(): Promise<void> {
    const options = { state, name, holder: newId(), lifeMs: LEASE_LIFE_MS };
    const lease = await takeLease(options, stopping.signal);
    if (lease === undefined) return;
    logger.info({ lease: name }, 'leading');
    try {
      const running = await start();
      try {
        await aborted([lease.lost, stopping.signal]);
      } finally {
        await running.stop();
      }
    } finally {
      await lease.release();
      logger.info({ lease: name }, 'leading no more');
    }
  }
}

function aborted(signals: readonly AbortSignal[]): Promise<void> {
  const any = AbortSignal.any([...signals]);
  return new Promise((resolve) => {
    if (any.aborted) resolve();
    else
      any.addEventListener('abort', () => {
        resolve();
      });
  });
}
