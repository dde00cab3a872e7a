import type { EventBatch, EventReader, Position, SubscribeOptions } from '@tierbook/eventing';
import { ProjectionRunner, type ProjectionRunnerOptions } from '../runner/projection-runner';
import type { ViewStatus } from '../runner/view-progress';

export interface ReplayOptions extends Omit<ProjectionRunnerOptions, 'onProgress'> {
  /** The last event to build from; `undefined` builds empty views. */
  readonly upTo: Position | undefined;
  /** Told how many more events have been read. */
  readonly onRead?: (events: number) => void;
}

/**
 * Builds views from the log up to a position into a store of their own, or goes on to a later one, with the
 * code that builds them live. Answers how they stand: `paused` where an event cannot be read.
 */
export async function replay({
  upTo,
  onRead,
  ...options
}: ReplayOptions): Promise<readonly ViewStatus[]> {
  const { promise: settled, resolve } = Promise.withResolvers<undefined>();
  let read = 0;
  const runner = new ProjectionRunner({
    ...options,
    reader: endingAt(options.reader, upTo),
    onProgress: () => {
      const views = runner.status();
      const least = Math.min(...views.map(({ events }) => events));
      onRead?.(least - read);
      read = least;
      if (views.every((view) => isSettled(view, upTo))) resolve(undefined);
    },
  });
  const run = runner.run();
  await Promise.race([settled, run]);
  runner.stop();
  await run;
  return runner.status();
}

function isSettled({ state, position }: ViewStatus, upTo: Position | undefined): boolean {
  if (state === 'paused') return true;
  return state === 'live' && (upTo === undefined || (position !== undefined && position >= upTo));
}

/** The log as it was when this event was its last. Its subscriptions then wait to be ended. */
function endingAt(reader: EventReader, upTo: Position | undefined): EventReader {
  return {
    logId: reader.logId,
    readStream: (stream, options) => reader.readStream(stream, options),
    readAll: (options) => cut(reader.readAll(options), upTo),
    async *readBackwards(options) {
      for await (const page of reader.readBackwards(options)) {
        yield page.filter(({ position }) => upTo !== undefined && position <= upTo);
      }
    },
    readCanonical: (options) => reader.readCanonical(options),
    async *subscribe({ after, signal }: SubscribeOptions = {}) {
      for await (const batch of cut(reader.readAll({ after }), upTo)) {
        if (signal?.aborted === true) return;
        yield batch;
      }
      if (signal === undefined || signal.aborted) return;
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
    },
    eventAt: (position) => reader.eventAt(position),
    head: () => Promise.resolve(upTo),
    positionAt: async (time) => {
      const position = await reader.positionAt(time);
      return position !== undefined && upTo !== undefined && position > upTo ? upTo : position;
    },
  };
}

async function* cut(
  batches: AsyncIterable<EventBatch>,
  upTo: Position | undefined,
): AsyncGenerator<EventBatch> {
  for await (const batch of batches) {
    const events = batch.events.filter(({ position }) => upTo !== undefined && position <= upTo);
    const caughtUp =
      batch.caughtUp || events.length < batch.events.length || events.at(-1)?.position === upTo;
    yield { events, upTo: events.at(-1)?.position ?? batch.upTo, caughtUp };
    if (caughtUp) return;
  }
}
