import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CreateCustomerCommand,
  EraseCustomerCommand,
  ReissueAdminCredentialCommand,
} from '@tierbook/application';
import type { CustomerId, ProviderId } from '@tierbook/domain';
import {
  getCustomer,
  getSubscriptions,
  listSubscriptions,
  type CustomerDetail,
} from '@tierbook/read-models';
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { ProblemError, type ProblemCode } from '../http/problems';
import { shownAsOf } from '../http/other-resellers';
import { found, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { anyOf, id, ref } from '../http/schemas';
import { CreateCustomerDto } from './customer.dto';
import type { CustomerShown } from './customer-shown';
import { CustomerSight } from './customer-sight';
import { CustomersOfReseller, VIEWS_OF_LISTED_CUSTOMERS } from './customers-of-reseller';
import { customerFilterOf, ListCustomersQuery } from './list-customers.query';
import { listedForProvider, listedForReseller } from './listed-as-of';

/** A customer's page shows so many subscriptions; the list of them pages through the rest. */
const SUBSCRIPTIONS_SHOWN = 200;

export const OF_AN_ORDER = [
  'agreement-required',
  'offer-retired',
  'offer-unavailable-in-country',
  'offer-limit-reached',
  'add-on-needs-base',
  'start-out-of-range',
  'offer-unknown',
  'quantity-out-of-range',
  'billing-cycle-unavailable',
  'term-unavailable',
  'partnership-not-active',
] as const satisfies readonly ProblemCode[];

export const OF_THE_COUNTRY = [
  'country-unknown',
  'registration-number-required',
  'registration-number-invalid',
  'phone-required',
  'phone-invalid',
  'state-required',
  'state-unknown',
  'postal-code-required',
  'postal-code-invalid',
] as const satisfies readonly ProblemCode[];

const OF_ONE = { id: id('The customer.') };

@ApiTags('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly asOf: AsOf,
    private readonly sight: CustomerSight,
    private readonly customersOfReseller: CustomersOfReseller,
  ) {}

  @Post()
  @CommandRoute({
    action: 'create-customer',
    creates: true,
    answers: ref('CustomerAnswer'),
    secret: true,
    summary:
      'Add a customer with its subscriptions: all of it, or nothing. The first answer, and no other, holds the admin password.',
    problems: [
      'not-found',
      'domain-taken',
      'reference-taken',
      'agreement-date-in-future',
      ...OF_THE_COUNTRY,
      ...OF_AN_ORDER,
    ],
  })
  create(@HttpExchange() exchange: Exchange, @Body() body: CreateCustomerDto) {
    return this.commands.send(
      exchange,
      'create-customer',
      (sent) => new CreateCustomerCommand(sent, body),
      { creates: true, secret: true },
    );
  }

  @Post(':id/admin-credential')
  @CommandRoute({
    action: 'reissue-admin-credential',
    path: OF_ONE,
    creates: true,
    answers: ref('CredentialAnswer'),
    secret: true,
    summary:
      'Make a new admin credential and revoke the one before. The first answer, and no other, holds the password.',
    problems: ['not-found', 'delegation-insufficient', 'customer-ended'],
  })
  reissueCredential(@HttpExchange() exchange: Exchange, @Param('id', IdPipe) id: CustomerId) {
    return this.commands.send(
      exchange,
      'reissue-admin-credential',
      (sent) => new ReissueAdminCredentialCommand(sent, id),
      { creates: true, bodiless: true, secret: true },
    );
  }

  @Post(':id/erasure')
  @CommandRoute({
    action: 'erase-customer',
    path: OF_ONE,
    summary:
      'Erase what is personal of a customer, for good: its key is destroyed, and the customer closed. Its domain stays taken.',
    problems: ['not-found', 'customer-has-subscriptions'],
  })
  erase(@HttpExchange() exchange: Exchange, @Param('id', IdPipe) id: CustomerId) {
    return this.commands.send(
      exchange,
      'erase-customer',
      (sent) => new EraseCustomerCommand(sent, id),
      { bodiless: true },
    );
  }

  @Get()
  @ReadRoute({
    action: 'list-customers',
    answers: anyOf(ref('CustomerPage'), ref('ResellerCustomerPage')),
    asOf: 'views',
    summary: "A provider's customers; for a reseller, those that it may see.",
    problems: ['cursor-invalid', 'time-span-empty', 'as-of-too-many'],
  })
  async list(@HttpExchange() exchange: Exchange, @Query() query: ListCustomersQuery) {
    const principal = await this.reader.begin(
      exchange.request,
      'list-customers',
      VIEWS_OF_LISTED_CUSTOMERS,
    );
    const { organisation } = principal;
    const filter = customerFilterOf(query);
    if (organisation.kind !== 'reseller') {
      const providerId = (organisation.kind === 'provider' ? organisation.id : '') as ProviderId;
      return listedForProvider(this.asOf, exchange, query.asOf, { ...filter, providerId });
    }
    if (query.resellerId !== undefined) {
      throw new ProblemError(
        'query-invalid',
        'A reseller lists its own customers: leave resellerId out.',
      );
    }
    const { asOf, customersOfReseller: own } = this;
    return listedForReseller(asOf, exchange, query.asOf, own, principal, filter);
  }

  @Get(':id')
  @ReadRoute({
    action: 'read-customer',
    path: OF_ONE,
    answers: ref('Customer'),
    single: true,
    asOf: 'streams',
    summary: 'One customer with its subscriptions, as far as the caller may see them.',
    problems: ['not-found', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Query() { asOf }: AsOfQuery,
  ): Promise<CustomerShown> {
    const { principal, seen: sight } = await this.reader.beginOn(
      request,
      'read-customer',
      ['customers', 'subscriptions', 'resellers'],
      (caller) => this.sight.of(caller, id),
    );
    const { reads, moment } = await this.asOf.ofStream({ reply }, asOf, 'customer', id);
    const detail = await getCustomer(reads, id);
    const whole = found<CustomerDetail>(detail, 'customer', reply, moment);
    // How the provider bills it and what it calls it is the provider's own.
    const isOwn = principal.organisation.kind === 'provider';
    const customer = isOwn ? whole : { ...whole, billing: null, reference: null };
    if (sight === 'all') {
      const { items } = await listSubscriptions(reads, id, { limit: SUBSCRIPTIONS_SHOWN });
      return shownAsOf(principal, moment, { ...customer, subscriptions: items });
    }
    // Who sees some subscriptions sees the customer with those only: not its reseller, nor how much more there is.
    const seen = await getSubscriptions(reads, [...sight]);
    const licences = seen.reduce((sum, { quantity }) => sum + quantity, 0);
    return shownAsOf(principal, moment, {
      ...customer,
      reseller: null,
      delegations: [],
      licences,
      subscriptionCount: seen.length,
      subscriptions: seen,
    });
  }
}
