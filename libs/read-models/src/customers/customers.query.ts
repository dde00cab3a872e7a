import type { CustomerId, Instant, ProviderId, ResellerId } from '@tierbook/domain';
import {
  between,
  conditions,
  equals,
  getAll,
  listPage,
  oneOf,
  type ListPage,
  type Paging,
  type Reads,
} from '../list';
import type { Condition, Total, ValueCount } from '../read-store';
import { resellersView } from '../resellers/resellers.projection';
import { customersView, type CustomerDoc } from './customers.projection';

/** The reseller associated with a customer, with its name as it is today. */
export interface CustomerReseller {
  readonly resellerId: ResellerId;
  readonly name: string | null;
  /** `null` while the resellers' view has not caught up. */
  readonly partnerId: string | null;
}

/** A customer as lists show it. */
export interface CustomerRow extends Pick<
  CustomerDoc,
  | 'customerId'
  | 'providerId'
  | 'domain'
  | 'companyName'
  | 'country'
  | 'status'
  | 'createdAt'
  | 'subscriptionCount'
  | 'licences'
  | 'revision'
> {
  readonly reseller: CustomerReseller | null;
}

/** A customer with all that is known of it. */
export interface CustomerDetail extends Omit<
  CustomerDoc,
  'reseller' | 'resellerId' | 'reasons' | 'seenBy'
> {
  readonly reseller: CustomerReseller | null;
}

/** Filters of a customer's own fields, for every list of customers. */
export interface CustomerFields {
  /** Part of the company's name. */
  readonly companyName?: string | undefined;
  /** How the company's name begins. */
  readonly companyNamePrefix?: string | undefined;
  /** Part of the domain prefix. */
  readonly domain?: string | undefined;
  /** How the domain prefix begins. */
  readonly domainPrefix?: string | undefined;
  readonly status?: CustomerDoc['status'] | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
  /** The provider's own reference, folded. */
  readonly reference?: string | undefined;
  /** Created at this time or later. */
  readonly createdFrom?: Instant | undefined;
  /** Created before this time. */
  readonly createdBefore?: Instant | undefined;
}

export type CustomerSort = 'companyName' | 'domain' | 'createdAt' | 'licences';

export interface CustomerFilter extends CustomerFields, Paging<CustomerSort> {
  readonly providerId: ProviderId;
  /** Associated with one of these resellers; `null`: with none. */
  readonly resellerIds?: readonly (ResellerId | null)[] | undefined;
}

/** How many of all customers that a filter finds are associated with whom, and stand where. */
export interface CustomerCounts {
  /** At most 200: those with the most customers. */
  readonly resellers: readonly {
    readonly reseller: CustomerReseller | null;
    readonly customers: Total;
  }[];
  readonly statuses: readonly {
    readonly status: CustomerDoc['status'];
    readonly customers: Total;
  }[];
}

export interface CustomerPage extends ListPage<CustomerRow> {
  /** There when counts are asked for. */
  readonly counts?: CustomerCounts;
}

/** A customer, or `undefined`. */
export async function getCustomer(
  reads: Reads,
  customerId: CustomerId,
): Promise<CustomerDetail | undefined> {
  const row = await reads.store.get(customersView, customerId);
  if (row === undefined) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- left out: whom else it concerns is not shown
  const { resellerId, reasons, seenBy, ...doc } = row.doc;
  const resellers = await resellersOf(reads, [resellerId]);
  return { ...doc, reseller: resellers(resellerId) };
}

/** A provider's customers, by company name unless told otherwise. */
export async function listCustomers(reads: Reads, filter: CustomerFilter): Promise<CustomerPage> {
  const json = await listCustomersAsJson(reads, filter);
  return JSON.parse(json.toString()) as CustomerPage;
}

/** The same page as JSON, in UTF-8, made of texts that the views keep: an answer that costs little. */
export async function listCustomersAsJson(reads: Reads, filter: CustomerFilter): Promise<Buffer> {
  const { text, counts, ...page } = await listPage(
    reads,
    customersView,
    {
      where: conditions(
        equals('providerId', filter.providerId),
        oneOf('resellerId', filter.resellerIds),
        ...customerConditions(filter),
      ),
      sort: filter.sort ?? { field: 'companyName', direction: 'asc' },
      countBy: ['resellerId', 'status'],
      beside: { view: resellersView, by: 'resellerId', as: 'reseller' },
    },
    filter,
  );
  const rest = counts === undefined ? page : { ...page, counts: await countsShown(reads, counts) };
  return Buffer.concat([ITEMS, text, Buffer.from(`],${JSON.stringify(rest).slice(1)}`)]);
}

const ITEMS = Buffer.from('{"items":[');

/** The conditions of these filters; `prefix` stands before the field names, for joined customers. */
export function customerConditions(
  filter: CustomerFields,
  prefix = '',
): readonly (Condition | undefined)[] {
  const { companyName, companyNamePrefix, domain, domainPrefix, status, country } = filter;
  return [
    equals(`${prefix}status`, status),
    equals(`${prefix}country`, country),
    equals(`${prefix}reference`, filter.reference),
    between(`${prefix}createdAt`, filter.createdFrom, filter.createdBefore),
    textual(`${prefix}companyName`, 'contains', companyName),
    textual(`${prefix}companyName`, 'prefix', companyNamePrefix),
    textual(`${prefix}domain`, 'contains', domain),
    textual(`${prefix}domain`, 'prefix', domainPrefix),
  ];
}

/** Customers as lists show them, with their resellers' names of today. */
export async function customerRows(
  reads: Reads,
  docs: readonly CustomerDoc[],
): Promise<readonly CustomerRow[]> {
  const resellers = await resellersOf(
    reads,
    docs.map(({ resellerId }) => resellerId),
  );
  return docs.map((doc) => customerRow(doc, resellers));
}

type ResellerOf = (resellerId: ResellerId | null) => CustomerReseller | null;

function customerRow(doc: CustomerDoc, resellerOf: ResellerOf): CustomerRow {
  return {
    customerId: doc.customerId,
    providerId: doc.providerId,
    domain: doc.domain,
    companyName: doc.companyName,
    country: doc.country,
    status: doc.status,
    createdAt: doc.createdAt,
    subscriptionCount: doc.subscriptionCount,
    licences: doc.licences,
    revision: doc.revision,
    reseller: resellerOf(doc.resellerId),
  };
}

/** What was counted, with the resellers' names of today. */
async function countsShown(
  reads: Reads,
  counts: Readonly<Record<string, readonly ValueCount[]>>,
): Promise<CustomerCounts> {
  const counted = counts['resellerId'] ?? [];
  const resellers = await resellersOf(reads, counted.map(resellerIdOf));
  return {
    resellers: counted.map((each) => {
      return { reseller: resellers(resellerIdOf(each)), customers: each.count };
    }),
    statuses: (counts['status'] ?? []).map(({ value, count }) => {
      return { status: value as CustomerDoc['status'], customers: count };
    }),
  };
}

function resellerIdOf({ value }: ValueCount): ResellerId | null {
  return value as ResellerId | null;
}

function textual(
  field: string,
  op: 'contains' | 'prefix',
  value: string | undefined,
): Condition | undefined {
  return value === undefined ? undefined : { field, op, value };
}

/** These resellers, as they are today. */
async function resellersOf(
  { store }: Reads,
  resellerIds: readonly (ResellerId | null)[],
): Promise<ResellerOf> {
  const ids = resellerIds.filter((id) => id !== null);
  const found = await getAll(store, resellersView, ids);
  return (resellerId) => {
    if (resellerId === null) return null;
    const { name = null, partnerId = null } = found.get(resellerId)?.doc ?? {};
    return { resellerId, name, partnerId };
  };
}
