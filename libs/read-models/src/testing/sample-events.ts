import type {
  CredentialId,
  CustomerId,
  DelegatedRight,
  DelegationId,
  DelegationScope,
  OfferId,
  OfferTerms,
  PartneredReseller,
  PartnershipRequestId,
  PeriodId,
  ProviderId,
  ResellerId,
  SubscriptionId,
  SupportContact,
} from '@tierbook/domain';
import type { ViewedEvent } from '../projection';
import { TEST_PROVIDER } from './recorded';

export const providerId = TEST_PROVIDER as ProviderId;
export const reseller = (id: string) => id as ResellerId;
export const customer = (id: string) => id as CustomerId;
export const subscription = (id: string) => id as SubscriptionId;
export const period = (id: string) => id as PeriodId;
export const request = (id: string) => id as PartnershipRequestId;
export const offer = (id: string) => id as OfferId;

const TERMS: OfferTerms = {
  name: 'Mail',
  minQuantity: 1,
  maxQuantity: 300,
  billingCycles: ['monthly'],
  terms: ['P1Y'],
  pricing: null,
  addOnOf: [],
};

/** A reseller chosen in its first period with the test provider, `<reseller>-1`, unless told another. */
export const chosen = (id: string, periodId = `${id}-1`): PartneredReseller => {
  return { resellerId: reseller(id), periodId: period(periodId) };
};

/** Events as the domain writes them, with what a test does not care for filled in. */
export const sample = {
  providerCreated: (name = 'Distribuidora'): ViewedEvent => ({
    type: 'ProviderCreated',
    data: { providerId, country: 'BR' },
    personal: { name, email: 'p@example.com' },
  }),
  resellerApplied: (id: string, name: string, partnerId = '1234'): ViewedEvent => ({
    type: 'ResellerApplied',
    data: { resellerId: reseller(id), partnerId, country: 'BR' },
    personal: { name, email: `${id}@example.com`, state: 'SP' },
  }),
  resellerApproved: (id: string): ViewedEvent => ({
    type: 'ResellerApproved',
    data: { resellerId: reseller(id) },
  }),
  accepted: (id: string, periodId = `${id}-1`): ViewedEvent => ({
    type: 'PartnershipAccepted',
    data: {
      providerId,
      resellerId: reseller(id),
      requestId: request(`q-${id}`),
      periodId: period(periodId),
    },
  }),
  ended: (id: string, periodId = `${id}-1`): ViewedEvent => ({
    type: 'PartnershipEnded',
    data: {
      providerId,
      resellerId: reseller(id),
      periodId: period(periodId),
      endedBy: 'provider',
      successor: null,
      creditUntil: '2030-01-01',
    },
  }),
  customerCreated: (
    id: string,
    companyName: string | null,
    fields: { readonly domain?: string; readonly country?: string } = {},
  ): ViewedEvent => ({
    type: 'CustomerCreated',
    data: {
      customerId: customer(id),
      providerId,
      domain: id,
      country: 'BR',
      culture: 'pt-BR',
      language: 'pt',
      ...fields,
    },
    personal:
      companyName === null
        ? 'Erased'
        : { companyName, email: 'c@example.com', address: { line1: 'Rua A', city: 'Recife' } },
  }),
  resellerChanged: (
    id: string,
    from: PartneredReseller | null,
    to: PartneredReseller | null,
  ): ViewedEvent => ({
    type: 'CustomerResellerChanged',
    data: { customerId: customer(id), from, to, warnings: [] },
  }),
  granted: (
    id: string,
    delegationId: string,
    to: PartneredReseller,
    scope: DelegationScope = { kind: 'account' },
    fields: { readonly rights?: readonly DelegatedRight[]; readonly end?: string } = {},
  ): ViewedEvent => ({
    type: 'DelegatedAdminGranted',
    data: {
      customerId: customer(id),
      delegationId: delegationId as DelegationId,
      ...to,
      scope,
      rights: ['read-customer'],
      start: '2030-01-01T00:00:00.000Z',
      end: '2032-01-01T00:00:00.000Z',
      ...fields,
    },
  }),
  renewed: (id: string, delegationId: string, to: PartneredReseller, end: string): ViewedEvent => ({
    type: 'DelegatedAdminRenewed',
    data: {
      customerId: customer(id),
      delegationId: delegationId as DelegationId,
      ...to,
      scope: { kind: 'account' },
      end: { from: '2032-01-01T00:00:00.000Z', to: end },
    },
    personal: { reason: 'renewed' },
  }),
  revoked: (
    id: string,
    delegationId: string,
    of: PartneredReseller,
    scope: DelegationScope = { kind: 'account' },
  ): ViewedEvent => ({
    type: 'DelegatedAdminRevoked',
    data: {
      customerId: customer(id),
      delegationId: delegationId as DelegationId,
      ...of,
      scope,
      cause: 'revoked',
    },
  }),
  credentialIssued: (id: string, userName: string): ViewedEvent => ({
    type: 'AdminCredentialIssued',
    data: {
      customerId: customer(id),
      credentialId: 'credential-1' as CredentialId,
      userName,
      previousCredentialId: null,
    },
  }),
  ordered: (
    id: string,
    subscriptionId: string,
    quantity: number,
    resellerOfRecord: PartneredReseller | null = null,
    supportContact: SupportContact = { kind: 'provider' },
  ): ViewedEvent => ({
    type: 'SubscriptionOrdered',
    data: {
      customerId: customer(id),
      subscriptionId: subscription(subscriptionId),
      offerId: offer('o1'),
      offer: TERMS,
      quantity,
      billingCycle: 'monthly',
      term: 'P1Y',
      status: 'active',
      startsAt: '2030-01-01T00:00:00.000Z',
      termEndsAt: '2031-01-01T00:00:00.000Z',
      autoRenew: true,
      baseSubscriptionId: null,
      refund: { until: '2030-01-08T00:00:00.000Z', licences: quantity },
      resellerOfRecord,
      supportContact,
      warnings: [],
    },
    personal: { name: 'Matriz' },
  }),
  quantityChanged: (
    id: string,
    subscriptionId: string,
    [from, to]: readonly [number, number],
    resellerOfRecord: PartneredReseller | null = null,
  ): ViewedEvent => ({
    type: 'SubscriptionQuantityChanged',
    data: {
      customerId: customer(id),
      subscriptionId: subscription(subscriptionId),
      offerId: offer('o1'),
      from,
      to,
      effectiveFrom: '2030-01-01T00:00:00.000Z',
      share: { days: 365, of: 365 },
      refund: to > from ? { until: '2030-01-08T00:00:00.000Z', licences: to - from } : null,
      refundedLicences: Math.max(from - to, 0),
      resellerOfRecord,
    },
  }),
  recordChanged: (
    id: string,
    subscriptionId: string,
    quantity: number,
    from: PartneredReseller | null,
    to: PartneredReseller | null,
  ): ViewedEvent => ({
    type: 'ResellerOfRecordChanged',
    data: {
      customerId: customer(id),
      subscriptionId: subscription(subscriptionId),
      offerId: offer('o1'),
      from,
      to,
      effectiveFrom: '2030-01-01T00:00:00.000Z',
      quantity,
      warnings: [],
    },
  }),
  supportDesignated: (
    id: string,
    subscriptionId: string,
    from: SupportContact,
    to: SupportContact,
  ): ViewedEvent => ({
    type: 'SupportContactDesignated',
    data: {
      customerId: customer(id),
      subscriptionId: subscription(subscriptionId),
      from,
      to,
    },
  }),
  offerPublished: (id: string, name: string): ViewedEvent => ({
    type: 'OfferPublished',
    data: {
      ...TERMS,
      name,
      limitPerCustomer: null,
      upgradeTargets: [],
      countries: null,
      offerId: offer(id),
      providerId,
      description: 'Mail for all',
    },
  }),
};
