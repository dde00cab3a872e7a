import type { Instant, PartnershipRequestId, PeriodId, ProviderId, ResellerId } from '../ids';
import type { DraftLanguage, DraftText } from './partnership-request.events';

export interface RequestPartnership {
  readonly type: 'request-partnership';
  readonly at: Instant;
  readonly requestId: PartnershipRequestId;
  readonly providerId: ProviderId;
  readonly email: string;
  /** Stands for the e-mail address where it must not be read; see `PartnershipRequested`. */
  readonly emailKey: string;
  readonly language: DraftLanguage;
  readonly draft?: DraftText;
}

export interface RemindPartnershipRequest {
  readonly type: 'remind-partnership-request';
  readonly at: Instant;
  /** Ends the link sent before and makes a new one. */
  readonly newLink: boolean;
}

/** The provider's mail came back. */
export interface NotePartnershipRequestBounce {
  readonly type: 'note-partnership-request-bounce';
  readonly at: Instant;
  readonly note: string;
}

export interface WithdrawPartnershipRequest {
  readonly type: 'withdraw-partnership-request';
  readonly at: Instant;
}

export interface DeclinePartnership {
  readonly type: 'decline-partnership';
  readonly at: Instant;
  /** Generation of the link that was followed. */
  readonly generation: number;
  readonly resellerId: ResellerId;
  readonly reason?: string;
}

export interface AcceptPartnership {
  readonly type: 'accept-partnership';
  readonly at: Instant;
  readonly generation: number;
  /** The accepting reseller, as its own stream knows it now. */
  readonly reseller: {
    readonly resellerId: ResellerId;
    readonly enrolled: boolean;
    readonly suspended: boolean;
    readonly country: string | null;
  };
  readonly providerCountry: string;
  /** Period of a partnership that these two already have, `null` when they have none. */
  readonly activePeriod: PeriodId | null;
  readonly periodId: PeriodId;
  readonly consent: boolean;
}

/** Lets happen what is due by `at`: the reminder's date, expiry. Sent by the scheduler, never by a caller. */
export interface AdvancePartnershipRequest {
  readonly type: 'advance-partnership-request';
  readonly at: Instant;
}

export type PartnershipRequestCommand =
  | RequestPartnership
  | RemindPartnershipRequest
  | NotePartnershipRequestBounce
  | WithdrawPartnershipRequest
  | AdvancePartnershipRequest
  | DeclinePartnership
  | AcceptPartnership;
