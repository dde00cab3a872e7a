import type { BillingCycle, Term } from '@tierbook/domain';

/** An offer to publish, and the name by which the demo's plan speaks of it. */
export interface CatalogueOffer {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly minQuantity: number;
  readonly maxQuantity: number;
  readonly billingCycles: readonly BillingCycle[];
  readonly terms: readonly Term[];
}

const EVERY_TERM = ['P1M', 'P1Y', 'P3Y'] as const;
const YEARS = ['P1Y', 'P3Y'] as const;
const RECURRING = ['monthly', 'annual'] as const;

/** A starter catalogue of a cloud distributor. All products are invented. */
export const CATALOGUE: readonly CatalogueOffer[] = [
  {
    slug: 'nimbus-office-basic',
    name: 'Nimbus Office Basic',
    description: 'E-mail, calendar and documents in the browser, 50 GB a person.',
    minQuantity: 1,
    maxQuantity: 300,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'nimbus-office-business',
    name: 'Nimbus Office Business',
    description: 'Nimbus Office with desktop applications and shared workspaces.',
    minQuantity: 1,
    maxQuantity: 300,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'nimbus-office-enterprise',
    name: 'Nimbus Office Enterprise',
    description: 'Nimbus Office Business with retention rules, audit and device management.',
    minQuantity: 10,
    maxQuantity: 50_000,
    billingCycles: RECURRING,
    terms: YEARS,
  },
  {
    slug: 'nimbus-frontline',
    name: 'Nimbus Frontline',
    description: 'Messages, shifts and tasks for people without a desk.',
    minQuantity: 5,
    maxQuantity: 20_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'nimbus-meetings-rooms',
    name: 'Nimbus Meetings for Rooms',
    description: 'Video meetings for one meeting room and its screen.',
    minQuantity: 1,
    maxQuantity: 500,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'sentinela-endpoint',
    name: 'Sentinela Endpoint',
    description: 'Protection of laptops, desktops and phones against malware.',
    minQuantity: 5,
    maxQuantity: 10_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'sentinela-mail',
    name: 'Sentinela Mail Shield',
    description: 'Filters phishing, spam and dangerous attachments before they are delivered.',
    minQuantity: 5,
    maxQuantity: 10_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'sentinela-identity',
    name: 'Sentinela Identity',
    description: 'Single sign-on, second factors and access reviews.',
    minQuantity: 1,
    maxQuantity: 50_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'cofre-backup',
    name: 'Cofre Backup 1 TB',
    description: 'Daily backup of mail and documents in a second region; one terabyte a licence.',
    minQuantity: 1,
    maxQuantity: 1_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'cofre-archive',
    name: 'Cofre Archive',
    description: 'Archive that nobody can alter, with legal hold; for three years at a time.',
    minQuantity: 10,
    maxQuantity: 5_000,
    billingCycles: ['annual'],
    terms: ['P3Y'],
  },
  {
    slug: 'balcao-crm',
    name: 'Balcão CRM',
    description: 'Contacts, quotations and sales pipeline for small sales teams.',
    minQuantity: 3,
    maxQuantity: 500,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'balcao-service-desk',
    name: 'Balcão Service Desk',
    description: 'Tickets, service levels and a portal for customers.',
    minQuantity: 2,
    maxQuantity: 500,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'painel-analytics',
    name: 'Painel Analytics',
    description: 'Dashboards over spreadsheets and databases.',
    minQuantity: 1,
    maxQuantity: 2_000,
    billingCycles: RECURRING,
    terms: EVERY_TERM,
  },
  {
    slug: 'torre-server',
    name: 'Torre Server, perpetual',
    description: 'One server licence for good, paid once, with a year of updates.',
    minQuantity: 1,
    maxQuantity: 100,
    billingCycles: ['one-time'],
    terms: ['P1Y'],
  },
];
