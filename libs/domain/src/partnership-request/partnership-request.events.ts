import type { Instant, PartnershipRequestId, PeriodId, ProviderId, ResellerId } from '../ids';
import type { Authorisation } from './authorisations';

/** Language of the invitation's text. */
export type DraftLanguage = 'pt-BR' | 'en';

/** What the provider wrote itself instead of the standard text; `{link}` stands where the link goes. */
export interface DraftText {
  readonly subject: string;
  readonly body: string;
}

export interface PartnershipRequested {
  readonly type: 'PartnershipRequested';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    readonly language: DraftLanguage;
    /** The link's generation: raising it ends the links before. Starts at 1. */
    readonly generation: number;
    readonly expiresAt: Instant;
  };
  readonly personal: { readonly email: string; readonly draft?: DraftText };
}

/** Sent again: the link may be a new one, the time to answer begins anew. */
export interface PartnershipRequestReminded {
  readonly type: 'PartnershipRequestReminded';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    readonly generation: { readonly from: number; readonly to: number };
    readonly expiresAt: { readonly from: Instant; readonly to: Instant };
  };
}

export interface PartnershipRequestWithdrawn {
  readonly type: 'PartnershipRequestWithdrawn';
  readonly data: { readonly requestId: PartnershipRequestId; readonly providerId: ProviderId };
}

export interface PartnershipRequestDeclined {
  readonly type: 'PartnershipRequestDeclined';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    readonly resellerId: ResellerId;
  };
  readonly personal?: { readonly reason: string };
}

/** The single use of the link. The partnership itself follows in its own stream, as `PartnershipAccepted`. */
export interface PartnershipRequestAccepted {
  readonly type: 'PartnershipRequestAccepted';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    readonly resellerId: ResellerId;
    /** The partnership period that begins with it. */
    readonly periodId: PeriodId;
    /** What the reseller consented to. */
    readonly authorised: readonly Authorisation[];
  };
}

export type PartnershipRequestEvent =
  | PartnershipRequested
  | PartnershipRequestReminded
  | PartnershipRequestWithdrawn
  | PartnershipRequestDeclined
  | PartnershipRequestAccepted;
