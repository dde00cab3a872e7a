import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../canonical-json';
import type { NewEvent, SealedPersonal, StoredEvent } from '../envelope';
import { AppendTooLargeError, StoreUnavailableError } from '../errors';
import {
  type AppendOutcome,
  type EventBatch,
  type EventStore,
  MAX_APPEND_BYTES,
  positionOfEvent,
  type ReadStreamOptions,
  type StreamWrite,
} from '../event-store';
import type { JsonObject } from '../json';
import { formatPosition, isLogId, parsePosition, type Position } from '../position';
import { newEvent, newEvents } from './new-event';

/** What every EventStore promises. `open` gives a store on a new, empty log; the suite closes it. */
export function eventStoreContract(adapter: string, open: () => Promise<EventStore>): void {
  describe(`${adapter} keeps the EventStore contract`, () => {
    let store: EventStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await store.close();
    });

    describe('append', () => {
      it('creates a stream, then goes on after the revision the writer has seen', async () => {
        const [first, second, third] = [newEvent(), newEvent(), newEvent()];

        await appendOne(store, 's-1', 'no_stream', [first, second]);
        await appendOne(store, 's-1', 1, [third]);

        const events = await streamOf(store, 's-1');
        expect(events.map(({ id, revision, stream }) => [id, revision, stream])).toEqual([
          [first.id, 0, 's-1'],
          [second.id, 1, 's-1'],
          [third.id, 2, 's-1'],
        ]);
      });

      it('answers the position of the last event written', async () => {
        const position = await appendOne(store, 's-1', 'no_stream', newEvents(3));

        expect(position).toBe((await streamOf(store, 's-1')).at(-1)?.position);
        expect(position).toBe(await store.head());
      });

      it.each<[StreamWrite['expectedRevision'], number, number | 'no_stream']>([
        ['no_stream', 1, 0],
        [0, 0, 'no_stream'],
        [0, 2, 1],
        [5, 2, 1],
      ])(
        'expecting %p on a stream of %d events conflicts with %p',
        async (expected, length, actual) => {
          if (length > 0) await appendOne(store, 's-1', 'no_stream', newEvents(length));
          const before = await logOf(store);

          const outcome = await store.append([write('s-1', expected, newEvents(1))]);

          expect(outcome).toEqual({ kind: 'conflict', stream: 's-1', actual });
          expect(await logOf(store)).toEqual(before);
        },
      );

      it('writes to several streams in the given order', async () => {
        await appendOne(store, 's-2', 'no_stream', newEvents(1));
        const [a, b, c] = [newEvents(2), newEvents(1), newEvents(1)];

        const outcome = await store.append([
          write('s-3', 'no_stream', a),
          write('s-2', 0, b),
          write('s-1', 'no_stream', c),
        ]);

        const written = (await logOf(store)).slice(1);
        expect(written.map(({ id }) => id)).toEqual([...a, ...b, ...c].map(({ id }) => id));
        expect(written.map(({ stream, revision }) => [stream, revision])).toEqual([
          ['s-3', 0],
          ['s-3', 1],
          ['s-2', 1],
          ['s-1', 0],
        ]);
        expect(outcome).toEqual({ kind: 'appended', position: written.at(-1)?.position });
      });

      it('counts the place in the append through all its streams', async () => {
        await store.append([
          write('s-1', 'no_stream', newEvents(2)),
          write('s-2', 'no_stream', newEvents(1)),
        ]);

        expect((await logOf(store)).map(({ metadata }) => metadata.append)).toEqual([
          { index: 0, of: 3 },
          { index: 1, of: 3 },
          { index: 2, of: 3 },
        ]);
      });

      it('names the stream in conflict when one of several is', async () => {
        await appendOne(store, 's-2', 'no_stream', newEvents(3));

        const outcome = await store.append([
          write('s-1', 'no_stream', newEvents(1)),
          write('s-2', 1, newEvents(1)),
        ]);

        expect(outcome).toEqual({ kind: 'conflict', stream: 's-2', actual: 2 });
      });

      it('lets one of 200 racers for a revision win', async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(1));

        const outcomes = await Promise.all(
          newEvents(200).map((event) => store.append([write('s-1', 0, [event])])),
        );

        expect(outcomes.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
        expect(outcomes.filter(({ kind }) => kind === 'conflict')).toEqual(
          Array.from({ length: 199 }, () => ({ kind: 'conflict', stream: 's-1', actual: 1 })),
        );
        expect(await streamOf(store, 's-1')).toHaveLength(2);
      });

      it('takes appends to many streams at once', async () => {
        const outcomes = await Promise.all(
          newEvents(300).map((event, n) => store.append([write(`s-${n}`, 'no_stream', [event])])),
        );

        expect(outcomes.every(({ kind }) => kind === 'appended')).toBe(true);
        expect(new Set(outcomes.map(positionOf)).size).toBe(300);
        expect(await logOf(store)).toHaveLength(300);
      });
    });

    describe('the same append again', () => {
      it('answers as the first time and writes nothing', async () => {
        const writes = [write('s-1', 'no_stream', newEvents(2))];
        const first = await store.append(writes);

        expect(await store.append(writes)).toEqual(first);
        expect(await logOf(store)).toHaveLength(2);
      });

      it('answers as the first time after the stream has grown', async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(1));
        const writes = [write('s-1', 0, newEvents(2))];
        const first = await store.append(writes);
        await appendOne(store, 's-1', 2, newEvents(1));
        await appendOne(store, 's-2', 'no_stream', newEvents(1));

        expect(await store.append(writes)).toEqual(first);
        expect(await logOf(store)).toHaveLength(5);
      });

      it('answers as the first time to several streams', async () => {
        const writes = [
          write('s-1', 'no_stream', newEvents(2)),
          write('s-2', 'no_stream', newEvents(1)),
        ];
        const first = await store.append(writes);
        await appendOne(store, 's-1', 1, newEvents(1));

        expect(await store.append(writes)).toEqual(first);
        expect(await logOf(store)).toHaveLength(4);
      });

      it('is one append when it is sent 50 times at once', async () => {
        const writes = [write('s-1', 'no_stream', newEvents(2))];

        const outcomes = await Promise.all(Array.from({ length: 50 }, () => store.append(writes)));

        expect(new Set(outcomes.map(positionOf)).size).toBe(1);
        expect(await logOf(store)).toHaveLength(2);
      });

      it('completes an append to several streams that was cut short', async () => {
        const [first, second] = [newEvents(2), newEvents(1)];
        await appendOne(store, 's-1', 'no_stream', first);

        const outcome = await store.append([
          write('s-1', 'no_stream', first),
          write('s-2', 'no_stream', second),
        ]);

        expect(outcome).toEqual({ kind: 'appended', position: await store.head() });
        expect((await logOf(store)).map(({ id }) => id)).toEqual(
          [...first, ...second].map(({ id }) => id),
        );
      });

      it.each<[string, (events: readonly NewEvent[]) => readonly NewEvent[]]>([
        ['one event more', (events) => [...events, newEvent()]],
        ['another last event', (events) => [...events.slice(0, -1), newEvent()]],
        ['the events in another order', (events) => events.toReversed()],
      ])('is another append, and conflicts, with %s', async (_, change) => {
        const events = newEvents(2);
        await appendOne(store, 's-1', 'no_stream', events);

        const outcome = await store.append([write('s-1', 'no_stream', change(events))]);

        expect(outcome).toEqual({ kind: 'conflict', stream: 's-1', actual: 1 });
        expect(await logOf(store)).toHaveLength(2);
      });
    });

    describe('what is no append', () => {
      const event = newEvent();
      it.each<[string, readonly StreamWrite[]]>([
        ['no stream', []],
        ['no event', [write('s-1', 'no_stream', [])]],
        ['a stream twice', [write('s-1', 'no_stream', [event]), write('s-1', 0, newEvents(1))]],
        ['an event id twice', [write('s-1', 'no_stream', [event, event])]],
        ['an id that is no UUID', [write('s-1', 'no_stream', [newEvent({ id: 'one' })])]],
        ['a negative revision', [write('s-1', -1, newEvents(1))]],
        ['a broken revision', [write('s-1', 0.5, newEvents(1))]],
        ['half a character', [write('s-1', 'no_stream', [newEvent({ data: { a: '\ud800' } })])]],
        ['a number that is none', [write('s-1', 'no_stream', [newEvent({ data: { a: NaN } })])]],
      ])('is refused: %s', async (_, writes) => {
        await expect(store.append(writes)).rejects.toThrow(TypeError);
        expect(await logOf(store)).toEqual([]);
      });
    });

    describe('MAX_APPEND_BYTES', () => {
      /** An event of exactly so many bytes of data, of which one character has two. */
      const eventOf = (bytes: number) =>
        newEvent({ data: { text: `é${'x'.repeat(bytes - Buffer.byteLength('{"text":"é"}'))}` } });

      it('is the most that an append holds, in bytes over all its events', async () => {
        const personal = sealedPersonal();
        const rest = MAX_APPEND_BYTES / 2 - Buffer.byteLength(JSON.stringify(personal));
        const writes = [
          write('s-1', 'no_stream', [eventOf(MAX_APPEND_BYTES / 2)]),
          write('s-2', 'no_stream', [{ ...eventOf(rest), personal }]),
        ];

        expect((await store.append(writes)).kind).toBe('appended');
      });

      it('refuses one byte more and writes nothing', async () => {
        const tooLarge = [eventOf(MAX_APPEND_BYTES - 1), newEvent({ data: {} })];

        const outcome = store.append([write('s-1', 'no_stream', tooLarge)]);

        await expect(outcome).rejects.toThrow(AppendTooLargeError);
        await expect(outcome).rejects.toMatchObject({
          bytes: MAX_APPEND_BYTES + 1,
          limit: MAX_APPEND_BYTES,
        });
        expect(await logOf(store)).toEqual([]);
      });
    });

    describe('what was written', () => {
      it('reads back whole', async () => {
        const event = newEvent({
          type: 'Told',
          schemaVersion: 3,
          data: { text: 'Ação', list: [1, null, { deep: true }] },
          personal: sealedPersonal(),
          metadata: {
            ...newEvent().metadata,
            tenant: null,
            actor: {
              kind: 'process',
              id: 'p',
              organisation: 'o',
              onBehalfOf: 'c',
              delegation: 'd',
            },
            traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          },
        });

        const position = await appendOne(store, 's-1', 'no_stream', [event]);

        expect(await streamOf(store, 's-1')).toEqual([
          {
            ...event,
            stream: 's-1',
            revision: 0,
            position,
            metadata: { ...event.metadata, append: { index: 0, of: 1 } },
          },
        ]);
      });

      it('has no personal data where none was given', async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(1));

        expect((await streamOf(store, 's-1')).map((event) => 'personal' in event)).toEqual([false]);
      });

      it('keeps each character and number of its JSON', async () => {
        const data = {
          'key "quoted" \\ é 日本 👩‍🚀': 'e\u0301 \u0000 \u001f \u2028 \ufeff \\u0041',
          numbers: [0, 0.1, -1e-300, 1.7976931348623157e308, 9007199254740991, 1e21],
          empty: { array: [], object: {}, text: '' },
        };

        await appendOne(store, 's-日本 👩‍🚀', 'no_stream', [newEvent({ data })]);

        expect((await streamOf(store, 's-日本 👩‍🚀')).map((event) => event.data)).toEqual([data]);
      });

      it('stays as it was when the caller changes its own object', async () => {
        const data = { n: 1 };
        const appending = appendOne(store, 's-1', 'no_stream', [newEvent({ data })]);
        data.n = 2;
        await appending;
        data.n = 3;

        const events = await streamOf(store, 's-1');

        expect(events[0]?.data).toEqual({ n: 1 });
      });
    });

    describe('readStream', () => {
      const read = async (options: ReadStreamOptions) =>
        (await streamOf(store, 's-1', options)).map(({ revision }) => revision);

      beforeEach(async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(5));
        await appendOne(store, 's-10', 'no_stream', newEvents(1));
      });

      it.each<[ReadStreamOptions, number[]]>([
        [{}, [0, 1, 2, 3, 4]],
        [{ direction: 'backwards' }, [4, 3, 2, 1, 0]],
        [{ fromRevision: 3 }, [3, 4]],
        [{ fromRevision: 5 }, []],
        [{ fromRevision: 1, limit: 2 }, [1, 2]],
        [{ limit: 0 }, []],
        [{ limit: 9 }, [0, 1, 2, 3, 4]],
        [{ direction: 'backwards', fromRevision: 1 }, [1, 0]],
        [{ direction: 'backwards', fromRevision: 9 }, [4, 3, 2, 1, 0]],
        [{ direction: 'backwards', limit: 1 }, [4]],
        [{ direction: 'backwards', fromRevision: 3, limit: 2 }, [3, 2]],
      ])('with %j gives the revisions %j', async (options, revisions) => {
        expect(await read(options)).toEqual(revisions);
      });

      it('gives nothing, not even an empty batch, where there is no stream', async () => {
        for await (const batch of store.readStream('s-none')) expect(batch).toBe('nothing');
      });

      it('reads a stream longer than any batch, both ways and limited', async () => {
        const length = 1205;
        await appendOne(store, 's-long', 'no_stream', newEvents(length));
        const all = Array.from({ length }, (_, revision) => revision);
        const revisions = async (options?: ReadStreamOptions) =>
          (await streamOf(store, 's-long', options)).map(({ revision }) => revision);

        expect(await revisions()).toEqual(all);
        expect(await revisions({ direction: 'backwards' })).toEqual(all.toReversed());
        expect(await revisions({ limit: 1100, fromRevision: 3 })).toEqual(all.slice(3, 1103));
      });
    });

    describe('readBackwards', () => {
      const backwards = async (before?: Position) =>
        (await collect(store.readBackwards({ before }))).flat();

      it('gives the whole log from its end, and what stands before any of its events', async () => {
        expect(await backwards()).toEqual([]);
        for (let n = 0; n < 3; n++) {
          await store.append([
            write(`a-${n}`, 'no_stream', newEvents(2)),
            write(`b-${n}`, 'no_stream', newEvents(1)),
          ]);
        }
        const log = await logOf(store);

        expect(await backwards()).toEqual(log.toReversed());
        for (const [index, { position }] of log.entries()) {
          expect(await backwards(position)).toEqual(log.slice(0, index).toReversed());
        }
      });

      it('goes on from page to page', async () => {
        for (let n = 0; n < 3; n++) {
          await appendOne(store, `s-${n}`, 'no_stream', newEvents(250));
        }

        const pages = await collect(store.readBackwards());

        expect(pages.length).toBeGreaterThan(1);
        expect(pages.flat()).toEqual((await logOf(store)).toReversed());
      });
    });

    describe('readAll', () => {
      it('gives an empty log as one empty batch, from whose place one goes on', async () => {
        const batches = await collect(store.readAll());
        expect(batches.map(({ events, caughtUp }) => [events, caughtUp])).toEqual([[[], true]]);

        await appendOne(store, 's-1', 'no_stream', newEvents(2));

        expect(await logOf(store, batches[0]?.upTo)).toHaveLength(2);
      });

      it('gives all streams in the order in which they were appended to', async () => {
        const events = newEvents(6);
        for (const [n, event] of events.entries()) {
          await appendOne(store, `s-${n % 2}`, n < 2 ? 'no_stream' : Math.floor(n / 2) - 1, [
            event,
          ]);
        }

        expect((await logOf(store)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      });

      it('goes on after any event of the log', async () => {
        for (let n = 0; n < 4; n++) await appendOne(store, `s-${n}`, 'no_stream', newEvents(2));
        const log = await logOf(store);

        for (const [index, { position }] of log.entries()) {
          expect(await logOf(store, position)).toEqual(log.slice(index + 1));
        }
      });

      it('ends, caught up, when nothing follows', async () => {
        const head = await appendOne(store, 's-1', 'no_stream', newEvents(1));

        expect(await collect(store.readAll({ after: head }))).toEqual([
          { events: [], upTo: head, caughtUp: true },
        ]);
      });

      it('never splits an append, and says only at the end that it has caught up', async () => {
        await appendOne(store, 's-first', 'no_stream', newEvents(1));
        await Promise.all(
          Array.from({ length: 450 }, (_, n) =>
            store.append([
              write(`a-${n}`, 'no_stream', newEvents(2)),
              write(`b-${n}`, 'no_stream', newEvents(1)),
            ]),
          ),
        );

        const batches = await collect(store.readAll());

        expect(batches.length).toBeGreaterThan(1);
        expect(batches.flatMap(({ events }) => events)).toHaveLength(1 + 450 * 3);
        expect(batches.filter(splitsAnAppend)).toEqual([]);
        expect(batches.map(({ caughtUp }) => caughtUp)).toEqual(
          batches.map((_, index) => index === batches.length - 1),
        );
        expect(batches.at(-1)?.upTo).toBe(await store.head());
      });

      it('keeps one append of more events than any batch in one batch', async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(1));
        await appendOne(store, 's-2', 'no_stream', newEvents(1201));

        const batches = await collect(store.readAll());

        expect(batches.filter(splitsAnAppend)).toEqual([]);
        expect(batches.flatMap(({ events }) => events)).toHaveLength(1202);
      });
    });

    describe('positions', () => {
      it('begin with the id of the log', async () => {
        const position = await appendOne(store, 's-1', 'no_stream', newEvents(1));

        expect(isLogId(store.logId)).toBe(true);
        expect(parsePosition(position)?.logId).toBe(store.logId);
      });

      it('rise, compared as text, in the order of the log', async () => {
        for (let n = 0; n < 12; n++) await appendOne(store, `s-${n}`, 'no_stream', newEvents(1));

        const positions = (await logOf(store)).map(({ position }) => position);

        expect(positions).toEqual([...new Set(positions)].sort());
      });

      it('find the event that stands there', async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(3));
        const log = await logOf(store);

        for (const event of log) expect(await store.eventAt(event.position)).toEqual(event);
      });

      it('are found by the id of what stands there', async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(3));
        for (const event of await logOf(store)) {
          expect(await positionOfEvent(store, event.id)).toBe(event.position);
        }
        expect(await positionOfEvent(store, randomUUID())).toBeUndefined();
      });

      it('find nothing beyond the log, nor under another log id', async () => {
        const position = await appendOne(store, 's-1', 'no_stream', newEvents(1));
        const ordinal = parsePosition(position)?.ordinal ?? 0n;

        expect(await store.eventAt(formatPosition(store.logId, ordinal + 1000n))).toBeUndefined();
        expect(await store.eventAt(formatPosition('0123456789abcdef', ordinal))).toBeUndefined();
      });

      it('of another log are refused to read from', async () => {
        const foreign = formatPosition('0123456789abcdef', 1);

        await expect(collect(store.readAll({ after: foreign }))).rejects.toThrow(RangeError);
        await expect(take(store.subscribe({ after: foreign }), 1)).rejects.toThrow(RangeError);
      });

      it('have no head in an empty log', async () => {
        expect(await store.head()).toBeUndefined();
      });

      it('are found by a time: the last one before the first event that is later', async () => {
        const seconds = [10, 12, 11, 12, 15, 14, 16];
        const at = await appendAt(store, seconds);

        expect(await store.positionAt(second(9))).toBeUndefined();
        expect(await store.positionAt(second(10))).toBe(at[0]);
        expect(await store.positionAt(second(11))).toBe(at[0]);
        expect(await store.positionAt(second(12))).toBe(at[3]);
        expect(await store.positionAt(second(14))).toBe(at[3]);
        expect(await store.positionAt(second(15))).toBe(at[5]);
        expect(await store.positionAt(second(100))).toBe(at[6]);
      });

      it('are found by a time at which an append wrote more than any batch holds', async () => {
        await appendAt(store, [10]);
        const events = newEvents(600).map((event) => stampedAt(event, 11));
        const position = await appendOne(store, 's-2', 'no_stream', events);
        await appendOne(store, 's-3', 'no_stream', [stampedAt(newEvent(), 12)]);

        expect(await store.positionAt(second(11))).toBe(position);
      });

      it('are not found by a time in an empty log', async () => {
        expect(await store.positionAt(second(10))).toBeUndefined();
      });
    });

    describe('subscribe', () => {
      it('says of an empty log that it has caught up, then brings what is appended', async () => {
        const batches = store.subscribe()[Symbol.asyncIterator]();

        expect((await batches.next()).value).toMatchObject({ events: [], caughtUp: true });
        const next = batches.next();
        const position = await appendOne(store, 's-1', 'no_stream', newEvents(1));

        expect((await next).value).toMatchObject({ events: [{ position }], upTo: position });
        await batches.return?.();
      });

      it('catches up from a position, then goes on live', async () => {
        const after = await appendOne(store, 's-1', 'no_stream', newEvents(1));
        await appendOne(store, 's-1', 0, newEvents(2));
        const batches = store.subscribe({ after })[Symbol.asyncIterator]();

        const caughtUp = await untilCaughtUp(batches);
        await appendOne(store, 's-1', 2, newEvents(1));
        const live = await untilCaughtUp(batches);

        expect([...caughtUp, ...live].map(({ revision }) => revision)).toEqual([1, 2, 3]);
        await batches.return?.();
      });

      it('has neither gap nor double while appends go on', async () => {
        const total = 1500;
        const appending = Promise.all(
          newEvents(total).map(async (event, n) => {
            for (let turn = 0; turn < n % 50; turn++) await Promise.resolve();
            await store.append([write(`s-${n}`, 'no_stream', [event])]);
          }),
        );
        const seen: string[] = [];
        const batches: EventBatch[] = [];
        for await (const batch of store.subscribe()) {
          batches.push(batch);
          seen.push(...batch.events.map(({ id }) => id));
          if (seen.length >= total) break;
        }
        await appending;

        expect(seen).toEqual((await logOf(store)).map(({ id }) => id));
        expect(batches.filter(splitsAnAppend)).toEqual([]);
      });

      it('brings only the types asked for, and passes the others by', async () => {
        const rare = newEvents(3).map((event) => ({ ...event, type: 'Rare' }));
        await appendOne(store, 's-1', 'no_stream', [...newEvents(2), ...rare.slice(0, 1)]);
        const passed = await appendOne(store, 's-2', 'no_stream', newEvents(1_200));
        const batches = store.subscribe({ types: new Set(['Rare']) })[Symbol.asyncIterator]();
        const seen: string[] = [];
        let upTo: Position | undefined;
        while (upTo === undefined || upTo < passed) {
          const { value } = (await batches.next()) as IteratorYieldResult<EventBatch>;
          seen.push(...value.events.map(({ id }) => id));
          upTo = value.upTo;
        }
        expect(seen).toEqual([rare[0]?.id]);

        await appendOne(store, 's-3', 'no_stream', newEvents(5));
        const last = await appendOne(store, 's-4', 'no_stream', [
          ...rare.slice(1),
          ...newEvents(1),
        ]);
        while (upTo < last) {
          const { value } = (await batches.next()) as IteratorYieldResult<EventBatch>;
          seen.push(...value.events.map(({ id }) => id));
          upTo = value.upTo;
        }
        expect(seen).toEqual(rare.map(({ id }) => id));
        await batches.return?.();
      });

      it('gives each event as its canonical text, all but its position', async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(300));
        await appendOne(store, 's "2"', 'no_stream', [
          { ...newEvent(), data: { z: 'ä\u2028"', a: [1e21, -0, { y: null, b: true }] } },
          ...newEvents(1),
        ]);
        const read = (await collect(store.readCanonical())).flatMap(({ events }) => events);
        const log = await logOf(store);
        const expected = log.map(({ position, ...event }) => ({
          id: event.id,
          position,
          text: canonicalJson(event as object as JsonObject),
        }));
        expect(read).toEqual(expected);
        const after = log[199]?.position;
        const rest = (await collect(store.readCanonical({ after }))).flatMap(
          ({ events }) => events,
        );
        expect(rest).toEqual(expected.slice(200));
      });

      it('serves each subscriber the whole log', async () => {
        const subscribers = [1, 2, 3].map(() => takeEvents(store.subscribe(), 20));
        for (let n = 0; n < 20; n++) await appendOne(store, `s-${n}`, 'no_stream', newEvents(1));

        const [first, ...others] = await Promise.all(subscribers);

        expect(first).toEqual(await logOf(store));
        for (const other of others) expect(other).toEqual(first);
      });

      it('waits for a slow consumer and leaves out nothing', async () => {
        const batches = store.subscribe()[Symbol.asyncIterator]();
        await batches.next();
        for (let n = 0; n < 100; n++) await appendOne(store, `s-${n}`, 'no_stream', newEvents(1));

        const events = await untilCaughtUp(batches);

        expect(events).toEqual(await logOf(store));
        await batches.return?.();
      });

      it('ends when it is cancelled while it waits', async () => {
        const cancel = new AbortController();
        const batches = store.subscribe({ signal: cancel.signal })[Symbol.asyncIterator]();
        await batches.next();
        const waiting = batches.next();

        cancel.abort();

        expect(await waiting).toEqual({ done: true, value: undefined });
      });

      it('ends when it is cancelled while the consumer works', async () => {
        const cancel = new AbortController();
        const batches = store.subscribe({ signal: cancel.signal })[Symbol.asyncIterator]();
        await batches.next();
        await appendOne(store, 's-1', 'no_stream', newEvents(1));

        cancel.abort();

        expect(await batches.next()).toEqual({ done: true, value: undefined });
      });

      it('does not begin when it was cancelled before', async () => {
        await appendOne(store, 's-1', 'no_stream', newEvents(1));

        expect(await collect(store.subscribe({ signal: AbortSignal.abort() }))).toEqual([]);
      });
    });

    describe('close', () => {
      it('lets what is queued finish', async () => {
        const appending = newEvents(50).map((event, n) =>
          store.append([write(`s-${n}`, 'no_stream', [event])]),
        );

        await store.close();

        for (const outcome of await Promise.all(appending)) expect(outcome.kind).toBe('appended');
      });

      it('ends appending, reading and subscriptions, and may be called again', async () => {
        const batches = store.subscribe()[Symbol.asyncIterator]();
        await batches.next();
        const waiting = expect(batches.next()).rejects.toThrow(StoreUnavailableError);

        await store.close();
        await store.close();

        await waiting;
        await expect(appendOne(store, 's-1', 'no_stream', newEvents(1))).rejects.toThrow(
          StoreUnavailableError,
        );
        await expect(collect(store.readAll())).rejects.toThrow(StoreUnavailableError);
      });
    });

    it('answers any sequence of appends as a simple model does', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(appendPlan(), { minLength: 1, maxLength: 25 }), async (plans) => {
          const fresh = await open();
          try {
            await compareWithModel(fresh, plans);
          } finally {
            await fresh.close();
          }
        }),
        { numRuns: 40, seed: propertySeed() },
      );
    });
  });
}

/** So many seconds after a moment. */
function second(seconds: number): string {
  return new Date(Date.UTC(2030, 0, 1, 10, 0, seconds)).toISOString();
}

function stampedAt(event: NewEvent, seconds: number): NewEvent {
  return { ...event, metadata: { ...event.metadata, recordedAt: second(seconds) } };
}

/** Appends an event stamped with each of these seconds, in this order, and answers where they stand. */
async function appendAt(store: EventStore, seconds: readonly number[]): Promise<Position[]> {
  const positions: Position[] = [];
  for (const [index, each] of seconds.entries()) {
    const expected = index === 0 ? 'no_stream' : index - 1;
    positions.push(await appendOne(store, 's-1', expected, [stampedAt(newEvent(), each)]));
  }
  return positions;
}

/** Set `FC_SEED` to run a failed property again; fast-check prints the seed with each failure. */
function propertySeed(): number {
  const given = process.env['FC_SEED'];
  return given === undefined ? Date.now() | 0 : Number(given);
}

interface WritePlan {
  readonly stream: number;
  /** How far the expected revision lies from the true one. */
  readonly error: number;
  readonly data: readonly JsonObject[];
}
type AppendPlan = { readonly repeat: number } | { readonly writes: readonly WritePlan[] };

function appendPlan(): fc.Arbitrary<AppendPlan> {
  const json = fc.jsonValue({ maxDepth: 2 }).map((value) => ({ value }) as JsonObject);
  const error = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 2 }));
  const plan = fc.record({
    stream: fc.nat(3),
    error,
    data: fc.array(json, { minLength: 1, maxLength: 3 }),
  });
  const writes = fc.uniqueArray(plan, {
    minLength: 1,
    maxLength: 3,
    selector: ({ stream }) => stream,
  });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ writes }) },
    { weight: 1, arbitrary: fc.record({ repeat: fc.nat(30) }) },
  );
}

/** The log as a list of [stream, revision, id, data], and each append with its answer. */
async function compareWithModel(store: EventStore, plans: readonly AppendPlan[]): Promise<void> {
  const log: { stream: string; revision: number; id: string; data: JsonObject }[] = [];
  const accepted: { writes: readonly StreamWrite[]; outcome: AppendOutcome }[] = [];
  const lastRevision = (stream: string) => log.filter((row) => row.stream === stream).length - 1;

  for (const plan of plans) {
    if ('repeat' in plan) {
      const earlier = accepted[plan.repeat % Math.max(1, accepted.length)];
      if (earlier) expect(await store.append(earlier.writes)).toEqual(earlier.outcome);
      continue;
    }
    const writes = plan.writes.map(({ stream, error, data }) => {
      const expected = Math.max(-1, lastRevision(`s-${stream}`) + error);
      return write(
        `s-${stream}`,
        expected === -1 ? 'no_stream' : expected,
        data.map((value) => newEvent({ data: value })),
      );
    });
    const wrong = writes.find(
      ({ stream, expectedRevision }) => asRevision(lastRevision(stream)) !== expectedRevision,
    );
    const outcome = await store.append(writes);
    if (wrong) {
      const actual = asRevision(lastRevision(wrong.stream));
      expect(outcome).toEqual({ kind: 'conflict', stream: wrong.stream, actual });
      continue;
    }
    for (const { stream, events } of writes) {
      for (const { id, data } of events) {
        log.push({ stream, revision: lastRevision(stream) + 1, id, data });
      }
    }
    accepted.push({ writes, outcome });
  }

  const stored = await logOf(store);
  expect(
    stored.map(({ stream, revision, id, data }) => canonicalJson({ stream, revision, id, data })),
  ).toEqual(log.map((row) => canonicalJson({ ...row })));
  for (const stream of new Set(log.map((row) => row.stream))) {
    expect(await streamOf(store, stream)).toEqual(stored.filter((row) => row.stream === stream));
  }
  expect(await store.head()).toBe(stored.at(-1)?.position);
}

function asRevision(last: number): number | 'no_stream' {
  return last === -1 ? 'no_stream' : last;
}

function write(
  stream: string,
  expectedRevision: StreamWrite['expectedRevision'],
  events: readonly NewEvent[],
): StreamWrite {
  return { stream, expectedRevision, events };
}

/** Appends what must be accepted, and gives its position. */
async function appendOne(
  store: EventStore,
  stream: string,
  expectedRevision: StreamWrite['expectedRevision'],
  events: readonly NewEvent[],
): Promise<Position> {
  const position = positionOf(await store.append([write(stream, expectedRevision, events)]));
  if (position === undefined) throw new Error(`The append to ${stream} met a conflict.`);
  return position;
}

function positionOf(outcome: AppendOutcome): Position | undefined {
  return outcome.kind === 'appended' ? outcome.position : undefined;
}

function sealedPersonal(): SealedPersonal {
  return { v: 1, subject: 'customer-1', nonce: 'bm9uY2U', ciphertext: 'Y2lwaGVy', tag: 'dGFn' };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  return take(items, Infinity);
}

async function take<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length >= count) break;
  }
  return taken;
}

async function takeEvents(
  batches: AsyncIterable<EventBatch>,
  count: number,
): Promise<StoredEvent[]> {
  const taken: StoredEvent[] = [];
  for await (const { events } of batches) {
    taken.push(...events);
    if (taken.length >= count) break;
  }
  return taken;
}

async function untilCaughtUp(batches: AsyncIterator<EventBatch>): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const next = await batches.next();
    if (next.done === true) return events;
    const batch: EventBatch = next.value;
    events.push(...batch.events);
    if (batch.caughtUp) return events;
  }
}

async function streamOf(
  store: EventStore,
  stream: string,
  options?: ReadStreamOptions,
): Promise<StoredEvent[]> {
  return (await collect(store.readStream(stream, options))).flat();
}

async function logOf(store: EventStore, after?: Position): Promise<StoredEvent[]> {
  return (await collect(store.readAll({ after }))).flatMap(({ events }) => events);
}

function splitsAnAppend({ events }: EventBatch): boolean {
  const last = events.at(-1)?.metadata.append;
  if (last === undefined) return false;
  return events[0]?.metadata.append.index !== 0 || last.index !== last.of - 1;
}
