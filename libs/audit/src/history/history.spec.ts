import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { eventSchemas } from '@tierbook/domain';
import {
  ERASED,
  EventCodec,
  type DomainEvent,
  type EventMetadata,
  type PersonalKeys,
} from '@tierbook/eventing';
import { InMemoryEventStore, InMemoryPersonalKeys } from '@tierbook/eventing/testing';
import {
  CUSTOMER_EXAMPLES,
  CUSTOMER_REFERENCE_EXAMPLES,
  OFFER_EXAMPLES,
  PARTNERSHIP_EXAMPLES,
  PARTNERSHIP_REQUEST_EXAMPLES,
  PROVIDER_EXAMPLES,
  RESELLER_EXAMPLES,
  SERVICES_EXAMPLES,
} from '@tierbook/domain/testing';
import { FIELDS, FIELD_NAMES, LANGUAGES } from './fields';
import { beginning, History, type HistoryEdge, type HistoryFilter } from './history';
import { ResellerNames } from './names';
import { sentenceOf, type Names } from './sentences';
import { EVENT_TYPES, settingOf, type TierbookEvent } from './settings';
import { ThingRecord } from './thing-record';

const EXAMPLES: readonly TierbookEvent[] = [
  CUSTOMER_EXAMPLES,
  CUSTOMER_REFERENCE_EXAMPLES,
  OFFER_EXAMPLES,
  PARTNERSHIP_EXAMPLES,
  PARTNERSHIP_REQUEST_EXAMPLES,
  PROVIDER_EXAMPLES,
  RESELLER_EXAMPLES,
  SERVICES_EXAMPLES,
].flatMap((examples) => Object.values(examples) as TierbookEvent[]);

const ACTOR = { kind: 'agent', id: 'agent-1', organisation: 'provider-1' } as const;
const NAMES: Names = { reseller: (id) => `<${id}>`, subscription: (id) => `<${id}>` };

describe('what each event sets', () => {
  it('is said of every type that the log can hold', () => {
    const known = eventSchemas.flatMap((schemas) => Object.keys(schemas)).sort();
    expect(EVENT_TYPES).toEqual(known);
    expect(EXAMPLES.map(({ type }) => type).sort()).toEqual(known);
  });

  it('is one thing that it names, and fields that have a name in every language', () => {
    for (const event of EXAMPLES) {
      const { of, fields } = settingOf(event) ?? {};
      expect([event.type, JSON.stringify(event.data)]).toEqual([
        event.type,
        expect.stringContaining(of?.id.split('.').at(-1) ?? 'nothing'),
      ]);
      expect(Object.keys(fields ?? {}).filter((name) => !FIELDS.includes(name as never))).toEqual(
        [],
      );
    }
    for (const field of FIELDS) {
      for (const language of LANGUAGES) expect(FIELD_NAMES[field][language]).toMatch(/\S/);
    }
  });

  it('leaves no name of a field that nothing sets', () => {
    const set = new Set(EXAMPLES.flatMap((event) => Object.keys(settingOf(event)?.fields ?? {})));
    expect(FIELDS.filter((field) => !set.has(field))).toEqual([]);
  });

  it('is all erased where its personal data is, and says nothing of it', () => {
    for (const { personal, ...event } of EXAMPLES as readonly DomainEvent[]) {
      if (personal === undefined) continue;
      const erased = new ThingRecord().apply({ ...event, personal: ERASED });
      const told = JSON.stringify(erased);
      for (const text of textsIn(personal)) expect(told).not.toContain(text);
    }
  });
});

describe('a change', () => {
  it('is a field that differs from what the events before left', () => {
    const record = new ThingRecord();
    const { CustomerCreated, CustomerProfileChanged } = CUSTOMER_EXAMPLES;
    expect(record.apply(CustomerCreated)).toContainEqual({
      of: { type: 'customer', id: CustomerCreated.data.customerId },
      field: 'companyName',
      from: null,
      to: 'Contoso Ltda.',
    });
    const changes = record.apply(CustomerProfileChanged);
    // Its registration number and its country stayed.
    expect(changes.map(({ field, from, to }) => [field, from, to])).toEqual([
      ['culture', 'pt-BR', 'en-US'],
      ['language', 'pt', 'en'],
      ['companyName', 'Contoso Ltda.', 'Contoso Nuvem Ltda.'],
      ['email', 'ti@contoso.example', 'financeiro@contoso.example'],
      ['contactName', 'Ana Souza', 'Rui Prado'],
      ['phone', '+55 11 5555 0199', '+55 11 5555 0188'],
      ['address', CustomerCreated.personal.address, CustomerProfileChanged.personal.address],
    ]);
    expect(record.apply(CustomerProfileChanged)).toEqual([]);
  });

  it('of something else in the stream is its own', () => {
    const record = new ThingRecord();
    const { SubscriptionOrdered, SubscriptionQuantityChanged } = CUSTOMER_EXAMPLES;
    const other = {
      ...SubscriptionOrdered,
      data: { ...SubscriptionOrdered.data, subscriptionId: 'another' as never, quantity: 99 },
    };
    record.apply(SubscriptionOrdered);
    record.apply(other);
    expect(record.apply(SubscriptionQuantityChanged)).toEqual([
      expect.objectContaining({ field: 'quantity', from: 10, to: 25 }),
    ]);
  });
});

describe('a sentence', () => {
  it.each(EVENT_TYPES)('tells %s in every language, whole and erased', (type) => {
    const examples = EXAMPLES.filter((event) => event.type === type);
    const told = { actor: ACTOR, tenant: 'provider-1' };
    const erased = examples.map((event) => ({ ...event, personal: ERASED }));
    const forms = [...examples, ...erased] as readonly TierbookEvent[];
    expect(forms).toHaveLength(2);
    for (const event of forms) {
      const changes = new ThingRecord().apply(event);
      const [english, portuguese] = LANGUAGES.map((language) =>
        sentenceOf({ ...told, event, changes }, language, NAMES),
      );
      expect(english).toMatch(/^Agent agent-1 of the provider [a-z].*\.$/);
      expect(portuguese).toMatch(/^O agente agent-1 do provedor [a-zç].*\.$/);
      for (const sentence of [english, portuguese]) {
        expect(sentence).not.toMatch(/undefined|\[object|NaN/);
      }
    }
  });

  it('says on whose behalf, under which delegation, and why', () => {
    const { DelegatedAdminRevoked: event } = CUSTOMER_EXAMPLES;
    const actor = {
      kind: 'agent',
      id: 'agent-7',
      organisation: 'reseller-7',
      onBehalfOf: 'customer-1',
      delegation: 'delegation-1',
    } as const;
    const sentence = sentenceOf({ event, actor, tenant: 'p', changes: [] }, 'en', NAMES);
    expect(sentence).toMatch(
      /^Agent agent-7 of reseller <reseller-7> \(on the customer's behalf, by delegation delegation-1\) revoked /,
    );
    expect(sentence).toMatch(/\(reason: A pedido do cliente\)\.$/);
  });

  it('speaks of a first reseller, another, and none', () => {
    const { CustomerResellerChanged: example } = CUSTOMER_EXAMPLES;
    const side = (resellerId: string | null) =>
      resellerId === null ? null : { resellerId, periodId: 'period-1' };
    const moved = (from: string | null, to: string | null) => {
      const data = { ...example.data, from: side(from), to: side(to) };
      const event = { ...example, data } as TierbookEvent;
      return sentenceOf({ event, actor: ACTOR, tenant: 'p', changes: [] }, 'en', NAMES);
    };
    expect(moved(null, 'a')).toMatch(/ gave the customer to reseller <a>\.$/);
    expect(moved('a', 'b')).toMatch(/ moved the customer from reseller <a> to <b>\.$/);
    expect(moved('b', null)).toMatch(/ took the customer from reseller <b>\.$/);
  });

  it('ends in one full stop, whatever a name ends in', () => {
    const { CustomerCreated: example } = CUSTOMER_EXAMPLES;
    const personal = { ...example.personal, companyName: 'Penedo Lda.' };
    const event = { ...example, personal } as TierbookEvent;
    const sentence = sentenceOf({ event, actor: ACTOR, tenant: 'p', changes: [] }, 'en', NAMES);
    expect(sentence).toMatch(/[^.]\.$/);
  });
});

/** A log of one customer's stream and another's, beside each other, an event a minute. */
async function logged(streams: Readonly<Record<string, readonly DomainEvent[]>>, keys = newKeys()) {
  const store = new InMemoryEventStore();
  const codec = new EventCodec(keys, eventSchemas);
  let minute = 0;
  for (const [stream, events] of Object.entries(streams)) {
    for (const [revision, event] of events.entries()) {
      const recordedAt = new Date(Date.UTC(2026, 0, 1) + 60_000 * minute++).toISOString();
      const metadata = metadataOf(recordedAt);
      const newEvent = await codec.encode(event, { id: randomUUID(), subject: 'x', metadata });
      const expectedRevision = revision === 0 ? 'no_stream' : revision - 1;
      await store.append([{ stream, expectedRevision, events: [newEvent] }]);
    }
  }
  return { store, codec, history: new History(store, codec) };
}

function newKeys(): PersonalKeys {
  return new InMemoryPersonalKeys();
}

function metadataOf(recordedAt: string): EventMetadata {
  return {
    occurredAt: recordedAt,
    recordedAt,
    tenant: 'provider-1',
    parties: [],
    actor: ACTOR,
    commandId: randomUUID(),
    fingerprint: { kid: 'k', mac: 'm' },
    correlationId: randomUUID(),
    causationId: randomUUID(),
  };
}

function quantities(count: number): readonly DomainEvent[] {
  const { CustomerCreated, SubscriptionOrdered, SubscriptionQuantityChanged } = CUSTOMER_EXAMPLES;
  const changes = Array.from({ length: count }, (_, n) => ({
    ...SubscriptionQuantityChanged,
    data: { ...SubscriptionQuantityChanged.data, from: 10 + n, to: 11 + n },
  }));
  return [CustomerCreated, SubscriptionOrdered, ...changes];
}

const sees = () => Promise.resolve(true);

/** All pages from an end to the other. */
async function walk(
  history: History,
  stream: string | undefined,
  towards: HistoryEdge['towards'],
  { limit, filter = {} }: { readonly limit: number; readonly filter?: HistoryFilter },
) {
  const pages: string[][] = [];
  let edge: HistoryEdge | null = beginning(towards);
  let back: HistoryEdge | null = null;
  while (edge !== null) {
    const page = await history.page({ stream, filter, edge, limit, sees });
    pages.push(page.entries.map(({ recorded }) => recorded.id));
    [edge, back] = towards === 'newer' ? [page.newer, page.older] : [page.older, page.newer];
  }
  return { pages, back };
}

describe('a history', () => {
  it.each([undefined, 'a'])(
    'of %s is the same in pages of any size, from either end',
    async (of) => {
      const { history } = await logged({ a: quantities(7), b: quantities(3) });
      const all = (await walk(history, of, 'newer', { limit: 100 })).pages.flat();
      expect(all).toHaveLength(of === undefined ? 14 : 9);
      for (const limit of [1, 2, 5, 9, 14]) {
        const up = await walk(history, of, 'newer', { limit });
        expect(up.pages.flat()).toEqual(all);
        const down = await walk(history, of, 'older', { limit });
        expect(down.pages.toReversed().flat()).toEqual(all);
        // And back again from where it ended.
        const last = up.pages.at(-1) ?? [];
        if (up.back === null) continue;
        const edge = up.back;
        const { entries } = await history.page({ stream: of, filter: {}, edge, limit, sees });
        const before = all.length - last.length;
        expect(entries.map(({ recorded }) => recorded.id)).toEqual(
          all.slice(Math.max(0, before - limit), before),
        );
      }
    },
  );

  it('says what changed wherever a page begins', async () => {
    const { history } = await logged({ a: quantities(5) });
    const edge = { towards: 'newer', key: 4, at: null } as const;
    const page = await history.page({ stream: 'a', filter: {}, edge, limit: 1, sees });
    expect(page.entries[0]?.changes).toEqual([
      expect.objectContaining({ field: 'quantity', from: 13, to: 14 }),
    ]);
    expect([...(page.entries[0]?.subscriptions.values() ?? [])]).toEqual(['Matriz']);
  });

  it.each<[string, HistoryFilter, number]>([
    ['from', { from: '2026-01-01T00:03:00.000Z' }, 6],
    ['until', { until: '2026-01-01T00:03:00.000Z' }, 3],
    ['actor', { actor: 'agent-1' }, 9],
    ['another actor', { actor: 'agent-2' }, 0],
    ['organisation', { organisation: 'provider-1' }, 9],
    ['type', { types: ['CustomerCreated', 'SubscriptionOrdered'] }, 2],
    ['field', { field: 'quantity' }, 8],
    ['a field that nothing changed', { field: 'billing.email' }, 0],
    ['thing', { thing: CUSTOMER_EXAMPLES.SubscriptionOrdered.data.subscriptionId }, 8],
    ['both', { field: 'quantity', until: '2026-01-01T00:03:00.000Z' }, 2],
  ])('is narrowed by %s, from either end', async (_, filter, count) => {
    const { history } = await logged({ a: quantities(7) });
    for (const stream of [undefined, 'a']) {
      for (const towards of ['newer', 'older'] as const) {
        const { pages } = await walk(history, stream, towards, { limit: 2, filter });
        expect(pages.flat()).toHaveLength(count);
      }
    }
  });

  it('reads so much for a page and no more, says so, and goes on', async () => {
    const { store, codec } = await logged({});
    for (let n = 0; n < 60; n++) {
      const events = await Promise.all(
        quantities(198).map((event) =>
          codec.encode(event, {
            id: randomUUID(),
            subject: 'x',
            metadata: metadataOf('2026-01-01T00:00:00.000Z'),
          }),
        ),
      );
      await store.append([{ stream: `s-${String(n)}`, expectedRevision: 'no_stream', events }]);
    }
    const history = new History(store, codec);
    for (const towards of ['newer', 'older'] as const) {
      const filter = { field: 'billing.email' } as const;
      const first = await history.page({ filter, edge: beginning(towards), limit: 9, sees });
      expect([first.entries, first.cutShort]).toEqual([[], true]);
      const { pages } = await walk(history, undefined, towards, { limit: 9, filter });
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.length).toBeLessThan(10);
    }
  });

  it('begins where the time asked for does, without reading what lies before', async () => {
    const { store, codec } = await logged({ a: quantities(98), b: quantities(98) });
    const read: string[] = [];
    const reader = Object.assign(Object.create(store) as InMemoryEventStore, {
      readStream: store.readStream.bind(store),
      readAll: (options: Parameters<InMemoryEventStore['readAll']>[0]) => {
        read.push(`after ${Number(options?.after?.split('-')[1] ?? 0)}`);
        return store.readAll(options);
      },
      readBackwards: (options: Parameters<InMemoryEventStore['readBackwards']>[0]) => {
        read.push(`before ${Number(options?.before?.split('-')[1] ?? 0)}`);
        return store.readBackwards(options);
      },
      positionAt: store.positionAt.bind(store),
      eventAt: store.eventAt.bind(store),
    });
    const history = new History(reader, codec);
    // An event a minute: that of position 151 was recorded after two and a half hours.
    const at = '2026-01-01T02:30:00.000Z';
    const page = async (towards: HistoryEdge['towards'], filter: HistoryFilter) =>
      (await history.page({ filter, edge: beginning(towards), limit: 2, sees })).entries.map(
        ({ recorded }) => Number(recorded.position.split('-')[1]),
      );
    expect(await page('newer', { from: at })).toEqual([151, 152]);
    expect(await page('older', { until: at })).toEqual([149, 150]);
    expect(await page('older', { until: '2026-01-01T00:00:00.000Z' })).toEqual([]);
    expect(read).toEqual(['after 150', 'before 150']);
  });

  it('says erased of what was, before and after', async () => {
    const keys = newKeys();
    const { CustomerCreated, CustomerProfileChanged } = CUSTOMER_EXAMPLES;
    const { history } = await logged({ a: [CustomerCreated, CustomerProfileChanged] }, keys);
    await keys.destroy('x', '2026-02-01T00:00:00.000Z');
    const edge = beginning('newer');
    const { entries } = await history.page({ stream: 'a', filter: {}, edge, limit: 9, sees });
    expect(entries[1]?.changes).toContainEqual(
      expect.objectContaining({ field: 'companyName', from: ERASED, to: ERASED }),
    );
    expect(JSON.stringify(entries)).not.toContain('Contoso');
  });
});

describe('names of resellers', () => {
  it('are those of their own streams, wherever their ids stand', async () => {
    const { ResellerApplied, ResellerProfileChanged } = RESELLER_EXAMPLES;
    const { resellerId } = ResellerApplied.data;
    const { store, codec } = await logged({ r: [ResellerApplied, ResellerProfileChanged] });
    const names = new ResellerNames(store, codec, () => 'r');
    await names.learn([{ to: { resellerId } }], null);
    expect(names.nameOf(resellerId)).toBe('Wingtip Nuvem');
    expect(names.nameOf('another')).toBe('another');
  });
});

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
