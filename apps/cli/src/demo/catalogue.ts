import type { BillingCycle, Term } from '@tierbook/domain';

/** An offer to publish. It and those that it refers to go by slugs: ids are the service's. */
export interface CatalogueOffer {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly minQuantity: number;
  readonly maxQuantity: number;
  readonly billingCycles: readonly BillingCycle[];
  readonly terms: readonly Term[];
  /** What one billing cycle of one licence costs, as decimal text, in {@link CURRENCY}. */
  readonly perSeat: Readonly<Partial<Record<BillingCycle, string>>>;
  /** Offers that it is an add-on of; on its own where left out. */
  readonly addOnOf?: readonly string[];
  /** Offers that its subscriptions can be upgraded to. */
  readonly upgradeTargets?: readonly string[];
  /** Subscriptions of it that one customer may have at a time; any number where left out. */
  readonly limitPerCustomer?: number;
  /** Countries that it is sold in; everywhere where left out. */
  readonly countries?: readonly string[];
}

/** Of all prices (ISO 4217): the demo's provider is Brazilian. */
export const CURRENCY = 'BRL';

const EVERY_TERM = ['P1M', 'P1Y', 'P3Y'] as const;
const YEARS = ['P1Y', 'P3Y'] as const;
const RECURRING = ['monthly', 'annual'] as const;

/**
 * A starter catalogue of a cloud distributor: each offer stands after those that it refers to. All products
 * and prices are invented.
 */
export const CATALOGUE: readonly CatalogueOffer[] = [
  {
    slug: 'nimbus-office-enterprise',
    name: 'Nimbus Office Enterprise',
    description: 'Nimbus Office Business with retention rules, audit and device management.',
    minQuantity: 10,
    maxQuantity: 50_000,
    billingCycles: RECURRING,
    terms: YEARS,
    perSeat: { monthly: '189.90', annual: '2050.00' },
  },
  {
    slug: 'nimbus-office-business',
    name: 'Nimbus Office Business',
    description: 'Nimbus Office with desktop applications and shared workspaces.',
    minQuantity: 1,
    maxQuantity: 300,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '74.90', annual: '809.00' },
    upgradeTargets: ['nimbus-office-enterprise'],
  },
  {
    slug: 'nimbus-office-basic',
    name: 'Nimbus Office Basic',
    description: 'E-mail, calendar and documents in the browser, 50 GB a person.',
    minQuantity: 1,
    maxQuantity: 300,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '34.90', annual: '377.00' },
    upgradeTargets: ['nimbus-office-business', 'nimbus-office-enterprise'],
  },
  {
    slug: 'nimbus-office-pilot',
    name: 'Nimbus Office Pilot',
    description:
      'Nimbus Office Business for a month and up to 25 people, to try it; one a customer.',
    minQuantity: 1,
    maxQuantity: 25,
    billingCycles: ['monthly'],
    terms: ['P1M'],
    perSeat: { monthly: '0' },
    upgradeTargets: ['nimbus-office-basic', 'nimbus-office-business'],
    limitPerCustomer: 1,
  },
  {
    slug: 'nimbus-voice',
    name: 'Nimbus Voice',
    description: 'Telephone numbers and calls in Nimbus Office, where we hold a licence for it.',
    minQuantity: 1,
    maxQuantity: 5_000,
    billingCycles: ['monthly'],
    terms: ['P1M', 'P1Y'],
    perSeat: { monthly: '42.50' },
    addOnOf: ['nimbus-office-business', 'nimbus-office-enterprise'],
    countries: ['BR', 'PT', 'ES'],
  },
  {
    slug: 'nimbus-assistant',
    name: 'Nimbus Assistant',
    description: 'Drafts, summaries and search over the documents of Nimbus Office.',
    minQuantity: 1,
    maxQuantity: 50_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '159.00', annual: '1717.20' },
    addOnOf: ['nimbus-office-basic', 'nimbus-office-business', 'nimbus-office-enterprise'],
  },
  {
    slug: 'nimbus-frontline',
    name: 'Nimbus Frontline',
    description: 'Messages, shifts and tasks for people without a desk.',
    minQuantity: 5,
    maxQuantity: 20_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '14.90', annual: '160.00' },
  },
  {
    slug: 'nimbus-meetings-rooms',
    name: 'Nimbus Meetings for Rooms',
    description: 'Video meetings for one meeting room and its screen.',
    minQuantity: 1,
    maxQuantity: 500,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '219.00', annual: '2365.20' },
  },
  {
    slug: 'sentinela-endpoint',
    name: 'Sentinela Endpoint',
    description: 'Protection of laptops, desktops and phones against malware.',
    minQuantity: 5,
    maxQuantity: 10_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '18.75', annual: '202.50' },
  },
  {
    slug: 'sentinela-response',
    name: 'Sentinela Response',
    description: 'Analysts who answer, day and night, what Sentinela Endpoint finds.',
    minQuantity: 5,
    maxQuantity: 10_000,
    billingCycles: RECURRING,
    terms: YEARS,
    perSeat: { monthly: '26.40', annual: '285.12' },
    addOnOf: ['sentinela-endpoint'],
  },
  {
    slug: 'sentinela-mail',
    name: 'Sentinela Mail Shield',
    description: 'Filters phishing, spam and dangerous attachments before they are delivered.',
    minQuantity: 5,
    maxQuantity: 10_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '9.90', annual: '106.80' },
  },
  {
    slug: 'sentinela-identity',
    name: 'Sentinela Identity',
    description: 'Single sign-on, second factors and access reviews.',
    minQuantity: 1,
    maxQuantity: 50_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '29.00', annual: '313.20' },
  },
  {
    slug: 'cofre-backup',
    name: 'Cofre Backup 1 TB',
    description: 'Daily backup of mail and documents in a second region; one terabyte a licence.',
    minQuantity: 1,
    maxQuantity: 1_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '129.00', annual: '1393.20' },
  },
  {
    slug: 'cofre-archive',
    name: 'Cofre Archive',
    description: 'Archive that nobody can alter, with legal hold; for three years at a time.',
    minQuantity: 10,
    maxQuantity: 5_000,
    billingCycles: ['annual'],
    terms: ['P3Y'],
    perSeat: { annual: '96.125' },
    limitPerCustomer: 1,
  },
  {
    slug: 'balcao-crm',
    name: 'Balcão CRM',
    description: 'Contacts, quotations and sales pipeline for small sales teams.',
    minQuantity: 3,
    maxQuantity: 500,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '59.00', annual: '637.20' },
  },
  {
    slug: 'balcao-fiscal',
    name: 'Balcão Fiscal',
    description: 'Brazilian electronic invoices (NF-e, NFS-e) from the quotations of Balcão CRM.',
    minQuantity: 1,
    maxQuantity: 50,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '89.00', annual: '961.20' },
    addOnOf: ['balcao-crm'],
    countries: ['BR'],
  },
  {
    slug: 'balcao-service-desk',
    name: 'Balcão Service Desk',
    description: 'Tickets, service levels and a portal for customers.',
    minQuantity: 2,
    maxQuantity: 500,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '84.00', annual: '907.20' },
  },
  {
    slug: 'painel-analytics',
    name: 'Painel Analytics',
    description: 'Dashboards over spreadsheets and databases.',
    minQuantity: 1,
    maxQuantity: 2_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
    perSeat: { monthly: '49.50', annual: '534.60' },
  },
  {
    slug: 'torre-server',
    name: 'Torre Server, perpetual',
    description: 'One server licence for good, paid once, with a year of updates.',
    minQuantity: 1,
    maxQuantity: 100,
    billingCycles: ['one-time'],
    terms: ['P1Y'],
    perSeat: { 'one-time': '7490.00' },
  },
];
