import type { ResellerId } from '../ids';

/** A reseller's personal data: sealed as one, under the reseller's key. Its country is not part of it. */
export interface ResellerProfile {
  /** As partners and customers know it. */
  readonly name: string;
  /** Where it is invited to partnerships. */
  readonly email: string;
  /** As the country's rules list it, where the country has states. */
  readonly state?: string;
  /** As it was given, by the country's rules. */
  readonly phone?: string;
}

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
  readonly personal: ResellerProfile;
}

/** The operator enrols the reseller. */
export interface ResellerApproved {
  readonly type: 'ResellerApproved';
  readonly data: { readonly resellerId: ResellerId };
}

/** The operator turns the application down. */
export interface ResellerRejected {
  readonly type: 'ResellerRejected';
  readonly data: { readonly resellerId: ResellerId };
  readonly personal?: {
    /** Why, in the words of whoever did it. */
    readonly reason: string;
  };
}

/** The operator suspends an enrolled reseller. What it was delegated stays written, and does not hold. */
export interface ResellerSuspended {
  readonly type: 'ResellerSuspended';
  readonly data: { readonly resellerId: ResellerId };
  readonly personal?: {
    /** Why, in the words of whoever did it. */
    readonly reason: string;
  };
}

/** The operator ends a suspension: what the reseller was delegated holds again. */
export interface ResellerReinstated {
  readonly type: 'ResellerReinstated';
  readonly data: { readonly resellerId: ResellerId };
}

/** The reseller's own new profile, whole. */
export interface ResellerProfileChanged {
  readonly type: 'ResellerProfileChanged';
  readonly data: { readonly resellerId: ResellerId };
  readonly personal: ResellerProfile;
}

export type ResellerEvent =
  | ResellerApplied
  | ResellerApproved
  | ResellerRejected
  | ResellerSuspended
  | ResellerReinstated
  | ResellerProfileChanged;
