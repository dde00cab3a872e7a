import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Answer,
  ChangeQuantityCommand,
  CreateCustomerCommand,
  CreateProviderCommand,
  OrderSubscriptionCommand,
  PublishOfferCommand,
  ReactivateSubscriptionCommand,
  RenameSubscriptionCommand,
  SetAutoRenewCommand,
  SuspendSubscriptionCommand,
} from '@tierbook/application';
import type { CustomerId, OfferId, ProviderId, SubscriptionId } from '@tierbook/domain';
import { type EventCodec, type EventStore, formatPosition } from '@tierbook/eventing';
import { InMemoryEventStore } from '@tierbook/eventing/testing';
import { openEventStoreDbEventStore } from '@tierbook/eventstoredb';
import { WireDouble } from '@tierbook/eventstoredb/testing';
import { openMongoProjectionStore } from '@tierbook/mongodb';
import {
  openProjectionState,
  PROJECTIONS,
  type ProjectionStore,
  type ReadStore,
  type Recorded,
  replay,
  type ViewDefinition,
} from '@tierbook/read-models';
import { InMemoryReadStore } from '@tierbook/read-models/testing';
import { openSqliteEventStore, openSqliteProjectionStore } from '@tierbook/sqlite';
import { InMemoryStateStore } from '@tierbook/state/testing';
import {
  customerInput,
  operator,
  orderInput,
  providerAgent,
  scenario,
  sentBy,
} from '../../libs/application/src/testing/scenario';
import { foldAll } from '../../libs/read-models/src/testing/recorded';
import { describeMongo } from '../mongo-server/describe-mongo';
import { newDatabaseUrl } from '../mongo-server/mongo-server';

/** The engines are to be told apart by nothing that a caller sees: answers, events, views. */
const directory = mkdtempSync(join(tmpdir(), 'tierbook-differential-'));
const real = process.env['EVENTSTORE_URL'];
let double: WireDouble | undefined;
let logs = 0;

beforeAll(async () => {
  if (real === undefined) double = await WireDouble.start();
});
afterAll(async () => {
  await double?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const ENGINES: Readonly<Record<string, () => Promise<EventStore>>> = {
  memory: () => Promise.resolve(new InMemoryEventStore()),
  SQLite: () => openSqliteEventStore({ path: join(directory, `events-${++logs}.db`) }),
  EventStoreDB: async () => {
    await double?.stop();
    // A log of its own, under the namespace that the commands write to.
    if (real === undefined) double = await WireDouble.start();
    return openEventStoreDbEventStore({ url: real ?? double?.url ?? '', namespace: 'tierbook' });
  },
};

/** A command on one of the subscriptions there are, sent under one of a few keys: some come twice. */
interface Step {
  readonly what: 'order' | 'quantity' | 'rename' | 'renew' | 'suspend' | 'reactivate';
  readonly subscription: number;
  readonly number: number;
  readonly key: number;
}

const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom('order', 'quantity', 'rename', 'renew', 'suspend', 'reactivate'),
    subscription: fc.nat(3),
    number: fc.integer({ min: 0, max: 12 }),
    key: fc.nat(20),
  }),
  { minLength: 1, maxLength: 20 },
);

const CORRELATION = '0193a1de-0000-7000-8000-000000000001';

/** Every document of every view that a store makes of a log, by the code that builds them live. */
async function viewsIn(
  store: ReadStore & ProjectionStore,
  log: EventStore,
  codec: EventCodec,
): Promise<Record<string, unknown>> {
  await replay({
    reader: log,
    store,
    projections: PROJECTIONS,
    state: await openProjectionState(new InMemoryStateStore()),
    decode: (stored) => codec.decode(stored),
    upTo: await log.head(),
  });
  const views: Record<string, unknown> = {};
  for (const { view } of PROJECTIONS) {
    const documents: Record<string, unknown> = {};
    const scanned = store.scan(view as unknown as ViewDefinition<object>, { where: [] });
    for await (const rows of scanned) {
      for (const { key, position, doc } of rows) documents[key] = { position, doc };
    }
    views[view.name] = documents;
  }
  await store.close();
  return views;
}

/** What a caller sees of these commands on this engine. What is drawn at random is left out. */
async function run(
  store: EventStore,
  plan: readonly Step[],
  look: (codec: EventCodec) => Promise<void> = () => Promise.resolve(),
) {
  const { send, events, codec } = await scenario({ store });
  const sent = (key: string, body: unknown = '') => ({
    idempotencyKey: key,
    body,
    correlationId: CORRELATION,
    causationId: CORRELATION,
  });
  const idOf = (answer: Answer) => {
    if (answer.kind !== 'accepted') throw new Error(JSON.stringify(answer));
    return answer.resource.id;
  };
  const provider = idOf(
    await send(
      new CreateProviderCommand(sentBy(operator, sent('provider')), {
        name: 'Ágil',
        email: 'ola@agil.example',
        country: 'DE',
      }),
    ),
  ) as ProviderId;
  const agent = providerAgent(provider);
  const offer = idOf(
    await send(
      new PublishOfferCommand(sentBy(agent, sent('offer')), {
        name: 'Office',
        description: '',
        minQuantity: 1,
        maxQuantity: 10,
        billingCycles: ['monthly'],
        terms: ['P1M'],
      }),
    ),
  ) as OfferId;
  const customer = idOf(
    await send(new CreateCustomerCommand(sentBy(agent, sent('customer')), customerInput())),
  ) as CustomerId;
  const subscriptions: SubscriptionId[] = [];
  const answers: unknown[] = [];
  for (const step of plan) {
    const { what, number } = step;
    const by = sentBy(agent, sent(`${what}-${String(step.key)}`, [what, number]));
    const id = (subscriptions[step.subscription % Math.max(1, subscriptions.length)] ??
      '6f1d3f64-0000-5000-8000-000000000000') as SubscriptionId;
    const answer = await send(commandOf(what));
    if (answer.kind === 'accepted') {
      if (what === 'order') subscriptions.push(answer.resource.id as SubscriptionId);
      answers.push({ ...answer, position: 'a position' });
    } else answers.push(answer);

    function commandOf(kind: Step['what']) {
      switch (kind) {
        case 'order':
          return new OrderSubscriptionCommand(
            by,
            customer,
            orderInput(offer, { quantity: number }),
          );
        case 'quantity':
          return new ChangeQuantityCommand(by, customer, id, { quantity: number });
        case 'rename':
          return new RenameSubscriptionCommand(by, customer, id, {
            name: `Name ${String(number)}`,
          });
        case 'renew':
          return new SetAutoRenewCommand(by, customer, id, { autoRenew: number % 2 === 0 });
        case 'suspend':
          return new SuspendSubscriptionCommand(by, customer, id, {});
        case 'reactivate':
          return new ReactivateSubscriptionCommand(by, customer, id, {});
      }
    }
  }
  const stored = await events();
  const recorded = await Promise.all(stored.map((event) => codec.decode(event)));
  const shown = recorded.map((event, index) => ({
    ...event,
    id: 'an id',
    position: formatPosition('00000000000000aa', index + 1),
    event: withoutRandom(event.event),
  }));
  const ours = shown.filter(({ event }) => isViewed(event.type)) as unknown as Recorded[];
  const views = PROJECTIONS.map((projection) => [projection.view.name, foldAll(projection, ours)]);
  await look(codec);
  await store.close();
  return { answers, events: shown, views };
}

/** Events of the kernel are in no view. */
function isViewed(type: string): boolean {
  return type !== 'CommandClaimed' && type !== 'NothingChanged';
}

/** A one-time password is drawn anew for each attempt, and its id with it. */
function withoutRandom<T extends object>(event: T): T {
  return JSON.parse(
    JSON.stringify(event, (key, value: unknown) => (key === 'credentialId' ? 'drawn' : value)),
  ) as T;
}

describe('the same commands', () => {
  it('have the same answers, events and views on every engine', async () => {
    const given = process.env['FC_SEED'];
    const seed = given === undefined ? Date.now() | 0 : Number(given);
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const seen: Record<string, unknown> = {};
        for (const [engine, open] of Object.entries(ENGINES)) {
          seen[engine] = await run(await open(), plan);
        }
        expect(seen['SQLite']).toEqual(seen['memory']);
        expect(seen['EventStoreDB']).toEqual(seen['memory']);
      }),
      { numRuns: 12, seed },
    );
  }, 120_000);
});

describeMongo('the same log', () => {
  it('makes the same views in memory, in SQLite and in MongoDB', async () => {
    const given = process.env['FC_SEED'];
    const seed = given === undefined ? Date.now() | 0 : Number(given);
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const log = new InMemoryEventStore();
        await run(log, plan, async (codec) => {
          const path = join(directory, `views-${++logs}.db`);
          const place = { setting: 'READ_STORE_URL', url: await newDatabaseUrl() };
          const inMemory = await viewsIn(new InMemoryReadStore(), log, codec);
          const inSqlite = await viewsIn(openSqliteProjectionStore({ path }), log, codec);
          const inMongo = await viewsIn(await openMongoProjectionStore(place), log, codec);
          expect(Object.keys(inMemory['customers'] ?? {})).toHaveLength(1);
          expect(inSqlite).toEqual(inMemory);
          expect(inMongo).toEqual(inMemory);
        });
      }),
      { numRuns: 6, seed },
    );
  }, 120_000);
});
