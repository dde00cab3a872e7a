import type {
  CreditInterval,
  CreditLine,
  RefundLot,
  ScheduledChange,
  PartneredReseller,
  SupportContact,
} from '@tierbook/domain';
import type {
  ListedSubscription,
  SubscriptionRow,
  SupportContactChoice,
} from '@tierbook/read-models';
import type { LicenceEffect, LicenceEffectBody } from '@tierbook/application';
import { commandAnswer } from '../http/command.schemas';
import {
  always,
  choice,
  count,
  COUNTED,
  flag,
  id,
  instant,
  listOf,
  objectOf,
  oneOf,
  orNull,
  pageOf,
  PERIOD_ID,
  personal,
  ref,
  RESELLER_OR_ANOTHER,
  REVISION,
  text,
  type Schemas,
} from '../http/schemas';
import { BILLING_CYCLES, TERMS } from '../offers/offer.dto';

type OfKind<T, Kind> = Extract<T, { readonly kind: Kind }>;

const SUBSCRIPTION = {
  subscriptionId: id('The subscription.'),
  customerId: id('Whose it is.'),
  providerId: id('Who sold it.'),
  offerId: id('What was bought.'),
  offer: ref('OfferTerms'),
  name: personal("The customer's own name for it."),
  quantity: count('Licences.'),
  billingCycle: choice(BILLING_CYCLES, 'How often it is billed.'),
  term: choice(TERMS, 'For how long one is bound. ISO 8601 duration.'),
  status: choice(
    ['pending', 'active', 'suspended', 'expired', 'cancelled'],
    'Pending: it starts later.',
  ),
  orderedAt: instant('When it was bought.'),
  startsAt: instant('From when it runs.'),
  termNumber: count('Which term it is in, from 1.'),
  termStartsAt: instant('From when its term runs.'),
  baseSubscriptionId: orNull(id('What it is an add-on of.'), 'null where it is none.'),
  scheduledChange: orNull(
    oneOf(
      objectOf<OfKind<ScheduledChange, 'cancel'>>('It is cancelled.', { kind: always('cancel') }),
      objectOf<OfKind<ScheduledChange, 'quantity'>>('It has other licences.', {
        kind: always('quantity'),
        quantity: count('Licences from then on.'),
      }),
      objectOf<OfKind<ScheduledChange, 'offer'>>('It is of another offer.', {
        kind: always('offer'),
        offerId: id('The offer.'),
        offer: ref('OfferTerms'),
      }),
    ),
    'What happens at the end of the term; null where nothing does.',
  ),
  refundable: listOf(
    objectOf<RefundLot>('Licences that can be given back.', {
      until: instant('Until when.'),
      licences: count('How many.'),
    }),
    'For a refund; those whose time is over may still be listed.',
  ),
  endedAt: orNull(instant('When it was cancelled or expired.'), 'null until then.'),
  dueAt: orNull(
    instant('When it next starts, renews or ends by itself.'),
    'null once it has ended.',
  ),
  termEndsAt: instant('Until when its term runs, exclusive.'),
  autoRenew: flag('Whether it goes on for another term by itself.'),
  resellerOfRecord: orNull(
    ref('PartneredReseller'),
    'Credited with incentives; null where nobody is.',
  ),
  resellerOfRecordName: personal("That reseller's name, as it is today."),
  supportContact: ref('SupportContact'),
  supportContactName: orNull(
    text("That reseller's name, as it is today."),
    'null where the provider handles support, and once it is erased.',
  ),
  delegations: listOf(
    ref('Delegation'),
    'Who administers this subscription alone, besides those of the whole account.',
  ),
  warnings: listOf(
    choice(['reseller-of-record-missing'], 'What should be known of it.'),
    'Codes of what was done all the same.',
  ),
  revision: REVISION,
} as const;

export const subscriptionSchemas: Schemas = {
  LicenceAnswer: commandAnswer(
    'An accepted cancellation, or another quantity. A repeat of it answers the same.',
    objectOf<LicenceEffectBody>('', {
      effect: orNull(
        objectOf<LicenceEffect>('What becomes of the licences.', {
          from: instant('From when: at once, or the end of the term.'),
          refundedLicences: count('How many are given back with a refund.'),
        }),
        'null where nothing had to change.',
      ),
    }),
  ),
  PartneredReseller: objectOf<PartneredReseller>(
    'A reseller, and the period of its partnership in which it was chosen.',
    { resellerId: RESELLER_OR_ANOTHER, periodId: PERIOD_ID },
  ),
  SupportContact: oneOf(
    objectOf<OfKind<SupportContact, 'provider'>>('The provider itself.', {
      kind: always('provider'),
    }),
    objectOf<OfKind<SupportContact, 'reseller'>>('A reseller.', {
      kind: always('reseller'),
      resellerId: RESELLER_OR_ANOTHER,
      periodId: PERIOD_ID,
    }),
  ),
  Subscription: objectOf<SubscriptionRow>('A subscription.', SUBSCRIPTION),
  ListedSubscription: objectOf<ListedSubscription>('A subscription, and whose it is.', {
    ...SUBSCRIPTION,
    customer: objectOf<ListedSubscription['customer']>('Whose it is.', {
      customerId: id('The customer.'),
      companyName: personal("The company's name."),
      domain: orNull(text('Domain prefix.'), 'null until the list of customers has caught up.'),
    }),
  }),
  ListedSubscriptionPage: pageOf(ref('ListedSubscription'), COUNTED),
  Credits: objectOf<{ intervals: readonly CreditInterval[]; credits: readonly CreditLine[] }>(
    'Who is credited for a subscription.',
    {
      intervals: listOf(
        objectOf<CreditInterval>('Days alike.', {
          from: text('First day (UTC).', { format: 'date' }),
          to: text('Day after the last (UTC).', { format: 'date' }),
          reseller: orNull(ref('PartneredReseller'), 'null where nobody is credited.'),
          licences: count('Licences that earn credit.'),
          price: orNull(
            objectOf<NonNullable<CreditInterval['price']>>('List price.', {
              currency: text('ISO 4217.'),
              perSeat: text('Of one billing cycle of one licence: decimal text.'),
            }),
            'null without a list price.',
          ),
        }),
        'In the order of their days.',
      ),
      credits: listOf(
        objectOf<CreditLine>('Credit of one reseller in one currency.', {
          resellerId: orNull(id('The reseller.'), 'null for what nobody is credited for.'),
          licenceDays: count('Licences times days.'),
          listAmount: orNull(
            objectOf<NonNullable<CreditLine['listAmount']>>('At list price.', {
              currency: text('ISO 4217.'),
              amount: text('Decimal text.'),
            }),
            'null without a list price.',
          ),
        }),
        'By reseller and currency.',
      ),
    },
  ),
  SubscriptionPage: pageOf(ref('Subscription')),
  SupportContactChoice: oneOf(
    objectOf<OfKind<SupportContactChoice, 'provider'>>('The provider itself.', {
      kind: always('provider'),
      id: id('The provider.'),
      name: personal('Its name.'),
    }),
    objectOf<OfKind<SupportContactChoice, 'reseller'>>('An active partner.', {
      kind: always('reseller'),
      id: id('The reseller.'),
      name: personal('Its name.'),
      partnerId: text('Its id in the partner programme.'),
    }),
  ),
  SupportContactChoicePage: pageOf(ref('SupportContactChoice')),
};
