import type { CustomerEvent } from '../customer/customer.events';
import type { CustomerReferenceEvent } from '../customer-reference/customer-reference.events';
import type {
  CredentialId,
  CustomerId,
  DelegationId,
  OfferId,
  PartnershipRequestId,
  PeriodId,
  ProviderId,
  ResellerId,
  ServiceId,
  SubscriptionId,
} from '../ids';
import type { OfferEvent, OfferTerms } from '../offer/offer.events';
import type { PartnershipEvent } from '../partnership/partnership.events';
import type { PartnershipRequestEvent } from '../partnership-request/partnership-request.events';
import type { ProviderEvent } from '../provider/provider.events';
import type { ResellerEvent } from '../reseller/reseller.events';
import type { ServicesEvent } from '../services/services.events';

/** One event of each type, in an order in which each can follow those before. */
type Examples<E extends { readonly type: string }> = {
  readonly [T in E['type']]: Extract<E, { readonly type: T }>;
};

const providerId = '019c1a2b-0000-7000-8000-000000000001' as ProviderId;
const resellerId = '5b8d2f0e-0000-5000-8000-000000000002' as ResellerId;
const requestId = '7c0e6a11-0000-5000-8000-000000000003' as PartnershipRequestId;
const periodId = '2f9a4d57-0000-5000-8000-000000000004' as PeriodId;
const offerId = '84c1b3aa-0000-5000-8000-000000000005' as OfferId;
const customerId = 'c3d7e9f2-0000-5000-8000-000000000006' as CustomerId;
const subscriptionId = 'e1a5c8b4-0000-5000-8000-000000000007' as SubscriptionId;
const delegationId = 'f6b2d0c9-0000-5000-8000-000000000008' as DelegationId;
const credentialId = '0d4f8e63-0000-4000-8000-000000000009' as CredentialId;
const serviceId = 'b7e3f1d2-0000-5000-8000-000000000010' as ServiceId;
const newCredentialId = '0d4f8e63-0000-4000-8000-000000000011' as CredentialId;
const partner = { resellerId, periodId };
const scope = { kind: 'subscription', subscriptionId } as const;
const terms: OfferTerms = {
  name: 'Office 365 Business Premium',
  minQuantity: 1,
  maxQuantity: 300,
  billingCycles: ['monthly', 'annual', 'one-time'],
  terms: ['P1M', 'P1Y', 'P3Y'],
  pricing: {
    currency: 'BRL',
    perSeat: { monthly: '62.50', annual: '690.00', 'one-time': '700.00' },
  },
  addOnOf: [],
};
const otherOfferId = '84c1b3aa-0000-5000-8000-000000000015' as OfferId;
const content = {
  description: 'E-mail e Office, por usuário',
  ...terms,
  limitPerCustomer: 5,
  upgradeTargets: [otherOfferId],
  countries: ['BR', 'PT'],
};

export const SERVICES_EXAMPLES: Examples<ServicesEvent> = {
  ServiceCreated: {
    type: 'ServiceCreated',
    data: {
      serviceId,
      owner: { kind: 'provider', id: providerId },
      name: 'erp-sync',
      role: 'sales-agent',
      credentialId,
      createdAt: '2026-01-31T10:00:00.000Z',
    },
  },
  ServiceSecretRotated: {
    type: 'ServiceSecretRotated',
    data: {
      serviceId,
      credentialId: newCredentialId,
      formerCredentialId: credentialId,
      formerUntil: '2026-03-02T10:00:00.000Z',
      droppedCredentialId: null,
      rotatedAt: '2026-03-01T10:00:00.000Z',
    },
  },
  ServiceRevoked: {
    type: 'ServiceRevoked',
    data: {
      serviceId,
      credentialIds: [newCredentialId, credentialId],
      revokedAt: '2026-04-01T10:00:00.000Z',
    },
  },
};

export const PROVIDER_EXAMPLES: Examples<ProviderEvent> = {
  ProviderCreated: {
    type: 'ProviderCreated',
    data: { providerId, country: 'BR' },
    personal: { name: 'Fabrikam Distribuição', email: 'parceiros@fabrikam.example' },
  },
  AgreementRequirementChanged: {
    type: 'AgreementRequirementChanged',
    data: { providerId, from: null, to: '2026-01' },
  },
};

export const RESELLER_EXAMPLES: Examples<ResellerEvent> = {
  ResellerApplied: {
    type: 'ResellerApplied',
    data: { resellerId, partnerId: '4711', country: 'BR' },
    personal: {
      name: 'Wingtip Soluções',
      email: 'contato@wingtip.example',
      state: 'SP',
      phone: '+55 11 5555 0100',
    },
  },
  ResellerApproved: { type: 'ResellerApproved', data: { resellerId } },
  ResellerRejected: {
    type: 'ResellerRejected',
    data: { resellerId },
    personal: { reason: 'Empresa desconhecida' },
  },
  ResellerSuspended: {
    type: 'ResellerSuspended',
    data: { resellerId },
    personal: { reason: 'Documentos vencidos' },
  },
  ResellerReinstated: { type: 'ResellerReinstated', data: { resellerId } },
  ResellerProfileChanged: {
    type: 'ResellerProfileChanged',
    data: { resellerId },
    personal: {
      name: 'Wingtip Nuvem',
      email: 'nuvem@wingtip.example',
      state: 'RJ',
      phone: '+55 21 5555 0100',
    },
  },
};

export const PARTNERSHIP_REQUEST_EXAMPLES: Examples<PartnershipRequestEvent> = {
  PartnershipRequested: {
    type: 'PartnershipRequested',
    data: {
      requestId,
      providerId,
      language: 'pt-BR',
      generation: 1,
      expiresAt: '2026-03-02T10:00:00.000Z',
      emailKey: 'r0Yp1eOqv0m3Kk2T4bqkq0cV5b8m2m1m9gq3Qw7xJZs',
    },
    personal: {
      email: 'contato@wingtip.example',
      draft: { subject: 'Vamos ser parceiros', body: 'Aceite aqui: {link}' },
    },
  },
  PartnershipRequestReminderDue: {
    type: 'PartnershipRequestReminderDue',
    data: { requestId, providerId, expiresAt: '2026-03-02T10:00:00.000Z' },
  },
  PartnershipRequestExpired: {
    type: 'PartnershipRequestExpired',
    data: { requestId, providerId, expiresAt: '2026-03-02T10:00:00.000Z' },
  },
  PartnershipRequestReminded: {
    type: 'PartnershipRequestReminded',
    data: {
      requestId,
      providerId,
      generation: { from: 1, to: 2 },
      expiresAt: { from: '2026-03-02T10:00:00.000Z', to: '2026-03-12T10:00:00.000Z' },
    },
  },
  PartnershipRequestBounced: {
    type: 'PartnershipRequestBounced',
    data: { requestId, providerId },
    personal: { note: 'Caixa postal inexistente' },
  },
  PartnershipRequestWithdrawn: {
    type: 'PartnershipRequestWithdrawn',
    data: { requestId, providerId },
  },
  PartnershipRequestDeclined: {
    type: 'PartnershipRequestDeclined',
    data: { requestId, providerId, resellerId },
    personal: { reason: 'Já temos um distribuidor' },
  },
  PartnershipRequestAccepted: {
    type: 'PartnershipRequestAccepted',
    data: {
      requestId,
      providerId,
      resellerId,
      periodId,
      authorised: [
        'provider-may-order-for-customers',
        'provider-may-delegate-customer-administration',
        'provider-may-designate-support-contact',
      ],
    },
  },
};

const otherResellerId = '5b8d2f0e-0000-5000-8000-000000000012' as ResellerId;
const otherPeriodId = '2f9a4d57-0000-5000-8000-000000000014' as PeriodId;

export const PARTNERSHIP_EXAMPLES: Examples<PartnershipEvent> = {
  PartnershipAccepted: {
    type: 'PartnershipAccepted',
    data: { providerId, resellerId, requestId, periodId },
  },
  PartnershipEnded: {
    type: 'PartnershipEnded',
    data: {
      ...{ providerId, resellerId, periodId, endedBy: 'provider' },
      successor: { resellerId: otherResellerId, periodId: otherPeriodId },
      creditUntil: '2026-03-31',
    },
    personal: { reason: 'Contrato encerrado' },
  },
  PartnershipOffBoardingPlanned: {
    type: 'PartnershipOffBoardingPlanned',
    data: {
      ...{ providerId, resellerId, periodId },
      holdings: { customers: 3, associations: 2, delegations: 4, supportContacts: 1, records: 5 },
    },
  },
  PartnershipOffBoardingCompleted: {
    type: 'PartnershipOffBoardingCompleted',
    data: { providerId, resellerId, periodId },
  },
};

export const OFFER_EXAMPLES: Examples<OfferEvent> = {
  OfferPublished: {
    type: 'OfferPublished',
    data: { offerId, providerId, ...content },
  },
  OfferRevised: {
    type: 'OfferRevised',
    data: { offerId, providerId, ...content, addOnOf: [otherOfferId], countries: null },
  },
  OfferRetired: { type: 'OfferRetired', data: { offerId, providerId } },
};

const claim = { key: 'r0Yp1eOqv0m3Kk2T4bqkq0cV5b8m2m1m9gq3Qw7xJZs', claimId: 'claim-1' };

export const CUSTOMER_REFERENCE_EXAMPLES: Examples<CustomerReferenceEvent> = {
  CustomerReferenceClaimed: {
    type: 'CustomerReferenceClaimed',
    data: { providerId, customerId, claimId: claim.claimId, at: '2026-01-31T10:00:00.000Z' },
  },
  CustomerReferenceReleased: {
    type: 'CustomerReferenceReleased',
    data: { providerId, customerId, claimId: claim.claimId },
  },
};

const profile = {
  companyName: 'Contoso Nuvem Ltda.',
  email: 'financeiro@contoso.example',
  contactName: 'Rui Prado',
  phone: '+55 11 5555 0188',
  registrationNumber: '12.ABC.345/01DE-35',
  address: {
    line1: 'Rua Augusta 200',
    line2: 'Sala 3',
    city: 'São Paulo',
    state: 'SP',
    postalCode: '01305-000',
  },
};

export const CUSTOMER_EXAMPLES: Examples<CustomerEvent> = {
  CustomerCreated: {
    type: 'CustomerCreated',
    data: {
      customerId,
      providerId,
      domain: 'contoso',
      country: 'BR',
      culture: 'pt-BR',
      language: 'pt',
    },
    personal: {
      companyName: 'Contoso Ltda.',
      email: 'ti@contoso.example',
      contactName: 'Ana Souza',
      phone: '+55 11 5555 0199',
      registrationNumber: '12.ABC.345/01DE-35',
      address: {
        line1: 'Avenida Paulista 1000',
        line2: '12º andar',
        city: 'São Paulo',
        state: 'SP',
        postalCode: '01310-100',
      },
    },
  },
  CustomerProfileChanged: {
    type: 'CustomerProfileChanged',
    data: { customerId, culture: 'en-US', language: 'en' },
    personal: profile,
  },
  CustomerBillingProfileChanged: {
    type: 'CustomerBillingProfileChanged',
    data: { customerId, country: 'BR' },
    personal: profile,
  },
  CustomerReferenceChanged: {
    type: 'CustomerReferenceChanged',
    data: { customerId, from: null, to: claim },
    personal: { reference: 'CLI-00042' },
  },
  CustomerAgreementRecorded: {
    type: 'CustomerAgreementRecorded',
    data: { customerId, version: '2026-01', agreedOn: '2026-01-30' },
    personal: { signatory: 'Ana Souza', email: 'ana@contoso.example' },
  },
  CustomerEnded: {
    type: 'CustomerEnded',
    data: { customerId, providerId, reference: claim },
    personal: { reason: 'Fechou as portas' },
  },
  CustomerReopened: { type: 'CustomerReopened', data: { customerId, providerId } },
  CustomerResellerChanged: {
    type: 'CustomerResellerChanged',
    data: { customerId, from: null, to: partner, warnings: ['subscriptions-uncredited'] },
  },
  AdminCredentialIssued: {
    type: 'AdminCredentialIssued',
    data: { customerId, credentialId, userName: 'admin@contoso', previousCredentialId: null },
  },
  SubscriptionOrdered: {
    type: 'SubscriptionOrdered',
    data: {
      customerId,
      subscriptionId,
      offerId,
      offer: terms,
      quantity: 10,
      billingCycle: 'monthly',
      term: 'P1Y',
      status: 'active',
      startsAt: '2026-01-31T10:00:00.000Z',
      termEndsAt: '2027-01-31T10:00:00.000Z',
      autoRenew: true,
      baseSubscriptionId: null,
      refund: { until: '2026-02-07T10:00:00.000Z', licences: 10 },
      resellerOfRecord: null,
      supportContact: { kind: 'provider' },
      warnings: ['reseller-of-record-missing'],
    },
    personal: { name: 'Matriz' },
  },
  SubscriptionQuantityChanged: {
    type: 'SubscriptionQuantityChanged',
    data: {
      customerId,
      subscriptionId,
      offerId,
      from: 10,
      to: 25,
      effectiveFrom: '2026-02-10T10:00:00.000Z',
      share: { days: 355, of: 365 },
      refund: { until: '2026-02-17T10:00:00.000Z', licences: 15 },
      refundedLicences: 0,
      resellerOfRecord: null,
    },
  },
  ResellerOfRecordChanged: {
    type: 'ResellerOfRecordChanged',
    data: {
      customerId,
      subscriptionId,
      offerId,
      from: null,
      to: partner,
      effectiveFrom: '2026-02-11T10:00:00.000Z',
      quantity: 25,
      warnings: [],
    },
  },
  DelegatedAdminGranted: {
    type: 'DelegatedAdminGranted',
    data: {
      customerId,
      delegationId,
      ...partner,
      scope,
      rights: ['read-customer', 'manage-subscriptions', 'designate-support-contact'],
      start: '2026-02-11T10:00:00.000Z',
      end: '2028-02-11T10:00:00.000Z',
    },
    personal: { reason: 'Associado à assinatura' },
  },
  DelegatedAdminRenewed: {
    type: 'DelegatedAdminRenewed',
    data: {
      customerId,
      delegationId,
      ...partner,
      scope,
      end: { from: '2028-02-11T10:00:00.000Z', to: '2029-02-11T10:00:00.000Z' },
    },
    personal: { reason: 'Contrato prorrogado' },
  },
  DelegatedAdminRevoked: {
    type: 'DelegatedAdminRevoked',
    data: { customerId, delegationId, ...partner, scope, cause: 'revoked' },
    personal: { reason: 'A pedido do cliente' },
  },
  ResellerOfRecordCorrected: {
    type: 'ResellerOfRecordCorrected',
    data: {
      customerId,
      subscriptionId,
      offerId,
      from: partner,
      to: null,
      effectiveFrom: '2026-02-01T00:00:00.000Z',
      quantity: 25,
      warnings: ['reseller-of-record-missing'],
      superseded: [
        { from: '2026-02-01', to: '2026-02-11', reseller: null },
        { from: '2026-02-11', to: '2026-02-12', reseller: partner },
      ],
    },
  },
  SupportContactDesignated: {
    type: 'SupportContactDesignated',
    data: {
      customerId,
      subscriptionId,
      from: { kind: 'provider' },
      to: { kind: 'reseller', ...partner },
    },
  },
  SubscriptionRenamed: {
    type: 'SubscriptionRenamed',
    data: { customerId, subscriptionId },
    personal: { name: 'Filial Recife' },
  },
  SubscriptionChangeScheduled: {
    type: 'SubscriptionChangeScheduled',
    data: {
      customerId,
      subscriptionId,
      from: null,
      to: { kind: 'quantity', quantity: 20 },
      effectiveAt: '2027-01-31T10:00:00.000Z',
    },
  },
  SubscriptionScheduledChangeUndone: {
    type: 'SubscriptionScheduledChangeUndone',
    data: { customerId, subscriptionId, change: { kind: 'quantity', quantity: 20 } },
  },
  SubscriptionSuspended: {
    type: 'SubscriptionSuspended',
    data: {
      customerId,
      subscriptionId,
      withBase: null,
      effectiveFrom: '2026-03-01T10:00:00.000Z',
    },
  },
  SubscriptionReactivated: {
    type: 'SubscriptionReactivated',
    data: {
      customerId,
      subscriptionId,
      withBase: null,
      effectiveFrom: '2026-03-02T10:00:00.000Z',
    },
  },
  SubscriptionUpgraded: {
    type: 'SubscriptionUpgraded',
    data: {
      customerId,
      subscriptionId,
      from: { offerId, offer: terms },
      to: { offerId: otherOfferId, offer: { ...terms, name: 'Office 365 Enterprise E3' } },
      quantity: 25,
      effectiveFrom: '2026-03-03T10:00:00.000Z',
      share: { days: 334, of: 365 },
      resellerOfRecord: null,
    },
  },
  SubscriptionRenewed: {
    type: 'SubscriptionRenewed',
    data: {
      customerId,
      subscriptionId,
      from: { offerId: otherOfferId, quantity: 25, termEndsAt: '2027-01-31T10:00:00.000Z' },
      offerId: otherOfferId,
      offer: { ...terms, name: 'Office 365 Enterprise E3' },
      quantity: 25,
      termNumber: 2,
      termStartsAt: '2027-01-31T10:00:00.000Z',
      termEndsAt: '2028-01-31T10:00:00.000Z',
      refund: { until: '2027-02-07T10:00:00.000Z', licences: 25 },
      resellerOfRecord: null,
    },
  },
  SubscriptionAutoRenewChanged: {
    type: 'SubscriptionAutoRenewChanged',
    data: { customerId, subscriptionId, autoRenew: false },
  },
  SubscriptionExpired: {
    type: 'SubscriptionExpired',
    data: {
      customerId,
      subscriptionId,
      withBase: null,
      offerId: otherOfferId,
      quantity: 25,
      effectiveFrom: '2028-01-31T10:00:00.000Z',
      resellerOfRecord: null,
    },
  },
  // As it is written for another subscription: nothing follows an expiry.
  SubscriptionCancelled: {
    type: 'SubscriptionCancelled',
    data: {
      customerId,
      subscriptionId,
      withBase: null,
      offerId: otherOfferId,
      quantity: 25,
      effectiveFrom: '2027-02-01T10:00:00.000Z',
      share: { days: 364, of: 365 },
      refundedLicences: 25,
      resellerOfRecord: null,
    },
  },
  SubscriptionActivated: {
    type: 'SubscriptionActivated',
    data: { customerId, subscriptionId, effectiveFrom: '2026-01-31T10:00:00.000Z' },
  },
  PersonalDataErased: {
    type: 'PersonalDataErased',
    data: {
      customerId,
      credentialId,
      subscriptionIds: [subscriptionId],
      delegationIds: [delegationId],
    },
  },
};

/** What changes nothing that deciding needs: only personal data, which the state does not hold. */
export const ONLY_PERSONAL: ReadonlySet<string> = new Set([
  'CustomerBillingProfileChanged',
  'CustomerProfileChanged',
  'PartnershipRequestBounced',
  'ResellerProfileChanged',
  'SubscriptionRenamed',
]);
