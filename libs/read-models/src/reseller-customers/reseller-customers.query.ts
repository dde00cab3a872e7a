import type { Instant, PeriodId, ProviderId, ResellerId, SubscriptionId } from '@tierbook/domain';
import {
  customerConditions,
  customerRows,
  type CustomerFields,
  type CustomerRow,
  type CustomerSort,
} from '../customers/customers.query';
import { customersView, type CustomerDoc } from '../customers/customers.projection';
import {
  conditions,
  DEFAULT_LIMIT,
  equals,
  findPage,
  type ListPage,
  type Paging,
  type Reads,
} from '../list';
import { MAX_LIMIT, type Row, type Total } from '../read-store';
import { subscriptionsView, type SubscriptionDoc } from '../subscriptions/subscriptions.projection';
import {
  keyOf,
  resellerCustomersView,
  type ResellerCustomerDoc,
} from './reseller-customers.projection';

/** How much of a customer a reseller may see: the account, or some subscriptions and no others. */
export type ResellerAccess =
  | { readonly kind: 'account' }
  | { readonly kind: 'subscriptions'; readonly subscriptionIds: readonly SubscriptionId[] };

/** A customer as one reseller sees it: counts are of what it may see. */
export interface ResellerCustomerRow extends CustomerRow {
  readonly access: ResellerAccess;
}

export interface ResellerCustomerFilter extends CustomerFields, Paging<CustomerSort> {
  readonly resellerId: ResellerId;
}

/** The period of a reseller's partnership with a provider that is active *now*: a view must not decide this. */
export type UsablePeriodOf = (providerId: ProviderId) => Promise<PeriodId | null>;

/** Pages of customers that one page of the list reads at the most, where what it finds is not to be seen any more. */
const MOST_PAGES = 20;

/**
 * The customers that a reseller may see at `now`, by company name unless told otherwise. Where delegations have run out
 * or partnerships ended and the views still hold what they left, a page may have fewer rows than asked for before the
 * last; the total counts what ended partnerships left.
 */
export async function listCustomersOfReseller(
  reads: Reads,
  filter: ResellerCustomerFilter,
  now: Instant,
  usablePeriodOf: UsablePeriodOf,
): Promise<ListPage<ResellerCustomerRow>> {
  const { limit = DEFAULT_LIMIT } = filter;
  const total = filter.count === true ? await countOf(reads, filter, now) : undefined;
  const seen: Seen[] = [];
  for (let cursor = filter.cursor, pages = 1; ; pages += 1) {
    const page = await findCustomers(reads, { ...filter, cursor, limit: limit - seen.length });
    const docs = page.items.map(({ doc }) => doc);
    seen.push(...(await seenAmong(reads, filter.resellerId, docs, now, usablePeriodOf)));
    const { nextCursor } = page;
    if (seen.length === limit || nextCursor === null || pages === MOST_PAGES) {
      const items = await asSeen(reads, seen);
      return { items, nextCursor, ...(total === undefined ? {} : { total }) };
    }
    cursor = nextCursor;
  }
}

/** A customer with how much of it the reseller may see. */
interface Seen {
  readonly doc: CustomerDoc;
  readonly access: ResellerAccess;
}

function findCustomers(
  reads: Reads,
  filter: ResellerCustomerFilter,
): Promise<ListPage<Row<CustomerDoc>>> {
  return findPage(
    reads,
    customersView,
    {
      where: conditions(equals('seenBy', filter.resellerId), ...customerConditions(filter)),
      sort: filter.sort ?? { field: 'companyName', direction: 'asc' },
    },
    { cursor: filter.cursor, limit: filter.limit },
  );
}

/** How many customers there is a reason to see at `now`. */
async function countOf(
  { store }: Reads,
  filter: ResellerCustomerFilter,
  now: Instant,
): Promise<Total | undefined> {
  const { total } = await store.find(resellerCustomersView, {
    where: conditions(
      equals('resellerId', filter.resellerId),
      ...customerConditions(filter, 'customers.'),
      { field: 'visibleUntil', op: 'range', gt: now },
    ),
    sort: { field: 'customerId', direction: 'asc' },
    join: { view: customersView, by: 'customerId' },
    limit: 1,
    count: true,
  });
  return total;
}

/** Those of the customers that the reseller may see, in their order. */
async function seenAmong(
  { store }: Reads,
  resellerId: ResellerId,
  docs: readonly CustomerDoc[],
  now: Instant,
  usablePeriodOf: UsablePeriodOf,
): Promise<readonly Seen[]> {
  const keyed: (readonly [string, CustomerDoc])[] = [];
  for (const doc of docs) {
    const { providerId, customerId } = doc;
    const periodId = await usablePeriodOf(providerId);
    if (periodId !== null) keyed.push([keyOf({ resellerId, customerId, periodId }), doc]);
  }
  const held = await store.getMany(
    resellerCustomersView,
    keyed.map(([key]) => key),
  );
  return keyed.flatMap(([key, doc]) => {
    const reasons = held.get(key)?.doc;
    const access = reasons && accessAt(reasons, now);
    return access === undefined ? [] : [{ doc, access }];
  });
}

/** By the domain's rule (`visibleSubscriptions`); `undefined`: nothing. */
function accessAt(doc: ResellerCustomerDoc, now: Instant): ResellerAccess | undefined {
  const held = doc.delegations.filter(({ start, end }) => start <= now && now < end);
  const scopes = held.map(({ scope }) => scope);
  if (scopes.some(({ kind }) => kind === 'account')) return { kind: 'account' };
  const delegated = scopes.flatMap((scope) =>
    scope.kind === 'subscription' ? scope.subscriptionId : [],
  );
  const subscriptionIds = [...new Set([...delegated, ...doc.supports])];
  return subscriptionIds.length === 0 ? undefined : { kind: 'subscriptions', subscriptionIds };
}

async function asSeen(
  reads: Reads,
  seen: readonly Seen[],
): Promise<readonly ResellerCustomerRow[]> {
  const rows = await customerRows(
    reads,
    seen.map(({ doc }) => doc),
  );
  const subscriptions = await subscriptionsOf(reads, seen);
  return seen.flatMap(({ access }, index) => {
    const row = rows[index];
    if (row === undefined) return [];
    const whole = { ...row, access };
    return access.kind === 'account' ? whole : narrowed(whole, subscriptions);
  });
}

/** The subscriptions that narrower accesses are about. */
async function subscriptionsOf(
  { store }: Reads,
  rows: readonly Pick<Seen, 'access'>[],
): Promise<ReadonlyMap<string, SubscriptionDoc>> {
  const ids = rows.flatMap(({ access }) =>
    access.kind === 'account' ? [] : access.subscriptionIds,
  );
  const found = new Map<string, SubscriptionDoc>();
  for (let start = 0; start < ids.length; start += MAX_LIMIT) {
    const slice = await store.getMany(subscriptionsView, ids.slice(start, start + MAX_LIMIT));
    for (const [key, { doc }] of slice) found.set(key, doc);
  }
  return found;
}

/** Counts only what the reseller may see, and does not tell whose the rest of the account is. */
function narrowed(
  row: ResellerCustomerRow,
  subscriptions: ReadonlyMap<string, SubscriptionDoc>,
): ResellerCustomerRow {
  const { access } = row;
  const seen =
    access.kind === 'account'
      ? []
      : access.subscriptionIds.flatMap((id) => subscriptions.get(id) ?? []);
  const licences = seen.reduce((sum, { quantity }) => sum + quantity, 0);
  return { ...row, reseller: null, subscriptionCount: seen.length, licences };
}
