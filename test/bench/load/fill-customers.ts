import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as application from '@tierbook/application';
import type * as domain from '@tierbook/domain';
import type * as eventing from '@tierbook/eventing';
import type { Position, RecordedEvent, StoredEvent } from '@tierbook/eventing';
import type * as identity from '@tierbook/identity';
import type * as sqlite from '@tierbook/sqlite';
import { companyName } from './company-names.mts';

// Writes so many customers into the log in a data directory, a tenth of them one reseller's and the others spread over
// RESELLERS more: the events of the customer and of the reseller that it holds, again and again with other ids, names and
// times, sealed under keys of their own and written through the store's own append. Runs in the checkout, while no
// service has the log.

const dist = (name: string) => join(process.cwd(), 'dist', 'libs', name, 'src', 'index.js');
const load = createRequire(dist('sqlite'));
const { openSqliteEventStore, openSqlitePersonalKeys } = load(dist('sqlite')) as typeof sqlite;
const { CachedPersonalKeys, EventCodec, systemClock } = load(dist('eventing')) as typeof eventing;
const { resellerIdOf } = load(dist('application')) as typeof application;
const { eventSchemas } = load(dist('domain')) as typeof domain;
const { loadOrCreateDevelopmentKeys } = load(dist('identity')) as typeof identity;

const RESELLERS = 99;
/** Customers written at once: more than the log takes into one commit. */
const AT_ONCE = 1_000;
const OF_A_RESELLER = new Set(['ResellerApplied', 'ResellerApproved', 'PartnershipAccepted']);
const OF_A_CUSTOMER = new Set([
  'CustomerCreated',
  'CustomerResellerChanged',
  'DelegatedAdminGranted',
]);

/** What stands in the templates, and what stands in its place in a copy. */
type Replacements = ReadonlyMap<string, string>;

async function fill(dataDir: string, customers: number): Promise<string> {
  const { personalData: masterKeys } = loadOrCreateDevelopmentKeys(dataDir);
  const store = await openSqliteEventStore({ path: join(dataDir, 'events.db') });
  const keys = openSqlitePersonalKeys({ path: join(dataDir, 'keys.db'), masterKeys });
  const codec = new EventCodec(new CachedPersonalKeys(keys, systemClock), eventSchemas);
  const stored: StoredEvent[] = [];
  for await (const { events } of store.readAll()) {
    stored.push(...events.filter(({ type }) => OF_A_RESELLER.has(type) || OF_A_CUSTOMER.has(type)));
    if (stored.length >= OF_A_RESELLER.size + OF_A_CUSTOMER.size) break;
  }
  stored.splice(OF_A_RESELLER.size + OF_A_CUSTOMER.size);
  const templates = await Promise.all(stored.map((event) => codec.decode(event)));
  const ofCustomer = templates.filter(({ event }) => OF_A_CUSTOMER.has(event.type));
  const ofReseller = templates.filter(({ event }) => OF_A_RESELLER.has(event.type));
  const customerId = dataOf(ofCustomer, 'CustomerCreated', 'customerId');
  const domain = dataOf(ofCustomer, 'CustomerCreated', 'domain');
  const delegationId = dataOf(ofCustomer, 'DelegatedAdminGranted', 'delegationId');
  const resellerId = dataOf(ofReseller, 'ResellerApplied', 'resellerId');
  const partnerId = dataOf(ofReseller, 'ResellerApplied', 'partnerId');
  const periodId = dataOf(ofReseller, 'PartnershipAccepted', 'periodId');

  const write = async (
    template: readonly RecordedEvent[],
    replacements: Replacements,
    personal: Readonly<Record<string, string>>,
  ): Promise<Position> => {
    const streams = Map.groupBy(template, ({ stream }) => replaced(stream, replacements));
    const now = new Date().toISOString();
    const commandId = randomUUID();
    const writes = [...streams].map(async ([stream, events]) => ({
      stream,
      expectedRevision: 'no_stream' as const,
      events: await Promise.all(
        events.map(({ event, metadata, ...recorded }) => {
          const sealed = stored.find(({ id }) => id === recorded.id)?.personal;
          return codec.encode(
            {
              type: event.type,
              data: copied(event.data, replacements),
              ...(typeof event.personal === 'object'
                ? { personal: { ...event.personal, ...personal } }
                : {}),
            },
            {
              id: randomUUID(),
              subject: sealed && replaced(sealed.subject, replacements),
              metadata: {
                ...copied(metadata, replacements),
                occurredAt: now,
                recordedAt: now,
                commandId,
              },
            },
          );
        }),
      ),
    }));
    const outcome = await store.append(await Promise.all(writes));
    if (outcome.kind === 'conflict') throw new Error(`${outcome.stream} is there already.`);
    return outcome.position;
  };

  const chosen = Array.from({ length: 1 + RESELLERS }, (_, number) => {
    const partner = String(1_000_000 + number);
    return { partner, id: resellerIdOf(partner), period: resellerIdOf(`9${partner}`) };
  });
  for (const { partner, id, period } of chosen) {
    const replacements = new Map([
      [resellerId, id],
      [partnerId, partner],
      [periodId, period],
    ]);
    await write(ofReseller, replacements, { name: `Revenda ${partner}` });
  }
  let position = '';
  for (let number = 0; number < customers; number += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, customers - number) }, (_, index) => {
      const reseller = chosen[resellerOf(number + index)];
      const replacements = new Map([
        [customerId, randomUUID()],
        [domain, `cliente${String(number + index)}`],
        [resellerId, reseller?.id ?? ''],
        [delegationId, randomUUID()],
        [periodId, reseller?.period ?? ''],
      ]);
      return write(ofCustomer, replacements, { companyName: companyName(number + index) });
    });
    position = (await Promise.all(batch)).sort().at(-1) ?? position;
  }
  await keys.close();
  await store.close();
  return JSON.stringify({ position, resellerId: chosen[0]?.id });
}

/** Which reseller's the customer of that number is: every tenth is the first one's. */
function resellerOf(number: number): number {
  return number % 10 === 0 ? 0 : 1 + (number % RESELLERS);
}

function dataOf(events: readonly RecordedEvent[], type: string, field: string): string {
  const found = events.find(({ event }) => event.type === type);
  if (found === undefined) throw new Error(`The log holds no ${type} to copy.`);
  return String((found.event.data as Readonly<Record<string, unknown>>)[field]);
}

function copied<T>(value: T, replacements: Replacements): T {
  return JSON.parse(replaced(JSON.stringify(value), replacements)) as T;
}

function replaced(text: string, replacements: Replacements): string {
  let result = text;
  for (const [from, to] of replacements) result = result.replaceAll(from, to);
  return result;
}

const [dataDir, customers] = process.argv.slice(2);
void fill(String(dataDir), Number(customers)).then((answer) => {
  process.send?.(answer);
  process.disconnect();
});
