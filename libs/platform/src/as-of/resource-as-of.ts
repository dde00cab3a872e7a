import { momentOf, type Moment } from '@tierbook/audit';
import type {
  CustomerId,
  OfferId,
  PartnershipRequestId,
  ProviderId,
  ResellerId,
} from '@tierbook/domain';
import { streamName, type EventReader, type Position } from '@tierbook/eventing';
import type { KeyMaterial } from '@tierbook/identity';
import {
  Cursors,
  getCustomer,
  getOffer,
  getPartnershipRequest,
  getProvider,
  getReseller,
  listDelegations,
  listSubscriptions,
  MAX_LIMIT,
  SkippedEvents,
  StreamViews,
  type ListPage,
  type Reads,
  type StreamCategory,
} from '@tierbook/read-models';
import type { Configuration } from '../configuration';
import { openEventReader, openStateReader, openUnsealing } from '../read-only';

/** What can be shown as of a moment by its id alone, by the word for it. */
const SHOWN = {
  customer: 'customer',
  reseller: 'reseller',
  provider: 'provider',
  offer: 'offer',
  request: 'partnershipRequest',
} as const satisfies Readonly<Record<string, StreamCategory>>;

export type ShownResource = keyof typeof SHOWN;

export const SHOWN_RESOURCES = Object.keys(SHOWN) as readonly ShownResource[];

/** A resource as it was. */
export interface ResourceAsOf extends Moment {
  /** With its lists, for a customer; `undefined` where there was none. */
  readonly resource: object | undefined;
  /** Personal data of it, or of what it names, have been erased since. */
  readonly erased: boolean;
  /** Views of which it shows a document that stands still before an event. */
  readonly parked: readonly string[];
}

/** The log's own end, or the moment that the text names. */
async function momentIn(reader: EventReader, asOf: string | undefined): Promise<Moment> {
  const now = new Date();
  return momentOf(reader, asOf ?? now.toISOString(), now);
}

/**
 * Where the log stood at the moment that the text names: where views of then are built up to.
 * @throws MomentRefusedError; ConfigurationError, StoreRefusedError: one clear line each.
 */
export async function positionAsOf(configuration: Configuration, asOf: string): Promise<Position> {
  const log = await openEventReader(configuration);
  try {
    return (await momentIn(log.reader, asOf)).position;
  } finally {
    await log.close();
  }
}

/**
 * A resource as it was at a moment, by default now, read off the log alone: also beside the service.
 * @throws MomentRefusedError; ConfigurationError, StoreRefusedError: one clear line each.
 */
export async function resourceAsOf(
  configuration: Configuration,
  keys: KeyMaterial,
  kind: ShownResource,
  id: string,
  asOf: string | undefined,
): Promise<ResourceAsOf> {
  const log = await openEventReader(configuration);
  const unsealing = await openUnsealing(configuration, keys);
  const state = await openStateReader(configuration);
  try {
    const moment = await momentIn(log.reader, asOf);
    const skipped = state && (await SkippedEvents.open(state));
    const [erased, parked] = [new Set<string>(), new Set<string>()];
    const store = await StreamViews.of({
      reader: log.reader,
      decode: (stored) => unsealing.codec.decode(stored),
      streamOf: (category, of) => streamName(configuration.namespace, category, of),
      isSkipped: (...event) => skipped?.has(...event) === true,
      position: moment.position,
      onErased: (view) => erased.add(view),
      onParked: (view) => parked.add(view),
    });
    await store.fold(SHOWN[kind], id);
    const reads = { store, cursors: new Cursors(keys.cursors) };
    const resource = await READ[kind](reads, id, moment.at);
    return { ...moment, resource, erased: erased.size > 0, parked: [...parked] };
  } finally {
    await state?.close();
    await unsealing.close();
    await log.close();
  }
}

const READ: Readonly<
  Record<ShownResource, (reads: Reads, id: string, at: string) => Promise<object | undefined>>
> = {
  customer: (reads, id) => customerIn(reads, id as CustomerId),
  reseller: (reads, id) => getReseller(reads, id as ResellerId),
  provider: (reads, id) => getProvider(reads, id as ProviderId),
  offer: (reads, id) => getOffer(reads, id as OfferId),
  request: (reads, id, at) => getPartnershipRequest(reads, id as PartnershipRequestId, at),
};

async function customerIn(reads: Reads, customerId: CustomerId): Promise<object | undefined> {
  const customer = await getCustomer(reads, customerId);
  if (customer === undefined) return undefined;
  return {
    ...customer,
    subscriptions: await all((cursor) =>
      listSubscriptions(reads, customerId, { cursor, limit: MAX_LIMIT }),
    ),
    delegations: await all((cursor) =>
      listDelegations(reads, { customerId, cursor, limit: MAX_LIMIT }),
    ),
  };
}

async function all<T>(
  pageAfter: (cursor: string | undefined) => Promise<ListPage<T>>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await pageAfter(cursor);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
