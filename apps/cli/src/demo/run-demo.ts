import { resellerIdOf } from '@tierbook/application';
import { partnershipIdOf, type ProviderId, type ResellerId } from '@tierbook/domain';
import { CommandFailedError } from '../errors';
import { RefusedError, type ApiClient, type ApiRequest } from '../api-client';
import type { Callers } from './callers';
import { CATALOGUE, CURRENCY, type CatalogueOffer } from './catalogue';
import { concurrently } from './concurrently';
import {
  DEVELOPMENT_RESELLER,
  MOST_RESELLERS,
  planCustomer,
  planReseller,
  resellersAmong,
  type PlannedCustomer,
  type PlannedReseller,
  type PlannedSubscription,
} from './plan';

/** What the demo is to make. The same seed makes the same things, once. */
export interface DemoOptions {
  readonly seed: number;
  readonly customers: number;
  /** Told of each customer that is done. */
  readonly onCustomer?: () => void;
}

/** What is there after a demo, made now or before. */
export interface DemoOutcome {
  readonly offers: number;
  /** Enrolled and partnered with the provider. */
  readonly resellers: number;
  readonly customers: number;
  /** Customers that were not there before. */
  readonly newCustomers: number;
  readonly subscriptions: number;
  readonly supportContacts: number;
  /** Subscriptions that credit nobody although their customer has a reseller. */
  readonly uncredited: number;
  readonly firstCustomerId: string | null;
  /** What was refused, one line each, the first few. */
  readonly refused: readonly string[];
  readonly refusedCount: number;
}

/** Enough to keep the service busy, few enough to leave it room for others. */
const AT_ONCE = 16;
const REFUSALS_SHOWN = 5;
/** Resellers beyond those that any demo partners with: one applies, two are invited. */
const UNANSWERED = [MOST_RESELLERS, MOST_RESELLERS + 1, MOST_RESELLERS + 2] as const;

/**
 * Fills a development service through its own API: offers, resellers and their partnerships, then customers.
 * What was made before, by this or by a killed run of the same seed, stays as it is. A customer that is
 * refused is passed over and told of.
 *
 * @throws CommandFailedError, RefusedError when what everything else needs cannot be made.
 */
export async function runDemo(
  api: ApiClient,
  callers: Callers,
  options: DemoOptions,
): Promise<DemoOutcome> {
  return new DemoRun(api, callers, options).run();
}

class DemoRun {
  private readonly offerIds = new Map<string, string>();
  private readonly refused: string[] = [];
  private readonly counts = {
    customers: 0,
    newCustomers: 0,
    subscriptions: 0,
    supportContacts: 0,
    uncredited: 0,
    refusedCount: 0,
  };
  private firstCustomerId: string | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly callers: Callers,
    private readonly options: DemoOptions,
  ) {}

  async run(): Promise<DemoOutcome> {
    const { seed, customers, onCustomer } = this.options;
    const resellers = resellersAmong(customers);
    // One after another: offers refer to those before them.
    for (const offer of CATALOGUE) await this.publishOffer(offer);
    await concurrently(resellers, AT_ONCE, (number) => this.partnerWith(number));
    await this.leaveUnanswered();
    await concurrently(customers, AT_ONCE, async (index) => {
      await this.passingOver(() => this.addCustomer(index, planCustomer(seed, index)));
      onCustomer?.();
    });
    const { firstCustomerId, refused } = this;
    return { offers: this.offerIds.size, resellers, ...this.counts, firstCustomerId, refused };
  }

  private async publishOffer(offer: CatalogueOffer): Promise<void> {
    const { slug, perSeat, addOnOf, upgradeTargets, ...others } = offer;
    const body = {
      ...others,
      pricing: { currency: CURRENCY, perSeat },
      addOnOf: this.offersOf(addOnOf),
      upgradeTargets: this.offersOf(upgradeTargets),
    };
    const answer = await this.asProvider('POST', '/v1/offers', `offer-${slug}`, body);
    this.offerIds.set(slug, resourceId(answer));
  }

  private offersOf(slugs: readonly string[] = []): readonly string[] {
    return slugs.flatMap((slug) => this.offerIds.get(slug) ?? []);
  }

  private async partnerWith(number: number): Promise<void> {
    const { seed } = this.options;
    if (number === DEVELOPMENT_RESELLER) {
      const id = this.callers.developmentResellerId;
      if (!(await this.isPartner(id))) await this.partner(id, number, 'contato@nuvemsul.example');
      return;
    }
    const reseller = planReseller(seed, number);
    await this.apply(reseller, `reseller-${number}`);
    await this.approve(reseller, `reseller-${number}`);
    await this.partner(resellerIdOf(reseller.partnerId), number, reseller.email);
  }

  /** What waits: for the operator an application, for resellers a request each. */
  private async leaveUnanswered(): Promise<void> {
    const [applicant, ...invited] = UNANSWERED.map((number) =>
      planReseller(this.options.seed, number),
    );
    if (applicant !== undefined) await this.apply(applicant, 'reseller-waiting');
    await concurrently(invited.length, AT_ONCE, async (index) => {
      const { email } = invited[index] ?? {};
      await this.asProvider('POST', '/v1/partnership-requests', `request-waiting-${index}`, {
        email,
        language: index === 0 ? 'pt-BR' : 'en',
      });
    });
  }

  private async apply(reseller: PlannedReseller, name: string): Promise<void> {
    const token = await this.callers.reseller(resellerIdOf(reseller.partnerId));
    const path = '/v1/resellers';
    await this.send({ method: 'POST', path, token, key: this.key(name), body: reseller });
  }

  private async approve({ partnerId }: PlannedReseller, name: string): Promise<void> {
    const token = await this.callers.operator();
    const path = `/v1/resellers/${resellerIdOf(partnerId)}/approval`;
    await this.send({ method: 'POST', path, token, key: this.key(name) });
  }

  private async isPartner(resellerId: string): Promise<boolean> {
    const id = partnershipIdOf(this.callers.providerId as ProviderId, resellerId as ResellerId);
    const token = await this.callers.provider();
    try {
      const { status } = await this.send({ method: 'GET', path: `/v1/partnerships/${id}`, token });
      return status === 'active';
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return false;
      throw error;
    }
  }

  private async partner(resellerId: string, number: number, email: string): Promise<void> {
    const name = `partnership-${number}`;
    const { link } = await this.asProvider('POST', '/v1/partnership-requests', name, {
      email,
      language: 'pt-BR',
    });
    const [, token] = typeof link === 'string' ? link.split('#') : [];
    if (token === undefined) throw unexpected('/v1/partnership-requests', 'no link');
    await this.send({
      method: 'POST',
      path: '/v1/partnership-acceptances',
      token: await this.callers.reseller(resellerId),
      key: this.key(name),
      body: { token, consent: true },
    });
  }

  private async addCustomer(index: number, customer: PlannedCustomer): Promise<void> {
    const name = `customer-${index}`;
    const answer = await this.asProvider('POST', '/v1/customers', name, {
      ...customer.profile,
      ...this.resellerField(customer.reseller),
      subscriptions: customer.subscriptions.map((order) => this.orderBody(order)),
    });
    const path = `/v1/customers/${resourceId(answer)}`;
    if (index === 0) this.firstCustomerId = resourceId(answer);
    this.counts.customers += 1;
    if (hasPassword(answer['adminCredential'])) this.counts.newCustomers += 1;
    this.countSubscriptions(customer, customer.subscriptions);
    await this.continueCustomer(path, name, customer, firstSubscriptionId(answer));
  }

  /** What happens to a customer once it exists. */
  private async continueCustomer(
    path: string,
    name: string,
    customer: PlannedCustomer,
    subscriptionId: string,
  ): Promise<void> {
    const { supportContact, laterQuantity, laterOrder } = customer;
    const subscription = `${path}/subscriptions/${subscriptionId}`;
    if (supportContact !== undefined) {
      const body = this.resellerField(supportContact);
      await this.asProvider('PUT', `${subscription}/support-contact`, name, body);
      this.counts.supportContacts += 1;
    }
    if (laterQuantity !== undefined) {
      // Its own key: both commands address the same subscription.
      const body = { quantity: laterQuantity };
      await this.asProvider('PUT', `${subscription}/quantity`, `${name}-quantity`, body);
    }
    if (laterOrder !== undefined) {
      await this.asProvider('POST', `${path}/subscriptions`, name, this.orderBody(laterOrder));
      this.countSubscriptions(customer, [laterOrder]);
    }
  }

  private countSubscriptions(
    customer: PlannedCustomer,
    orders: readonly PlannedSubscription[],
  ): void {
    this.counts.subscriptions += orders.length;
    if (customer.reseller === undefined) return;
    this.counts.uncredited += orders.filter(({ reseller }) => reseller === undefined).length;
  }

  private orderBody({ offer, reseller, ...order }: PlannedSubscription): object {
    return { offerId: this.offerIds.get(offer), ...order, ...this.resellerField(reseller) };
  }

  private resellerField(number: number | undefined): { readonly resellerId?: string } {
    return number === undefined ? {} : { resellerId: this.resellerId(number) };
  }

  private resellerId(number: number): string {
    if (number === DEVELOPMENT_RESELLER) return this.callers.developmentResellerId;
    return resellerIdOf(planReseller(this.options.seed, number).partnerId);
  }

  private async asProvider(
    method: 'POST' | 'PUT',
    path: string,
    name: string,
    body: object,
  ): Promise<Readonly<Record<string, unknown>>> {
    const token = await this.callers.provider();
    return this.send({ method, path, token, key: this.key(name), body });
  }

  private send(request: ApiRequest): Promise<Readonly<Record<string, unknown>>> {
    return this.api.send(request);
  }

  private key(name: string): string {
    return `demo-${this.options.seed}-${name}`;
  }

  private async passingOver(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      // A caller that is not known, or not allowed, is so for every customer.
      if (!(error instanceof RefusedError) || error.status === 401 || error.status === 403) {
        throw error;
      }
      this.counts.refusedCount += 1;
      if (this.refused.length < REFUSALS_SHOWN) this.refused.push(error.message);
    }
  }
}

function resourceId({ resource }: Readonly<Record<string, unknown>>): string {
  return idOf(resource) ?? fail('a command', 'no resource id');
}

function firstSubscriptionId({ subscriptions }: Readonly<Record<string, unknown>>): string {
  const first: unknown = Array.isArray(subscriptions) ? subscriptions[0] : undefined;
  return idOf(first) ?? fail('/v1/customers', 'no subscription');
}

function idOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  return typeof value.id === 'string' ? value.id : undefined;
}

/** The password is in the first answer only: a repeated one has none. */
function hasPassword(credential: unknown): boolean {
  return typeof credential === 'object' && credential !== null && 'password' in credential;
}

function fail(what: string, without: string): never {
  throw unexpected(what, without);
}

function unexpected(what: string, without: string): CommandFailedError {
  return new CommandFailedError(
    `The answer to ${what} holds ${without}: the service is of another version than this command.`,
  );
}
