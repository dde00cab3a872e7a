import type { CustomerId, ProviderId, ResellerId } from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import type { Condition } from '../read-store';
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
  | 'subscriptions'
  | 'licences'
  | 'revision'
> {
  readonly reseller: CustomerReseller | null;
}

/** A customer with all that is known of it. */
export interface CustomerDetail extends Omit<CustomerDoc, 'reseller' | 'resellerId'> {
  readonly reseller: CustomerReseller | null;
}

/** Filters of a customer's own fields, for every list of customers. */
export interface CustomerFields {
  /** Part of the company's name. */
  readonly companyName?: string | undefined;
  /** Part of the domain prefix. */
  readonly domain?: string | undefined;
  /** How the domain prefix begins. */
  readonly domainPrefix?: string | undefined;
  readonly status?: CustomerDoc['status'] | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
}

export type CustomerSort = 'companyName' | 'domain' | 'createdAt';

export interface CustomerFilter extends CustomerFields, Paging<CustomerSort> {
  readonly providerId: ProviderId;
  /** Associated with this reseller; `null`: with none. */
  readonly resellerId?: ResellerId | null | undefined;
}

/** A customer, or `undefined`. */
export async function getCustomer(
  reads: Reads,
  customerId: CustomerId,
): Promise<CustomerDetail | undefined> {
  const row = await reads.store.get(customersView, customerId);
  if (row === undefined) return undefined;
  const { resellerId, ...doc } = row.doc;
  const resellers = await resellersOf(reads, [row.doc]);
  return { ...doc, reseller: resellerId === null ? null : resellers(resellerId) };
}

/** A provider's customers, by company name unless told otherwise. */
export async function listCustomers(
  reads: Reads,
  filter: CustomerFilter,
): Promise<ListPage<CustomerRow>> {
  const page = await findPage(
    reads,
    customersView,
    {
      where: conditions(
        equals('providerId', filter.providerId),
        equals('resellerId', filter.resellerId),
        ...customerConditions(filter),
      ),
      sort: filter.sort ?? { field: 'companyName', direction: 'asc' },
    },
    filter,
  );
  return {
    ...page,
    items: await customerRows(
      reads,
      page.items.map(({ doc }) => doc),
    ),
  };
}

/** The conditions of these filters; `prefix` stands before the field names, for joined customers. */
export function customerConditions(
  { companyName, domain, domainPrefix, status, country }: CustomerFields,
  prefix = '',
): readonly (Condition | undefined)[] {
  return [
    equals(`${prefix}status`, status),
    equals(`${prefix}country`, country),
    textual(`${prefix}companyName`, 'contains', companyName),
    textual(`${prefix}domain`, 'contains', domain),
    textual(`${prefix}domain`, 'prefix', domainPrefix),
  ];
}

/** Customers as lists show them, with their resellers' names of today. */
export async function customerRows(
  reads: Reads,
  docs: readonly CustomerDoc[],
): Promise<readonly CustomerRow[]> {
  const resellers = await resellersOf(reads, docs);
  return docs.map((doc) => ({
    customerId: doc.customerId,
    providerId: doc.providerId,
    domain: doc.domain,
    companyName: doc.companyName,
    country: doc.country,
    status: doc.status,
    createdAt: doc.createdAt,
    subscriptions: doc.subscriptions,
    licences: doc.licences,
    revision: doc.revision,
    reseller: doc.resellerId === null ? null : resellers(doc.resellerId),
  }));
}

function textual(
  field: string,
  op: 'contains' | 'prefix',
  value: string | undefined,
): Condition | undefined {
  return value === undefined ? undefined : { field, op, value };
}

async function resellersOf(
  { store }: Reads,
  docs: readonly CustomerDoc[],
): Promise<(resellerId: ResellerId) => CustomerReseller> {
  const ids = new Set(docs.flatMap(({ resellerId }) => resellerId ?? []));
  const rows = await store.getMany(resellersView, ids);
  return (resellerId) => {
    const { name = null, partnerId = null } = rows.get(resellerId)?.doc ?? {};
    return { resellerId, name, partnerId };
  };
}
