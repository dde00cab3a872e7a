import type { EventSchemas, StoredContent } from '../schema';
import type { CustomerEvent } from './customer.events';

/** What was bought before version 2 could be given back within seven days, as today. */
const SEVEN_DAYS = 7 * 86_400_000;

function lotV2(from: unknown, licences: unknown) {
  const until = new Date(Date.parse(from as string) + SEVEN_DAYS).toISOString();
  return { until, licences: licences as number };
}

/** Version 1 knew no price, no add-ons and no refunds. */
function orderedV1ToV2({ data, ...others }: StoredContent): StoredContent {
  const offer = { ...(data['offer'] as object), pricing: null, addOnOf: [] };
  const refund = lotV2(data['startsAt'], data['quantity']);
  return { ...others, data: { ...data, offer, baseSubscriptionId: null, refund } };
}

/** Version 1 changed every quantity at once, without refund. */
function quantityChangedV1ToV2({ data, ...others }: StoredContent): StoredContent {
  const more = (data['to'] as number) - (data['from'] as number);
  const refund = more > 0 ? lotV2(data['effectiveFrom'], more) : null;
  return { ...others, data: { ...data, share: null, refund, refundedLicences: 0 } };
}

/**
 * Version 1 did not name the delegations, so that their reasons stood on in views; the view that holds them was built
 * anew when version 2 came.
 */
function erasedV1ToV2({ data, ...others }: StoredContent): StoredContent {
  return { ...others, data: { ...data, delegationIds: [] } };
}

/** Version 1 warned of nothing. */
function resellerChangedV1ToV2({ data, ...others }: StoredContent): StoredContent {
  return { ...others, data: { ...data, warnings: [] } };
}

/** Schema versions of each event type; see {@link EventSchemas}. */
export const customerSchemas: EventSchemas<CustomerEvent> = {
  CustomerCreated: { upcasters: [] },
  CustomerProfileChanged: { upcasters: [] },
  CustomerBillingProfileChanged: { upcasters: [] },
  CustomerReferenceChanged: { upcasters: [] },
  CustomerAgreementRecorded: { upcasters: [] },
  CustomerEnded: { upcasters: [] },
  CustomerReopened: { upcasters: [] },
  CustomerResellerChanged: { upcasters: [resellerChangedV1ToV2] },
  DelegatedAdminGranted: { upcasters: [] },
  DelegatedAdminRenewed: { upcasters: [] },
  DelegatedAdminRevoked: { upcasters: [] },
  AdminCredentialIssued: { upcasters: [] },
  PersonalDataErased: { upcasters: [erasedV1ToV2] },
  SubscriptionOrdered: { upcasters: [orderedV1ToV2] },
  SubscriptionQuantityChanged: { upcasters: [quantityChangedV1ToV2] },
  SubscriptionRenamed: { upcasters: [] },
  SubscriptionAutoRenewChanged: { upcasters: [] },
  SubscriptionActivated: { upcasters: [] },
  SubscriptionSuspended: { upcasters: [] },
  SubscriptionReactivated: { upcasters: [] },
  SubscriptionCancelled: { upcasters: [] },
  SubscriptionUpgraded: { upcasters: [] },
  SubscriptionChangeScheduled: { upcasters: [] },
  SubscriptionScheduledChangeUndone: { upcasters: [] },
  SubscriptionRenewed: { upcasters: [] },
  SubscriptionExpired: { upcasters: [] },
  ResellerOfRecordChanged: { upcasters: [] },
  ResellerOfRecordCorrected: { upcasters: [] },
  SupportContactDesignated: { upcasters: [] },
};
