import type { BillingCycle, Term } from '@tierbook/domain';
import { CATALOGUE, type CatalogueOffer } from './catalogue';
import { makeCnpj } from './cnpj';
import { BRAZIL, COUNTRIES, RESELLER_NAMES, type Country } from './places';
import { Random } from './random';

/** The demo reseller that every development service has; the others are numbered from 1. */
export const DEVELOPMENT_RESELLER = 0;

/** A reseller's application. */
export interface PlannedReseller {
  readonly partnerId: string;
  readonly name: string;
  readonly email: string;
  readonly country: string;
  readonly state?: string;
  readonly phone: string;
}

/** A subscription to buy: offers by slug, resellers by number. */
export interface PlannedSubscription {
  readonly offer: string;
  readonly quantity: number;
  readonly billingCycle: BillingCycle;
  readonly term: Term;
  readonly autoRenew: boolean;
  readonly name?: string;
  readonly reseller?: number;
}

/** What a customer is, as the API takes it. */
export interface PlannedProfile {
  readonly domain: string;
  readonly companyName: string;
  readonly email: string;
  readonly contactName: string;
  readonly phone: string;
  readonly registrationNumber?: string;
  readonly culture: string;
  readonly language: string;
  readonly country: string;
  readonly address: {
    readonly line1: string;
    readonly city: string;
    readonly state?: string;
    readonly postalCode: string;
  };
}

/** A customer and what becomes of it. */
export interface PlannedCustomer {
  readonly profile: PlannedProfile;
  readonly reseller?: number;
  /** At least one. */
  readonly subscriptions: readonly PlannedSubscription[];
  /** Reseller that supports the first subscription. */
  readonly supportContact?: number;
  /** Bought after the customer was created. */
  readonly laterOrder?: PlannedSubscription;
  /** Licences of the first subscription, changed later. */
  readonly laterQuantity?: number;
}

const FEWEST_RESELLERS = 3;
/** The development reseller among them. */
export const MOST_RESELLERS = 40;
/** Seeds are below this, so that partner ids of different seeds never meet. */
export const SEEDS = 1_000_000;

/** How many resellers a market of so many customers has, the development one among them. */
export function resellersAmong(customers: number): number {
  return Math.min(MOST_RESELLERS, Math.max(FEWEST_RESELLERS, Math.round(Math.sqrt(customers))));
}

/** The reseller of that number, from 1: always the same for one seed. */
export function planReseller(seed: number, number: number): PlannedReseller {
  const random = new Random(seed, 'reseller', number);
  const { first, second } = RESELLER_NAMES;
  const ordinal = number - 1;
  const name = [
    first[ordinal % first.length],
    second[Math.floor(ordinal / first.length) % second.length],
  ].join(' ');
  const town = random.pick(BRAZIL.towns);
  return {
    partnerId: String((SEEDS + seed) * 1_000 + number),
    name,
    email: `parcerias@${slugOf(name)}.example`,
    country: BRAZIL.code,
    ...(town.state === undefined ? {} : { state: town.state }),
    phone: random.digits(town.phone),
  };
}

/**
 * The customer of that index, from 0: always the same for one seed, however many customers the demo has.
 * It draws its resellers among those that a market of its size had.
 */
export function planCustomer(seed: number, index: number): PlannedCustomer {
  const random = new Random(seed, 'customer', index);
  const profile = planProfile(random, `${index}${seed === 1 ? '' : `s${seed}`}`);
  const resellers = resellersAmong(index + 1);
  const anyReseller = () => random.between(DEVELOPMENT_RESELLER, resellers - 1);
  const reseller = random.chance(0.75) ? anyReseller() : undefined;
  // Most credit the customer's own reseller, some another one, and some forget.
  const ofRecord = (): number | undefined =>
    random.chance(0.85) ? reseller : random.chance(0.5) ? anyReseller() : undefined;
  const market = sellableIn(profile.country);
  const subscriptions = planSubscriptions(random, market, ofRecord);
  const [firstOrder] = subscriptions;
  return {
    profile,
    subscriptions,
    ...defined({
      reseller,
      supportContact: random.chance(0.3) ? (reseller ?? anyReseller()) : undefined,
      laterOrder: random.chance(0.15)
        ? planSubscription(random, otherThan(subscriptions, market), ofRecord())
        : undefined,
      laterQuantity: random.chance(0.1) ? planQuantity(random, offerOf(firstOrder)) : undefined,
    }),
  };
}

function planProfile(random: Random, suffix: string): PlannedProfile {
  const country = random.pickWeighted(COUNTRIES);
  const town = random.pick(country.towns);
  const name = random.pick(country.names);
  const trade = random.pick(country.trades);
  const shortName = country.order === 'trade-first' ? `${trade} ${name}` : `${name} ${trade}`;
  const domain = `${slugOf(shortName)}${suffix}`;
  const givenName = random.pick(country.givenNames);
  const { city, state, postalCode, phone } = town;
  return {
    domain,
    companyName: `${shortName} ${random.pick(country.legalForms)}`,
    email: `${slugOf(givenName)}@${domain}.example`,
    contactName: `${givenName} ${random.pick(country.familyNames)}`,
    phone: random.digits(phone),
    ...defined({ registrationNumber: planRegistrationNumber(random, country) }),
    culture: country.culture,
    language: country.language,
    country: country.code,
    address: {
      line1: `${random.pick(country.streets)}, ${random.between(1, 1_999)}`,
      city,
      ...defined({ state }),
      postalCode: random.digits(postalCode),
    },
  };
}

function planRegistrationNumber(random: Random, country: Country): string | undefined {
  const { registrationNumber: form } = country;
  if (form === undefined) return undefined;
  return form === 'cnpj' ? makeCnpj(random) : random.digits(form.digits);
}

function sellableIn(country: string): readonly CatalogueOffer[] {
  return CATALOGUE.filter(({ countries }) => countries?.includes(country) !== false);
}

/** Offers that can be bought on their own, and of which the customer has none: no limit is reached. */
function otherThan(
  orders: readonly PlannedSubscription[],
  market: readonly CatalogueOffer[],
): readonly CatalogueOffer[] {
  return market.filter(
    ({ slug, addOnOf }) =>
      addOnOf === undefined && !orders.some((ordered) => ordered.offer === slug),
  );
}

/** One to three of different offers, and for some customers an add-on of one of them. */
function planSubscriptions(
  random: Random,
  market: readonly CatalogueOffer[],
  ofRecord: () => number | undefined,
): readonly [PlannedSubscription, ...PlannedSubscription[]] {
  const first = planSubscription(random, otherThan([], market), ofRecord());
  const orders: [PlannedSubscription, ...PlannedSubscription[]] = [first];
  for (let more = random.between(0, 2); more > 0; more -= 1) {
    orders.push(planSubscription(random, otherThan(orders, market), ofRecord()));
  }
  const addOns = market.filter(({ addOnOf }) =>
    addOnOf?.some((slug) => orders.some(({ offer }) => offer === slug)),
  );
  if (addOns.length > 0 && random.chance(0.5)) {
    orders.push(planSubscription(random, addOns, ofRecord()));
  }
  return orders;
}

function planSubscription(
  random: Random,
  offers: readonly CatalogueOffer[],
  reseller: number | undefined,
): PlannedSubscription {
  const offer = pickFrom(random, offers);
  const billingCycle = pickFrom(random, offer.billingCycles);
  // Who pays by the year is bound for one at least.
  const terms = offer.terms.filter((term) => billingCycle !== 'annual' || term !== 'P1M');
  return {
    offer: offer.slug,
    quantity: planQuantity(random, offer),
    billingCycle,
    term: pickFrom(random, terms),
    autoRenew: random.chance(0.8),
    ...defined({
      name: random.chance(0.2) ? `${offer.name}, ${random.pick(DEPARTMENTS)}` : undefined,
      reseller,
    }),
  };
}

const DEPARTMENTS = ['head office', 'branch', 'warehouse', 'sales team', 'pilot'] as const;

/** Mostly few: small firms are many. */
function planQuantity(random: Random, { minQuantity, maxQuantity }: CatalogueOffer): number {
  const most = Math.min(maxQuantity, minQuantity + 120);
  return minQuantity + Math.floor((most - minQuantity) * random.fraction() ** 3);
}

function offerOf({ offer }: PlannedSubscription): CatalogueOffer {
  const found = CATALOGUE.find(({ slug }) => slug === offer);
  if (found === undefined) throw new RangeError(`The catalogue has no ${offer}.`);
  return found;
}

function pickFrom<T>(random: Random, items: readonly T[]): T {
  const [first, ...others] = items;
  if (first === undefined) throw new RangeError('There is nothing to pick from.');
  return random.pick([first, ...others]);
}

/** Letters and digits alone, without their accents, in lower case. */
export function slugOf(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll('ß', 'ss')
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase();
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined: JSON bodies have none. */
function defined<T extends object>(fields: T): Defined<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
