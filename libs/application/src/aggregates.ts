import {
  customer,
  customerReference,
  offer,
  partnership,
  partnershipRequest,
  provider,
  reseller,
  services,
  type CustomerCommand,
  type CustomerEvent,
  type CustomerReferenceCommand,
  type CustomerReferenceEvent,
  type CustomerReferenceState,
  type CustomerState,
  type OfferCommand,
  type OfferEvent,
  type OfferState,
  type PartnershipCommand,
  type PartnershipEvent,
  type PartnershipRequestCommand,
  type PartnershipRequestEvent,
  type PartnershipRequestState,
  type PartnershipState,
  type ProviderCommand,
  type ProviderEvent,
  type ProviderState,
  type ResellerCommand,
  type ResellerEvent,
  type ResellerState,
  type ServicesCommand,
  type ServicesEvent,
  type ServicesState,
} from '@tierbook/domain';
import type { Aggregate } from '@tierbook/eventing';

/** The domain's aggregates as the kernel runs them. The domain knows nothing of the kernel, so their fit is checked here. */
export const aggregates = {
  provider: provider satisfies Aggregate<ProviderCommand, ProviderState, ProviderEvent>,
  reseller: reseller satisfies Aggregate<ResellerCommand, ResellerState, ResellerEvent>,
  partnershipRequest: partnershipRequest satisfies Aggregate<
    PartnershipRequestCommand,
    PartnershipRequestState,
    PartnershipRequestEvent
  >,
  partnership: partnership satisfies Aggregate<
    PartnershipCommand,
    PartnershipState,
    PartnershipEvent
  >,
  offer: offer satisfies Aggregate<OfferCommand, OfferState, OfferEvent>,
  services: services satisfies Aggregate<ServicesCommand, ServicesState, ServicesEvent>,
  customer: customer satisfies Aggregate<CustomerCommand, CustomerState, CustomerEvent>,
  customerReference: customerReference satisfies Aggregate<
    CustomerReferenceCommand,
    CustomerReferenceState,
    CustomerReferenceEvent
  >,
};
