import type { AdminCredential, CredentialBody, CustomerCreatedBody } from '@tierbook/application';
import type { Address } from '@tierbook/domain';
import type {
  BillingProfile,
  CustomerCounts,
  GrantedDelegation,
  CustomerReseller,
  CustomerRow,
  RecordedAgreement,
  ResellerAccess,
  ResellerCustomerRow,
} from '@tierbook/read-models';
import { commandAnswer } from '../http/command.schemas';
import type { CommandAnswer } from '../http/command-sender';
import {
  always,
  choice,
  count,
  COUNTED,
  COUNTRY,
  EMAIL,
  id,
  instant,
  listOf,
  objectOf,
  oneOf,
  optional,
  orNull,
  pageOf,
  PERIOD_ID,
  personal,
  ref,
  RESELLER_OR_ANOTHER,
  REVISION,
  text,
  total,
  type Schemas,
} from '../http/schemas';
import { RIGHTS } from '../delegations/delegation.dto';
import type { CustomerShown } from './customer-shown';

const CUSTOMER_ID = id('The customer: UUIDv5 of provider and domain prefix.');
const DOMAIN = text("Domain prefix, in lower case; no other of the provider's customers has it.", {
  examples: ['padariadosol'],
});
const LANGUAGE_TAG = (description: string) =>
  text(`${description} BCP 47.`, { examples: ['pt-BR'] });

const COMPANY_NAME = personal("The company's name.", { examples: ['Padaria do Sol Ltda'] });

const ROW = {
  customerId: CUSTOMER_ID,
  providerId: id('The provider that owns it.'),
  domain: DOMAIN,
  companyName: COMPANY_NAME,
  country: COUNTRY,
  status: choice(['active', 'ended', 'erased'], 'Where the account stands.'),
  createdAt: instant('When it was created.'),
  subscriptionCount: count('How many subscriptions it has, as far as the caller may see them.'),
  licences: count('Licences of those subscriptions.'),
  revision: REVISION,
  reseller: orNull(
    ref('CustomerReseller'),
    'Associated with the account; null where nobody is, or the caller may not know.',
  ),
} as const;

/** Of a customer, and of whom it is billed to. */
const PROFILE = {
  companyName: COMPANY_NAME,
  email: personal('Where to write to it.', EMAIL),
  contactName: personal('Whom to ask for.'),
  phone: personal('As it was written.', { examples: ['+55 51 3333-4444'] }),
  registrationNumber: personal("The company's number in its country's register.", {
    examples: ['11.222.333/0001-81'],
  }),
  address: orNull(ref('Address'), 'null once it is erased.'),
} as const;

export const customerSchemas: Schemas = {
  CustomerReseller: objectOf<CustomerReseller>('The reseller associated with a customer.', {
    resellerId: RESELLER_OR_ANOTHER,
    name: personal('Its name, as it is today.'),
    partnerId: orNull(
      text('Its id in the partner programme.'),
      'null until the list has caught up with a new reseller.',
    ),
  }),
  CustomerRow: objectOf<CustomerRow>('A customer, as lists show it.', ROW),
  CustomerPage: pageOf(ref('CustomerRow'), {
    ...COUNTED,
    counts: optional(ref('CustomerCounts')),
  }),
  CustomerCounts: objectOf<CustomerCounts>(
    'How all customers of the filter are spread; with count=true. Of more than 10,000, the first so many are counted.',
    {
      resellers: listOf(
        objectOf<CustomerCounts['resellers'][number]>('Those of one reseller.', {
          reseller: orNull(ref('CustomerReseller'), 'null for those with none.'),
          customers: total('How many.'),
        }),
        'At most 200: those with the most customers.',
      ),
      statuses: listOf(
        objectOf<CustomerCounts['statuses'][number]>('Those that stand alike.', {
          status: choice(['active', 'erased'], 'Where they stand.'),
          customers: total('How many.'),
        }),
        'The most frequent first.',
      ),
    },
  ),
  ResellerCustomerRow: objectOf<ResellerCustomerRow>('A customer, as one reseller sees it.', {
    ...ROW,
    access: ref('Access'),
  }),
  Access: {
    description: 'How much of the customer the reseller sees.',
    ...oneOf(
      objectOf<Extract<ResellerAccess, { kind: 'account' }>>('It sees the whole account.', {
        kind: always('account'),
      }),
      objectOf<Extract<ResellerAccess, { kind: 'subscriptions' }>>(
        'It sees these subscriptions, and no others.',
        {
          kind: always('subscriptions'),
          subscriptionIds: listOf(id('A subscription.'), 'Those that it sees.'),
        },
      ),
    ),
  },
  ResellerCustomerPage: pageOf(ref('ResellerCustomerRow'), COUNTED),
  Delegation: objectOf<GrantedDelegation>('A delegated administrator.', {
    delegationId: id('The delegation.'),
    resellerId: RESELLER_OR_ANOTHER,
    periodId: PERIOD_ID,
    rights: listOf(choice(RIGHTS, 'One thing that it may do.'), 'What it may do.'),
    start: instant('From when.'),
    end: instant('Until when, exclusive.'),
  }),
  Address: objectOf<Address>('A postal address; its country is the customer’s.', {
    line1: text('Street and number.', { examples: ['Rua das Laranjeiras, 100'] }),
    line2: optional(text('Building, floor, and so on.')),
    city: text('City.', { examples: ['Porto Alegre'] }),
    state: optional(text('State or region.', { examples: ['RS'] })),
    postalCode: optional(text('Postal code.', { examples: ['90010-000'] })),
  }),
  BillingProfile: objectOf<BillingProfile>('Whom the customer is billed to.', {
    country: COUNTRY,
    ...PROFILE,
  }),
  Agreement: objectOf<RecordedAgreement>("An agreement to the provider's terms.", {
    version: text("Of the provider's terms.", { examples: ['2026-01'] }),
    agreedOn: text('When it was agreed (UTC).', { format: 'date' }),
    recordedAt: instant('When that was recorded.'),
    signatory: personal('Who agreed for the customer.'),
    email: personal('Where to write to who agreed.', EMAIL),
  }),
  Customer: objectOf<CustomerShown>('A customer, with its subscriptions.', {
    ...ROW,
    culture: LANGUAGE_TAG('How dates and numbers are written.'),
    language: LANGUAGE_TAG('Language to write in.'),
    ...PROFILE,
    billing: orNull(
      ref('BillingProfile'),
      'null where the customer itself is billed; shown to the provider only.',
    ),
    reference: personal("The provider's own reference; shown to the provider only.", {
      examples: ['CLI-00042'],
    }),
    agreement: orNull(ref('Agreement'), 'The one recorded last; null where there is none.'),
    endedAt: orNull(instant('When the relation ended.'), 'null while it has not.'),
    endReason: personal('Why it ended.'),
    delegations: listOf(
      ref('Delegation'),
      'Who administers the whole account, besides the provider.',
    ),
    adminUserName: orNull(text("The administrator's sign-in name."), 'null before there is one.'),
    subscriptions: listOf(
      ref('Subscription'),
      'At most 200, in the order they were bought; the list of subscriptions has the rest.',
    ),
  }),
  AdminCredential: objectOf<AdminCredential>("The administrator's sign-in.", {
    userName: text('Sign-in name.', { examples: ['admin@padariadosol'] }),
    password: optional(text('In the first answer only; a repeat leaves it out.')),
  }),
  CustomerAnswer: commandAnswer(
    'An accepted new customer.',
    objectOf<CustomerCreatedBody>('', {
      customer: objectOf<CustomerCreatedBody['customer']>('The customer.', {
        id: CUSTOMER_ID,
        domain: DOMAIN,
        country: COUNTRY,
      }),
      subscriptions: listOf(
        objectOf<CustomerCreatedBody['subscriptions'][number]>('One subscription.', {
          id: id('The subscription.'),
          offerId: id('What was bought.'),
          quantity: count('Licences.'),
          status: choice(['active', 'pending'], 'Where it stands.'),
        }),
        'In the order of the command.',
      ),
      adminCredential: optional(ref('AdminCredential')),
    }),
  ),
  CustomerBatchAnswer: commandAnswer(
    'An accepted batch: the customer, and what came of each command.',
    objectOf<{ readonly commands: unknown }>('', {
      commands: listOf(
        objectOf<Pick<CommandAnswer, 'resource' | 'revision' | 'warnings'>>('One command.', {
          resource: ref('Resource'),
          revision: REVISION,
          warnings: listOf(ref('Warning'), 'What was done all the same, and should be known.'),
        }),
        'In the order of the batch.',
      ),
    }),
  ),
  CredentialAnswer: commandAnswer(
    'An accepted new admin credential; the one before no longer works.',
    objectOf<CredentialBody>('', { adminCredential: optional(ref('AdminCredential')) }),
  ),
};
