import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  END,
  type EventData,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  type Position,
  type ResolvedEvent,
  START,
  STREAM_EXISTS,
  streamNameFilter,
  eventTypeFilter,
} from '@eventstore/db-client';
import { WireDouble } from './testing/double/wire-double';

/**
 * What EventStoreDB does, as recorded from a real server (each test begins with the id of its fact). Run
 * against the double, they show that it answers so; against the server that EVENTSTORE_URL names, that it
 * still does.
 */
const real = process.env['EVENTSTORE_URL'];
let double: WireDouble | undefined;
let client: EventStoreDBClient;
let stream: string;

beforeAll(async () => {
  if (real === undefined) double = await WireDouble.start();
  client = EventStoreDBClient.connectionString(real ?? double?.url ?? '');
});
beforeEach(() => {
  stream = `facts${randomUUID()}.s`;
});
afterAll(async () => {
  await client.dispose();
  await double?.stop();
});

const event = (id: string = randomUUID(), data: object = {}): EventData =>
  jsonEvent({ id, type: 'Happened', data: data as Record<string, unknown> });
const events = (count: number) => Array.from({ length: count }, () => event());

/** A type and what else tells a failure; its text where it has one. */
async function failureOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error === undefined) throw new Error('It did not fail.');
  const { type, code, expectedVersion, actualVersion, message } = error as Record<string, unknown>;
  return { type, code, expectedVersion, actualVersion, message };
}

function positionOf(resolved: ResolvedEvent | undefined): Position {
  const position = resolved?.event?.position;
  if (position === undefined) throw new Error('There is no event.');
  return position;
}

async function all<E>(items: AsyncIterable<E>): Promise<E[]> {
  const found: E[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function revisions(options = {}): Promise<(bigint | undefined)[]> {
  return (await all(client.readStream(stream, options))).map(({ event: each }) => each?.revision);
}

describe('append', () => {
  it('A1 answers the last revision and the position of the last event', async () => {
    const answer = await client.appendToStream(stream, events(3), { expectedRevision: NO_STREAM });

    const last = (await all(client.readStream(stream))).at(-1)?.event;
    expect(answer).toEqual({ success: true, nextExpectedRevision: 2n, position: last?.position });
    expect(last?.position?.commit).toBe(last?.position?.prepare);
  });

  it.each([STREAM_EXISTS, 0n, 5n] as const)(
    'A2 to a missing stream, expecting %p, names no stream',
    async (expectedRevision) => {
      const failure = await failureOf(client.appendToStream(stream, event(), { expectedRevision }));

      expect(failure).toMatchObject({
        type: 'wrong-expected-version',
        expectedVersion: expectedRevision,
        actualVersion: 'no_stream',
      });
    },
  );

  it.each([NO_STREAM, 0n, 1n, 10n] as const)(
    'A3 to a stream at 2, expecting %p, names 2 and has no code',
    async (expectedRevision) => {
      await client.appendToStream(stream, events(3));

      expect(await failureOf(client.appendToStream(stream, event(), { expectedRevision }))).toEqual(
        {
          type: 'wrong-expected-version',
          code: undefined,
          expectedVersion: expectedRevision,
          actualVersion: 2n,
          message: '',
        },
      );
    },
  );

  it('A4 with credentials of its own fails alike, with a code for a size', async () => {
    const credentials = { username: 'admin', password: 'changeit' };
    await client.appendToStream(stream, event(), { credentials });

    const wrong = client.appendToStream(stream, event(), {
      credentials,
      expectedRevision: NO_STREAM,
    });
    const large = client.appendToStream(stream, event(randomUUID(), { t: 'x'.repeat(1_048_577) }), {
      credentials,
    });

    expect(await failureOf(wrong)).toMatchObject({ actualVersion: 0n });
    expect(await failureOf(large)).toMatchObject({ type: 'maximum-append-size-exceeded', code: 3 });
  });

  it('A5 without throwing answers a revision that is wrong', async () => {
    await client.appendToStream(stream, events(3));
    const quiet = real ?? double?.url ?? '';
    const other = `${quiet}${quiet.includes('?') ? '&' : '?'}throwOnAppendFailure=false`;
    await client.dispose();
    const lenient = EventStoreDBClient.connectionString(other);

    const answer = await lenient.appendToStream(stream, event(), { expectedRevision: NO_STREAM });

    expect(answer).toEqual({ success: false, nextExpectedRevision: 1n, position: undefined });
    await lenient.dispose();
  });

  it('A7 of no event succeeds and leaves the stream missing', async () => {
    expect(await client.appendToStream(stream, [])).toMatchObject({ nextExpectedRevision: 0n });

    expect(await failureOf(all(client.readStream(stream)))).toMatchObject({
      type: 'stream-not-found',
    });
  });

  it('A8 of several events at once writes all or nothing, side by side', async () => {
    await Promise.all(Array.from({ length: 5 }, () => client.appendToStream(stream, events(4))));
    await failureOf(client.appendToStream(stream, events(4), { expectedRevision: 3n }));

    const written = await all(client.readStream(stream));
    expect(written).toHaveLength(20);
  });

  it('A9 lets one of ten racers win', async () => {
    const racers = Array.from({ length: 10 }, () =>
      client.appendToStream(stream, event(), { expectedRevision: NO_STREAM }),
    );

    const ends = await Promise.allSettled(racers);

    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('A11 to a stream without a name is not understood', async () => {
    expect(await failureOf(client.appendToStream('', event()))).toMatchObject({
      type: 'unknown',
      message: 'Could not recognize BadRequest',
    });
  });

  it('A14 gives ids in lower case, and JSON and bytes as they were', async () => {
    const id = randomUUID().toUpperCase();
    await client.appendToStream(stream, [
      event(id, { text: 'Ação', list: [1, null] }),
      { ...jsonEvent({ type: 'T', data: {} }), metadata: {} },
    ]);

    const [first, second] = await all(client.readStream(stream));
    expect(first?.event).toMatchObject({
      id: id.toLowerCase(),
      data: { text: 'Ação', list: [1, null] },
      isJson: true,
      metadata: undefined,
    });
    expect(first?.event?.created).toBeInstanceOf(Date);
    expect(second?.event?.metadata).toEqual({});
  });

  it('S1 takes 1,048,576 bytes of data and not one more, whatever the metadata', async () => {
    const empty = Buffer.byteLength(JSON.stringify({ t: '' }));
    const ofBytes = (bytes: number) => ({
      ...event(randomUUID(), { t: 'x'.repeat(bytes - empty) }),
      metadata: { m: 'x'.repeat(1000) },
    });

    await client.appendToStream(stream, ofBytes(1_048_576));

    expect(await failureOf(client.appendToStream(stream, ofBytes(1_048_577)))).toMatchObject({
      type: 'maximum-append-size-exceeded',
      code: undefined,
    });
  });
});

describe('the same append again', () => {
  it('I1 at the exact revision answers as the first time, also when it is not the last', async () => {
    const again = { expectedRevision: 0n } as const;
    await client.appendToStream(stream, event());
    const id = randomUUID();
    const first = await client.appendToStream(stream, event(id), again);
    await client.appendToStream(stream, events(2));

    expect(await client.appendToStream(stream, event(id, { other: true }), again)).toEqual(first);
    expect(await revisions()).toEqual([0n, 1n, 2n, 3n]);
  });

  it('I2 at the current revision is written again', async () => {
    const same = event();
    await client.appendToStream(stream, same, { expectedRevision: NO_STREAM });

    await client.appendToStream(stream, same, { expectedRevision: 0n });

    expect(await revisions()).toEqual([0n, 1n]);
  });

  it('I3 at another revision is a conflict', async () => {
    const [a, b, c] = [event(), event(), event()];
    await client.appendToStream(stream, [a, b, c]);

    for (const expectedRevision of [0n, 9n] as const) {
      expect(await failureOf(client.appendToStream(stream, c, { expectedRevision }))).toMatchObject(
        { type: 'wrong-expected-version' },
      );
    }
  });

  it('I4 takes a repeat and a prefix, and refuses known events with new ones after them', async () => {
    const [a, b, c, d] = [event(), event(), event(), event()];
    const exactly = { expectedRevision: NO_STREAM } as const;
    await client.appendToStream(stream, [a, b, c], exactly);

    expect(await client.appendToStream(stream, [a, b, c], exactly)).toMatchObject({
      nextExpectedRevision: 2n,
    });
    expect(await client.appendToStream(stream, [a, b], exactly)).toMatchObject({
      nextExpectedRevision: 1n,
    });
    expect(await failureOf(client.appendToStream(stream, [b, c], exactly))).toMatchObject({
      type: 'wrong-expected-version',
    });
    expect(await failureOf(client.appendToStream(stream, [a, b, c, d], exactly))).toMatchObject({
      expectedVersion: 'any',
    });
    expect(await client.appendToStream(stream, [a, c])).toMatchObject({ nextExpectedRevision: 2n });
    expect(await revisions()).toEqual([0n, 1n, 2n]);
  });

  it('I7 knows an id in its own stream only', async () => {
    const same = event();
    await client.appendToStream(stream, same);
    await client.appendToStream(`${stream}2`, same);
    await client.appendToStream(`${stream}3`, [same, same]);

    expect(await all(client.readStream(`${stream}2`))).toHaveLength(1);
    expect(await all(client.readStream(`${stream}3`))).toHaveLength(2);
  });
});

describe('read', () => {
  beforeEach(async () => {
    await client.appendToStream(stream, events(5));
  });

  it('R1 includes where it begins, both ways', async () => {
    expect(await revisions({ fromRevision: 3n })).toEqual([3n, 4n]);
    expect(await revisions({ fromRevision: 9n })).toEqual([]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: 1n })).toEqual([1n, 0n]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: 9n, maxCount: 2 })).toEqual([
      4n,
      3n,
    ]);
    expect(await revisions({ direction: BACKWARDS, fromRevision: END, maxCount: 1 })).toEqual([4n]);
    expect(await revisions({ direction: BACKWARDS })).toEqual([0n]);
  });

  it('R1 fails, without a code, where there is no stream', async () => {
    expect(await failureOf(all(client.readStream(`${stream}none`)))).toMatchObject({
      type: 'stream-not-found',
      code: undefined,
    });
  });

  it('R2 of nothing, or forwards from the end, is not understood', async () => {
    for (const options of [{ maxCount: 0 }, { fromRevision: END }] as const) {
      expect(await failureOf(all(client.readStream(stream, options)))).toMatchObject({ code: 2 });
    }
  });

  it('R3 names stream, revision, type, time and position', async () => {
    const [first] = await all(client.readStream(stream, { maxCount: 1 }));

    expect(Object.keys(first ?? {}).sort()).toEqual(['commitPosition', 'event']);
    expect(first?.event).toMatchObject({ streamId: stream, revision: 0n, type: 'Happened' });
    expect(first?.commitPosition).toBe(first?.event?.position?.commit);
  });

  it('R4 of $all includes its position forwards and excludes it backwards', async () => {
    const [first, second] = await all(client.readStream(stream));
    const fromPosition = positionOf(second);

    const forwards = await all(client.readAll({ fromPosition, maxCount: 1 }));
    const backwards = await all(
      client.readAll({ fromPosition, maxCount: 1, direction: BACKWARDS }),
    );
    const lower = { commit: fromPosition.commit, prepare: 0n };

    expect(forwards[0]?.event?.id).toBe(second?.event?.id);
    expect(backwards[0]?.event?.id).toBe(first?.event?.id);
    expect((await all(client.readAll({ fromPosition: lower, maxCount: 1 })))[0]?.event?.id).toBe(
      second?.event?.id,
    );
  });

  it('R4 of $all fails where no record stands, and finds nothing beyond the end', async () => {
    const [first] = await all(client.readStream(stream));
    const position = first?.event?.position?.commit ?? 0n;
    const between = { commit: position + 1n, prepare: position + 1n };
    const beyond = { commit: position + 1_000_000_000n, prepare: position + 1_000_000_000n };

    expect(await failureOf(all(client.readAll({ fromPosition: between })))).toMatchObject({
      type: 'unknown',
      code: 2,
    });
    expect(await all(client.readAll({ fromPosition: beyond }))).toEqual([]);
  });

  it("R5 of $all has the server's own events too", async () => {
    const [first] = await all(client.readAll({ maxCount: 1 }));

    expect(first?.event?.type.startsWith('$')).toBe(true);
  });
});

describe('metadata and deletion', () => {
  it('M1 hides what maxCount and truncateBefore leave out; a stream without a rest reads as empty', async () => {
    await client.appendToStream(stream, events(5));

    await client.setStreamMetadata(stream, { maxCount: 2 });
    expect(await revisions()).toEqual([3n, 4n]);
    await client.setStreamMetadata(stream, { truncateBefore: 5 });
    expect(await revisions()).toEqual([]);
    expect(
      await failureOf(client.appendToStream(stream, event(), { expectedRevision: NO_STREAM })),
    ).toMatchObject({ actualVersion: 4n });
    await client.appendToStream(stream, event(), { expectedRevision: 4n });
    expect(await revisions()).toEqual([5n]);
  });

  it('M2 replaces metadata whole', async () => {
    await client.setStreamMetadata(stream, { maxCount: 2 });
    await client.setStreamMetadata(stream, { truncateBefore: 1 });

    expect((await client.getStreamMetadata(stream)).metadata).toEqual({ truncateBefore: 1 });
    expect(await client.getStreamMetadata(`${stream}none`)).toEqual({
      streamName: `${stream}none`,
    });
  });

  it('M3 of a stream without events makes it exist for an append, not for a read', async () => {
    await client.setStreamMetadata(stream, { maxCount: 2 });

    expect(await failureOf(all(client.readStream(stream)))).toMatchObject({
      type: 'stream-not-found',
    });
    await client.appendToStream(stream, event(), { expectedRevision: STREAM_EXISTS });
  });

  it('D1 a deleted stream is not found, and goes on after its last revision', async () => {
    await client.appendToStream(stream, events(3));
    await client.deleteStream(stream);

    expect(await failureOf(all(client.readStream(stream)))).toMatchObject({
      type: 'stream-not-found',
    });
    expect(
      await failureOf(client.appendToStream(stream, event(), { expectedRevision: STREAM_EXISTS })),
    ).toMatchObject({ type: 'stream-deleted' });
    expect(
      await client.appendToStream(stream, event(), { expectedRevision: NO_STREAM }),
    ).toMatchObject({ nextExpectedRevision: 3n });
    expect(await revisions()).toEqual([3n]);
  });

  it('D2 deleting what is not there names revisions by number', async () => {
    const options = { expectedRevision: 5n };

    expect(await failureOf(client.deleteStream(stream, options))).toMatchObject({
      type: 'wrong-expected-version',
      code: 9,
      expectedVersion: 5n,
      actualVersion: -1n,
    });
  });

  it('D3 a tombstone ends a stream for good', async () => {
    await client.appendToStream(stream, event());
    await client.tombstoneStream(stream);

    for (const work of [
      () => all(client.readStream(stream)),
      () => client.appendToStream(stream, event()),
      () => client.deleteStream(stream),
      () => client.tombstoneStream(stream),
    ]) {
      expect(await failureOf(work())).toMatchObject({ type: 'stream-deleted' });
    }
  });
});

describe('subscription', () => {
  /** What happens to a subscription, in order, until so many things have. */
  async function happenings(
    options: Parameters<EventStoreDBClient['subscribeToAll']>[0],
    count: number,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<(string | bigint)[]> {
    const subscription = client.subscribeToAll(options);
    const seen: (string | bigint)[] = [];
    await new Promise<void>((resolve) => {
      const note = (what: string | bigint) => {
        seen.push(what);
        if (what === 'caughtUp') void meanwhile();
        if (seen.length >= count) resolve();
      };
      subscription
        .on('confirmation', () => {
          note('confirmation');
        })
        .on('caughtUp', () => {
          note('caughtUp');
        })
        .on('data', ({ event: each }: AllStreamResolvedEvent) => {
          note(each?.revision ?? 'none');
        })
        .on('error', ({ type, code }: Error & { type?: string; code?: number }) => {
          note(`${String(type)} ${String(code)}`);
        });
    });
    await subscription.unsubscribe();
    return seen.slice(0, count);
  }
  const ours = () => streamNameFilter({ prefixes: [stream] });

  it('U1 confirms, brings what there is, says that it caught up, then brings what comes', async () => {
    await client.appendToStream(stream, events(2));

    const seen = await happenings({ filter: ours() }, 5, () =>
      client.appendToStream(stream, event()),
    );

    expect(seen).toEqual(['confirmation', 0n, 1n, 'caughtUp', 2n]);
  });

  it('U1 begins after its position, and fails where no record stands', async () => {
    await client.appendToStream(stream, events(3));
    const [first] = await all(client.readStream(stream));
    const fromPosition = positionOf(first);
    const between = { commit: fromPosition.commit + 1n, prepare: fromPosition.commit + 1n };

    expect(await happenings({ fromPosition, filter: ours() }, 3)).toEqual(['confirmation', 1n, 2n]);
    expect((await happenings({ fromPosition: between }, 1)).at(-1)).toBe('unknown 2');
  });

  it('U1 from the end brings only what comes', async () => {
    await client.appendToStream(stream, events(3));

    const seen = await happenings({ fromPosition: END, filter: ours() }, 3, () =>
      client.appendToStream(stream, event()),
    );

    expect(seen).toEqual(['confirmation', 'caughtUp', 3n]);
  });

  it('U3 ends, after the tombstone, when its stream is ended', async () => {
    await client.appendToStream(stream, event());
    const subscription = client.subscribeToStream(stream);
    const seen: unknown[] = [];
    const failed = new Promise<unknown>((resolve) => {
      subscription
        .on('data', ({ event: each }) => seen.push(each?.type))
        .on('caughtUp', () => void client.tombstoneStream(stream))
        .on('error', resolve);
    });

    expect(await failed).toMatchObject({ type: 'stream-deleted' });
    expect(seen).toEqual(['Happened', '$streamDeleted']);
  });

  it('U4 ends without an error when it is unsubscribed', async () => {
    const subscription = client.subscribeToAll({ fromPosition: END });
    const seen: string[] = [];
    for (const name of ['end', 'close', 'error']) subscription.on(name, () => seen.push(name));
    await new Promise((resolve) =>
      subscription.on('confirmation', () => {
        resolve(undefined);
      }),
    );
    const closed = new Promise((resolve) =>
      subscription.on('close', () => {
        resolve(undefined);
      }),
    );
    subscription.resume();

    await subscription.unsubscribe();
    await closed;

    expect(seen).toEqual(['end', 'close']);
  });

  it('K1 K2 tells of checkpoints with a filter only, each at a record', async () => {
    await client.appendToStream(stream, event());
    await client.appendToStream(`other${stream}`, events(100));
    await client.appendToStream(stream, event());
    const [first] = await all(client.readStream(stream));
    const checkpoints: Position[] = [];
    const filter = streamNameFilter({
      prefixes: [stream],
      checkpointReached: (_, position) => void checkpoints.push(position),
    });
    const fromPosition = positionOf(first);

    await happenings({ fromPosition, filter }, 3);

    expect(checkpoints.length).toBeGreaterThan(0);
    for (const { commit } of checkpoints) {
      const at = { commit, prepare: commit };
      const [found] = await all(client.readAll({ fromPosition: at, maxCount: 1 }));
      expect(found?.event?.position.commit).toBe(commit);
    }
  });

  it('K3 goes on from a checkpoint, with prepare 0, after the record there', async () => {
    await client.appendToStream(stream, events(3));
    const [first] = await all(client.readStream(stream));
    const fromPosition = { commit: first?.event?.position?.commit ?? 0n, prepare: 0n };

    expect(await happenings({ fromPosition, filter: ours() }, 3)).toEqual(['confirmation', 1n, 2n]);
  });

  it('K5 filters by any of some prefixes, in their case, by type, and by regular expression', async () => {
    await client.appendToStream(stream, [
      { ...event(), type: `A-${stream}` },
      { ...event(), type: `B-${stream}` },
    ]);
    const twice = streamNameFilter({ prefixes: ['none', stream] });
    const upper = streamNameFilter({ prefixes: [stream.toUpperCase()] });
    const byType = eventTypeFilter({ prefixes: [`B-${stream}`] });
    const regex = streamNameFilter({ regex: `^${stream}$` });

    expect(await happenings({ filter: twice }, 4)).toEqual(['confirmation', 0n, 1n, 'caughtUp']);
    expect(await happenings({ filter: upper }, 2)).toEqual(['confirmation', 'caughtUp']);
    expect(await happenings({ filter: byType }, 3)).toEqual(['confirmation', 1n, 'caughtUp']);
    expect(await happenings({ filter: regex }, 4)).toEqual(['confirmation', 0n, 1n, 'caughtUp']);
    const bad = streamNameFilter({ regex: '(' });
    expect((await happenings({ filter: bad, fromPosition: START }, 1)).at(-1)).toBe('unknown 2');
  });
});
