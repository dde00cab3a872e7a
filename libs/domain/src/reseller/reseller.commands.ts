import type { Instant, ResellerId } from '../ids';
import type { ResellerProfile } from './reseller.events';

export interface ApplyReseller {
  readonly type: 'apply-reseller';
  readonly at: Instant;
  readonly resellerId: ResellerId;
  readonly partnerId: string;
  readonly name: string;
  readonly email: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly state?: string;
  readonly phone?: string;
  /** Whether the phone number, where there is one, can be one. */
  readonly phoneIsValid: boolean;
}

export interface ApproveReseller {
  readonly type: 'approve-reseller';
  readonly at: Instant;
}

export interface RejectReseller {
  readonly type: 'reject-reseller';
  readonly at: Instant;
  readonly reason?: string;
}

/** Until it is reinstated, the reseller accepts no partnership and acts on no customer. */
export interface SuspendReseller {
  readonly type: 'suspend-reseller';
  readonly at: Instant;
  readonly reason?: string;
}

export interface ReinstateReseller {
  readonly type: 'reinstate-reseller';
  readonly at: Instant;
}

/** The whole profile anew. Partner id and country stay: by them the reseller was enrolled. */
export interface ChangeResellerProfile {
  readonly type: 'change-reseller-profile';
  readonly at: Instant;
  readonly profile: ResellerProfile;
  /** Whether the phone number, where there is one, can be one. */
  readonly phoneIsValid: boolean;
}

export type ResellerCommand =
  | ApplyReseller
  | ApproveReseller
  | RejectReseller
  | SuspendReseller
  | ReinstateReseller
  | ChangeResellerProfile;
