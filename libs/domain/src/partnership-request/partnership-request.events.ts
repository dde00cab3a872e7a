import type { Instant, PartnershipRequestId, PeriodId, ProviderId, ResellerId } from '../ids';
import type { Authorisation } from './authorisations';

/** Language of the invitation's text. */
export type DraftLanguage = 'pt-BR' | 'en';

/** What the provider wrote itself instead of the standard text; `{link}` stands where the link goes. */
export interface DraftText {
  readonly subject: string;
  readonly body: string;
}

/** A provider invites whoever reads the mail at one e-mail address. */
export interface PartnershipRequested {
  readonly type: 'PartnershipRequested';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    readonly language: DraftLanguage;
    /** The link's generation: raising it ends the links before. Starts at 1. */
    readonly generation: number;
    /** From then on it cannot be answered, unless it is sent again. */
    readonly expiresAt: Instant;
    /** HMAC of the folded e-mail address, by which its reader finds the request; `null` before version 2. */
    readonly emailKey: string | null;
  };
  readonly personal: {
    /** Whom the link is sent to. */
    readonly email: string;
    readonly draft?: DraftText;
  };
}

/** Sent again: the link may be a new one, the time to answer begins anew. */
export interface PartnershipRequestReminded {
  readonly type: 'PartnershipRequestReminded';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    /** Links sent so far: only the last one is good. */
    readonly generation: { readonly from: number; readonly to: number };
    /** When the link ends, before and now. */
    readonly expiresAt: { readonly from: Instant; readonly to: Instant };
  };
}

/** The mail with the invitation came back, as the provider noted. The link goes on working. */
export interface PartnershipRequestBounced {
  readonly type: 'PartnershipRequestBounced';
  readonly data: { readonly requestId: PartnershipRequestId; readonly providerId: ProviderId };
  readonly personal: {
    /** What the provider noted of it. */
    readonly note: string;
  };
}

/** Nobody has answered, and the time to answer ends in seven days: the provider may send it again. */
export interface PartnershipRequestReminderDue {
  readonly type: 'PartnershipRequestReminderDue';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    /** When it expires unless it is answered or sent again. */
    readonly expiresAt: Instant;
  };
}

/** The time to answer has run out. Sent again, it begins anew. */
export interface PartnershipRequestExpired {
  readonly type: 'PartnershipRequestExpired';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    readonly expiresAt: Instant;
  };
}

/** The provider takes the request back: its link ends. */
export interface PartnershipRequestWithdrawn {
  readonly type: 'PartnershipRequestWithdrawn';
  readonly data: { readonly requestId: PartnershipRequestId; readonly providerId: ProviderId };
}

/** A reseller turns the request down. */
export interface PartnershipRequestDeclined {
  readonly type: 'PartnershipRequestDeclined';
  readonly data: {
    readonly requestId: PartnershipRequestId;
    readonly providerId: ProviderId;
    readonly resellerId: ResellerId;
  };
  readonly personal?: {
    /** Why, in the words of whoever did it. */
    readonly reason: string;
  };
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
  | PartnershipRequestBounced
  | PartnershipRequestReminderDue
  | PartnershipRequestExpired
  | PartnershipRequestWithdrawn
  | PartnershipRequestDeclined
  | PartnershipRequestAccepted;
