export interface Address {
  /** Street and number. */
  readonly line1: string;
  /** More of the same, such as a floor. */
  readonly line2?: string;
  readonly city: string;
  /** As the country's rules list it, where the country has states. */
  readonly state?: string;
  /** By the country's pattern. */
  readonly postalCode?: string;
}

/** A customer's personal data: sealed as one, under the customer's key. Its country is not part of it. */
export interface CustomerProfile {
  /** Its legal name. */
  readonly companyName: string;
  /** Where its administrator is written to. */
  readonly email: string;
  /** Whom to ask for. */
  readonly contactName?: string;
  /** As it was given, by the country's rules. */
  readonly phone?: string;
  /** Tax or company number, by the country's rules; in Brazil the CNPJ. */
  readonly registrationNumber?: string;
  /** Its postal address. */
  readonly address: Address;
}
