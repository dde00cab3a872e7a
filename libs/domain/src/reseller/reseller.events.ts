import type { ResellerId } from '../ids';

/** A reseller asks to be enrolled in the programme; after a rejection it may ask again. */
export interface ResellerApplied {
  readonly type: 'ResellerApplied';
  readonly data: {
    readonly resellerId: ResellerId;
    /** MPN id: 1-20 digits, no leading zero. */
    readonly partnerId: string;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
  };
  readonly personal: {
    readonly name: string;
    readonly email: string;
    readonly state?: string;
    readonly phone?: string;
  };
}

export interface ResellerApproved {
  readonly type: 'ResellerApproved';
  readonly data: { readonly resellerId: ResellerId };
}

export interface ResellerRejected {
  readonly type: 'ResellerRejected';
  readonly data: { readonly resellerId: ResellerId };
  readonly personal?: { readonly reason: string };
}

export type ResellerEvent = ResellerApplied | ResellerApproved | ResellerRejected;
