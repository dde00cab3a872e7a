import type { Instant, ResellerId } from '../ids';

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

export type ResellerCommand = ApplyReseller | ApproveReseller | RejectReseller;
