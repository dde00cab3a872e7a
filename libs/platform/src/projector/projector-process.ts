import { setTimeout as pause } from 'node:timers/promises';
import type { KeyMaterial } from '@tierbook/identity';
import type { ControlRequest } from '@tierbook/read-models';
import type { StateStore, StateValue } from '@tierbook/state';
import type { Configuration } from '../configuration';
import { eventLogPlace, openEventLog } from '../event-log';
import type { Logger } from '../logging';
import { openStateStore, storePlaces } from '../stores';
import { whileLeading, type Running } from '../while-leading';
import { failureOf } from './projector-messages';
import type { ProjectorThread } from './projector-thread';
import { startProjector } from './start-projector';
import {
  ANSWERS,
  PROJECTOR,
  REQUESTS,
  STATUS,
  STATUS_MS,
  type ProjectorAnswer,
} from './remote-projector';

/** Requests taken up at once. */
const MOST_REQUESTS = 20;

/**
 * Builds the views for all processes that serve them, whenever it is this process's turn: of many that run this, one
 * does, and another takes over within seconds when it ends or is cut off. Until stopped; `ended` rejects when it cannot go on.
 *
 * @throws StoreRefusedError; StoreUnavailableError while a server is away.
 */
export async function startProjectorProcess(
  configuration: Configuration,
  keys: KeyMaterial,
  logger: Logger,
): Promise<{ readonly ended: Promise<void>; stop(): Promise<void> }> {
  const places = storePlaces(configuration);
  // Begins the log where there is none yet: nobody has to be started first.
  const log = await openEventLog(eventLogPlace(configuration), () => undefined);
  await log.store.close();
  const state = await openStateStore(places.state);
  const leading = whileLeading(state, 'projector', logger, async () => {
    const thread = await startProjector(configuration, keys, logger, { isShared: true });
    return told(thread, state, logger);
  });
  return {
    ended: leading.ended,
    stop: async () => {
      await leading.stop();
      await state.close();
    },
  };
}

/** Says how the thread stands, and has it do what is asked, until stopped. */
function told(thread: ProjectorThread, state: StateStore, logger: Logger): Running {
  const ending = new AbortController();
  const telling = tell();
  return {
    stop: async () => {
      ending.abort();
      await telling;
      await thread.stop();
    },
  };

  async function tell(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await say(thread, state);
        await answerAll(thread, state);
      } catch (err) {
        logger.error({ err }, 'the projector is not heard');
      }
      await pause(STATUS_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }
}

async function say(thread: ProjectorThread, state: StateStore): Promise<void> {
  await state.put(PROJECTOR, STATUS, thread.status() as unknown as StateValue);
}

async function answerAll(thread: ProjectorThread, state: StateStore): Promise<void> {
  for (const { key, value } of await state.list(REQUESTS, { limit: MOST_REQUESTS })) {
    // Taken by removing it: of two projectors one does what is asked.
    if (!(await state.remove(REQUESTS, key))) continue;
    const answer = await answerOf(thread, value as unknown as ControlRequest);
    // Who has the answer is to see what came of it.
    await say(thread, state);
    await state.put(ANSWERS, key, answer as unknown as StateValue);
  }
}

async function answerOf(
  thread: ProjectorThread,
  request: ControlRequest,
): Promise<ProjectorAnswer> {
  try {
    return { done: (await thread.control(request)) ?? null };
  } catch (error) {
    return { refused: failureOf(error) };
  }
}
