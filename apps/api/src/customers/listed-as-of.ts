import type { ResellerId } from '@tierbook/domain';
import { organisationIdOf, type Principal } from '@tierbook/identity';
import {
  listCustomers,
  listCustomersAsJson,
  type CustomerFilter,
  type CustomerRow,
} from '@tierbook/read-models';
import { sayErased, type AsOf } from '../http/as-of';
import { shownAsOf } from '../http/other-resellers';
import { jsonText } from '../http/reader';
import type { Exchange } from '../http/request';
import type { CustomersOfReseller } from './customers-of-reseller';

/** Whether a customer has been erased since: before that each has a company's name. */
export function isErased({ companyName }: Pick<CustomerRow, 'companyName'>): boolean {
  return companyName === null;
}

/** A provider's customers: those of now, or, where `moment` names one, those of then. */
export function listedForProvider(
  asOf: AsOf,
  exchange: Exchange,
  moment: string | undefined,
  filter: CustomerFilter,
) {
  return asOf.ofViews(exchange, moment, async (then) => {
    if (then.moment === undefined) {
      return jsonText(await listCustomersAsJson(then.reads, filter), exchange.reply);
    }
    const page = await listCustomers(then.reads, filter);
    sayErased(exchange.reply, then, 'customers', page.items, isErased);
    return page;
  });
}

/** The customers that a reseller may see: as they are now or, where `moment` names one, as they were then. */
export function listedForReseller(
  asOf: AsOf,
  exchange: Exchange,
  moment: string | undefined,
  customers: CustomersOfReseller,
  caller: Principal,
  filter: Omit<CustomerFilter, 'providerId' | 'resellerIds'>,
) {
  const id = organisationIdOf(caller) as ResellerId;
  return asOf.ofViews(exchange, moment, async (then) => {
    const page = await customers.list(id, filter, then);
    sayErased(exchange.reply, then, 'customers', page.items, isErased);
    return shownAsOf(caller, then.moment, page);
  });
}
