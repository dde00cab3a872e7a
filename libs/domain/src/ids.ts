/** Ids are text with a brand, so that a customer's id cannot be passed where a reseller's belongs. */
type Id<Name extends string> = string & { readonly __id: Name };

export type ProviderId = Id<'provider'>;
/** UUIDv5 of the partner id. */
export type ResellerId = Id<'reseller'>;
export type PartnershipRequestId = Id<'partnership-request'>;
/** `<provider id>.<reseller id>`. */
export type PartnershipId = Id<'partnership'>;
/** One period of a partnership, from an acceptance until its end. */
export type PeriodId = Id<'period'>;
export type OfferId = Id<'offer'>;
/** UUIDv5 of provider and lower-cased domain prefix: a provider's domains are unique by construction. */
export type CustomerId = Id<'customer'>;
export type SubscriptionId = Id<'subscription'>;
export type DelegationId = Id<'delegation'>;
export type CredentialId = Id<'credential'>;
export type ServiceId = Id<'service'>;

/** A time: RFC 3339, UTC, milliseconds, as `Date.prototype.toISOString` writes it. */
export type Instant = string;

/** The id of the partnership between these two. */
export function partnershipIdOf(provider: ProviderId, reseller: ResellerId): PartnershipId {
  return `${provider}.${reseller}` as PartnershipId;
}

/** A reseller together with the partnership period in which it was chosen. */
export interface PartneredReseller {
  readonly resellerId: ResellerId;
  readonly periodId: PeriodId;
}

/** The same reseller in the same period of its partnership; or nobody, both times. */
export function isSamePartner(a: PartneredReseller | null, b: PartneredReseller | null): boolean {
  return a?.resellerId === b?.resellerId && a?.periodId === b?.periodId;
}
