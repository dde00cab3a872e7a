export interface Address {
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly state?: string;
  readonly postalCode?: string;
}

/** A customer's personal data: sealed as one, under the customer's key. Its country is not part of it. */
export interface CustomerProfile {
  readonly companyName: string;
  readonly email: string;
  readonly contactName?: string;
  readonly phone?: string;
  readonly registrationNumber?: string;
  readonly address: Address;
}
