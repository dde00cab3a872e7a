import type {
  CustomerEvent,
  CustomerReferenceEvent,
  OfferEvent,
  PartnershipEvent,
  PartnershipRequestEvent,
  ProviderEvent,
  ResellerEvent,
  ServicesEvent,
} from '@tierbook/domain';
import { partnershipIdOf } from '@tierbook/domain';
import { ERASED, isKernelEvent, type DomainEvent } from '@tierbook/eventing';
import type { FieldName } from './fields';

/** Whatever can happen. */
export type TierbookEvent =
  | CustomerEvent
  | CustomerReferenceEvent
  | OfferEvent
  | PartnershipEvent
  | PartnershipRequestEvent
  | ProviderEvent
  | ResellerEvent
  | ServicesEvent;
export type TierbookEventType = TierbookEvent['type'];

/** An event of this type. */
export type EventOf<T extends TierbookEventType> = Extract<TierbookEvent, { readonly type: T }>;

/** What has a history, by the name that the API gives it. */
export interface Thing {
  readonly type:
    | 'customer'
    | 'customer-reference'
    | 'delegation'
    | 'offer'
    | 'partnership'
    | 'partnership-request'
    | 'provider'
    | 'reseller'
    | 'service'
    | 'subscription';
  readonly id: string;
}

/** What fields of one thing are after an event. */
export interface Setting {
  readonly of: Thing;
  readonly fields: Readonly<Partial<Record<FieldName, unknown>>>;
}

type Settings = {
  readonly [T in TierbookEventType]: (event: EventOf<T>) => Setting;
};

const PROFILE = [
  'companyName',
  'email',
  'contactName',
  'phone',
  'registrationNumber',
  'address',
] as const;
const RESELLER_PROFILE = ['name', 'email', 'state', 'phone'] as const;

/** Fields of personal data: `null` where one was left out, `Erased` for all once its key is destroyed. */
function revealed<Name extends string>(
  personal: unknown,
  names: readonly Name[],
): Record<Name, unknown> {
  const known = typeof personal === 'object' && personal !== null ? personal : {};
  const valueOf = (name: Name): unknown =>
    personal === ERASED ? ERASED : ((known as Record<string, unknown>)[name] ?? null);
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Name, unknown>;
}

const onCustomer = (
  { data }: { readonly data: { readonly customerId: string } },
  fields: Setting['fields'],
): Setting => ({ of: { type: 'customer', id: data.customerId }, fields });

const onSubscription = (
  { data }: { readonly data: { readonly subscriptionId: string } },
  fields: Setting['fields'],
): Setting => ({ of: { type: 'subscription', id: data.subscriptionId }, fields });

const onDelegation = (
  { data }: { readonly data: { readonly delegationId: string } },
  fields: Setting['fields'],
): Setting => ({ of: { type: 'delegation', id: data.delegationId }, fields });

const onReseller = (
  { data }: { readonly data: { readonly resellerId: string } },
  fields: Setting['fields'],
): Setting => ({ of: { type: 'reseller', id: data.resellerId }, fields });

const onRequest = (
  { data }: { readonly data: { readonly requestId: string } },
  fields: Setting['fields'],
): Setting => ({ of: { type: 'partnership-request', id: data.requestId }, fields });

const onPartnership = ({ data }: PartnershipEvent, fields: Setting['fields']): Setting => ({
  of: { type: 'partnership', id: partnershipIdOf(data.providerId, data.resellerId) },
  fields,
});

const onService = ({ data }: ServicesEvent, fields: Setting['fields']): Setting => ({
  of: { type: 'service', id: data.serviceId },
  fields,
});

const onReference = ({ data }: CustomerReferenceEvent, claim: object | null): Setting => ({
  of: { type: 'customer-reference', id: data.claimId },
  fields: { claim },
});

function offered({ data }: EventOf<'OfferPublished' | 'OfferRevised'>): Setting {
  const { offerId, name, description, minQuantity, maxQuantity, billingCycles, terms } = data;
  const { pricing, addOnOf, limitPerCustomer, upgradeTargets, countries } = data;
  const content = { name, description, minQuantity, maxQuantity, billingCycles, terms };
  const selling = { pricing, addOnOf, limitPerCustomer, upgradeTargets, countries };
  const fields = { status: 'published', ...content, ...selling };
  return { of: { type: 'offer', id: offerId }, fields };
}

/** For each type of event, what of which thing it leaves how: the one place that says so. */
const SETTINGS: Settings = {
  CustomerCreated: (event) => {
    const { domain, country, culture, language } = event.data;
    const fields = { status: 'active', domain, country, culture, language };
    return onCustomer(event, { ...fields, ...revealed(event.personal, PROFILE) });
  },
  CustomerProfileChanged: (event) => {
    const { culture, language } = event.data;
    return onCustomer(event, { culture, language, ...revealed(event.personal, PROFILE) });
  },
  CustomerBillingProfileChanged: (event) => {
    const profile = Object.entries(revealed(event.personal, PROFILE));
    const billing = Object.fromEntries(profile.map(([name, value]) => [`billing.${name}`, value]));
    return onCustomer(event, { 'billing.country': event.data.country, ...billing });
  },
  CustomerReferenceChanged: (event) =>
    onCustomer(event, {
      reference: event.data.to === null ? null : revealed(event.personal, ['reference']).reference,
    }),
  CustomerAgreementRecorded: (event) => {
    const { signatory, email } = revealed(event.personal, ['signatory', 'email']);
    const { version, agreedOn } = event.data;
    return onCustomer(event, { agreement: version, agreedOn, signatory, signatoryEmail: email });
  },
  CustomerEnded: (event) => onCustomer(event, { status: 'ended', reference: null }),
  CustomerReopened: (event) => onCustomer(event, { status: 'active' }),
  CustomerResellerChanged: (event) => onCustomer(event, { reseller: event.data.to }),
  PersonalDataErased: (event) => onCustomer(event, { status: 'erased', adminCredential: null }),
  AdminCredentialIssued: (event) =>
    onCustomer(event, {
      adminCredential: event.data.credentialId,
      adminUserName: event.data.userName,
    }),
  DelegatedAdminGranted: (event) => {
    const { resellerId, periodId, scope, rights, start, end } = event.data;
    const reseller = { resellerId, periodId };
    return onDelegation(event, { status: 'active', reseller, scope, rights, start, end });
  },
  DelegatedAdminRenewed: (event) => onDelegation(event, { end: event.data.end.to }),
  DelegatedAdminRevoked: (event) =>
    onDelegation(event, { status: 'revoked', cause: event.data.cause }),
  SubscriptionOrdered: (event) => {
    const { offerId, offer, quantity, status, billingCycle, term, startsAt, termEndsAt } =
      event.data;
    const { autoRenew, baseSubscriptionId, resellerOfRecord, supportContact } = event.data;
    return onSubscription(event, {
      ...revealed(event.personal, ['name']),
      ...{ offer: offerId, offerTerms: offer, quantity, status, billingCycle, term, startsAt },
      ...{ termNumber: 1, termStartsAt: startsAt, termEndsAt, autoRenew },
      ...{ base: baseSubscriptionId, resellerOfRecord, supportContact },
    });
  },
  SubscriptionQuantityChanged: (event) => onSubscription(event, { quantity: event.data.to }),
  SubscriptionRenamed: (event) => onSubscription(event, revealed(event.personal, ['name'])),
  SubscriptionAutoRenewChanged: (event) =>
    onSubscription(event, { autoRenew: event.data.autoRenew }),
  SubscriptionActivated: (event) => onSubscription(event, { status: 'active' }),
  SubscriptionSuspended: (event) =>
    onSubscription(event, { status: 'suspended', suspendedWith: event.data.withBase }),
  SubscriptionReactivated: (event) =>
    onSubscription(event, { status: 'active', suspendedWith: null }),
  SubscriptionCancelled: (event) =>
    onSubscription(event, { status: 'cancelled', scheduledChange: null }),
  SubscriptionExpired: (event) =>
    onSubscription(event, { status: 'expired', scheduledChange: null }),
  SubscriptionUpgraded: (event) => {
    const { offerId, offer } = event.data.to;
    return onSubscription(event, { offer: offerId, offerTerms: offer });
  },
  SubscriptionChangeScheduled: (event) => onSubscription(event, { scheduledChange: event.data.to }),
  SubscriptionScheduledChangeUndone: (event) => onSubscription(event, { scheduledChange: null }),
  SubscriptionRenewed: (event) => {
    const { offerId, offer, quantity, termNumber, termStartsAt, termEndsAt } = event.data;
    return onSubscription(event, {
      ...{ offer: offerId, offerTerms: offer, quantity },
      ...{ termNumber, termStartsAt, termEndsAt, scheduledChange: null },
    });
  },
  ResellerOfRecordChanged: (event) => onSubscription(event, { resellerOfRecord: event.data.to }),
  ResellerOfRecordCorrected: (event) => onSubscription(event, { resellerOfRecord: event.data.to }),
  SupportContactDesignated: (event) => onSubscription(event, { supportContact: event.data.to }),

  CustomerReferenceClaimed: (event) => onReference(event, { customerId: event.data.customerId }),
  CustomerReferenceReleased: (event) => onReference(event, null),

  OfferPublished: offered,
  OfferRevised: offered,
  OfferRetired: ({ data }) => ({
    of: { type: 'offer', id: data.offerId },
    fields: { status: 'retired' },
  }),

  PartnershipAccepted: (event) => {
    const { periodId, requestId } = event.data;
    const open = { endedBy: null, successor: null, creditUntil: null };
    return onPartnership(event, {
      ...{ status: 'active', period: periodId, request: requestId },
      ...{ ...open, offBoarding: null, holdings: null },
    });
  },
  PartnershipEnded: (event) => {
    const { endedBy, successor, creditUntil } = event.data;
    return onPartnership(event, { status: 'ended', endedBy, successor, creditUntil });
  },
  PartnershipOffBoardingPlanned: (event) =>
    onPartnership(event, { offBoarding: 'planned', holdings: event.data.holdings }),
  PartnershipOffBoardingCompleted: (event) => onPartnership(event, { offBoarding: 'completed' }),

  PartnershipRequested: (event) => {
    const { language, generation, expiresAt } = event.data;
    const { email, draft } = revealed(event.personal, ['email', 'draft']);
    return onRequest(event, { status: 'requested', language, generation, expiresAt, email, draft });
  },
  PartnershipRequestReminded: (event) =>
    onRequest(event, {
      status: 'requested',
      generation: event.data.generation.to,
      expiresAt: event.data.expiresAt.to,
      reminderDue: false,
      bounce: null,
    }),
  PartnershipRequestBounced: (event) =>
    onRequest(event, { bounce: revealed(event.personal, ['note']).note }),
  PartnershipRequestReminderDue: (event) => onRequest(event, { reminderDue: true }),
  PartnershipRequestExpired: (event) => onRequest(event, { status: 'expired' }),
  PartnershipRequestWithdrawn: (event) => onRequest(event, { status: 'withdrawn' }),
  PartnershipRequestDeclined: (event) =>
    onRequest(event, { status: 'declined', answeredBy: { resellerId: event.data.resellerId } }),
  PartnershipRequestAccepted: (event) => {
    const { resellerId, periodId, authorised } = event.data;
    const answeredBy = { resellerId };
    return onRequest(event, { status: 'accepted', answeredBy, period: periodId, authorised });
  },

  ProviderCreated: (event) => ({
    of: { type: 'provider', id: event.data.providerId },
    fields: {
      status: 'active',
      country: event.data.country,
      ...revealed(event.personal, ['name', 'email']),
    },
  }),
  AgreementRequirementChanged: ({ data }) => ({
    of: { type: 'provider', id: data.providerId },
    fields: { requiredAgreement: data.to },
  }),

  ResellerApplied: (event) => {
    const { partnerId, country } = event.data;
    const profile = revealed(event.personal, RESELLER_PROFILE);
    return onReseller(event, { status: 'applied', partnerId, country, ...profile });
  },
  ResellerApproved: (event) => onReseller(event, { status: 'enrolled' }),
  ResellerRejected: (event) => onReseller(event, { status: 'rejected' }),
  ResellerSuspended: (event) => onReseller(event, { status: 'suspended' }),
  ResellerReinstated: (event) => onReseller(event, { status: 'enrolled' }),
  ResellerProfileChanged: (event) => onReseller(event, revealed(event.personal, RESELLER_PROFILE)),

  ServiceCreated: (event) => {
    const { name, role, credentialId } = event.data;
    return onService(event, { status: 'active', name, role, secret: credentialId });
  },
  ServiceSecretRotated: (event) => {
    const { credentialId, formerCredentialId, formerUntil } = event.data;
    return onService(event, {
      secret: credentialId,
      formerSecret: formerCredentialId,
      formerSecretUntil: formerUntil,
    });
  },
  ServiceRevoked: (event) =>
    onService(event, {
      status: 'revoked',
      secret: null,
      formerSecret: null,
      formerSecretUntil: null,
    }),
};

/** Every type of event that a history tells of, in the order of the alphabet. */
export const EVENT_TYPES = (Object.keys(SETTINGS) as TierbookEventType[]).sort();

/** Whether the event is the domain's, and so has a place in a history. */
export function isTierbookEvent(event: DomainEvent): event is TierbookEvent {
  return !isKernelEvent(event.type) && Object.hasOwn(SETTINGS, event.type);
}

/** What the event leaves how; nothing for the kernel's own. */
export function settingOf(event: DomainEvent): Setting | undefined {
  if (!isTierbookEvent(event)) return undefined;
  return (SETTINGS[event.type] as (event: TierbookEvent) => Setting)(event);
}
