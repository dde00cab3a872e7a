import type { Instant, ResellerId, SubscriptionId } from '@tierbook/domain';
import {
  customerConditions,
  customerRows,
  type CustomerFields,
  type CustomerRow,
  type CustomerSort,
} from '../customers/customers.query';
import { customersView } from '../customers/customers.projection';
import {
  conditions,
  DEFAULT_LIMIT,
  equals,
  findPage,
  pageWith,
  type ListPage,
  type Paging,
  type Reads,
} from '../list';
import { MAX_LIMIT, type Row } from '../read-store';
import { subscriptionsView, type SubscriptionDoc } from '../subscriptions/subscriptions.projection';
import { resellerCustomersView, type ResellerCustomerDoc } from './reseller-customers.projection';

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

/** Whether the period in which a reseller was chosen is its partnership's active one *now*: a view must not decide this. */
export type IsUsable = (
  chosen: Pick<ResellerCustomerDoc, 'providerId' | 'periodId'>,
) => Promise<boolean>;

/** Pages of the view that one page of the list reads at the most, where what it finds is no longer usable. */
const MOST_PAGES = 20;

/**
 * The customers that a reseller may see at `now`, by company name unless told otherwise. Where partnerships
 * have ended and the view still holds what they left, a page may have fewer rows than asked for before the
 * last, and the total counts them.
 */
export async function listCustomersOfReseller(
  reads: Reads,
  filter: ResellerCustomerFilter,
  now: Instant,
  isUsable: IsUsable,
): Promise<ListPage<ResellerCustomerRow>> {
  const { limit = DEFAULT_LIMIT } = filter;
  const first = await findRows(reads, filter, now);
  const docs: ResellerCustomerDoc[] = [];
  for (let page = first, pages = 1; ; pages += 1) {
    for (const { doc } of page.items) if (await isUsable(doc)) docs.push(doc);
    const { nextCursor } = page;
    if (docs.length === limit || nextCursor === null || pages === MOST_PAGES) {
      return pageWith({ ...first, nextCursor }, await asSeen(reads, docs, now));
    }
    const rest = { cursor: nextCursor, limit: limit - docs.length, count: false };
    page = await findRows(reads, { ...filter, ...rest }, now);
  }
}

function findRows(
  reads: Reads,
  filter: ResellerCustomerFilter,
  now: Instant,
): Promise<ListPage<Row<ResellerCustomerDoc>>> {
  const { field, direction } = filter.sort ?? { field: 'companyName', direction: 'asc' };
  return findPage(
    reads,
    resellerCustomersView,
    {
      where: conditions(
        equals('resellerId', filter.resellerId),
        ...customerConditions(filter, 'customers.'),
      ),
      moving: [{ field: 'visibleUntil', op: 'range', gt: now }],
      sort: { field: `customers.${field}`, direction },
      join: { view: customersView, by: 'customerId' },
    },
    filter,
  );
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
  docs: readonly ResellerCustomerDoc[],
  now: Instant,
): Promise<readonly ResellerCustomerRow[]> {
  const customers = await reads.store.getMany(
    customersView,
    docs.map(({ customerId }) => customerId),
  );
  const rows = await customerRows(
    reads,
    docs.flatMap(({ customerId }) => customers.get(customerId)?.doc ?? []),
  );
  const rowOf = new Map(rows.map((row) => [row.customerId, row]));
  const seen = docs.flatMap((doc) => {
    const row = rowOf.get(doc.customerId);
    const access = accessAt(doc, now);
    return row === undefined || access === undefined ? [] : { ...row, access };
  });
  const subscriptions = await subscriptionsOf(reads, seen);
  return seen.map((row) => (row.access.kind === 'account' ? row : narrowed(row, subscriptions)));
}

/** The subscriptions that narrower accesses are about. */
async function subscriptionsOf(
  { store }: Reads,
  rows: readonly ResellerCustomerRow[],
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
