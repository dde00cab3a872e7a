/** Ids are text with a brand, so that a customer's id cannot be passed where a reseller's belongs. */
type Id<Name extends string> = string & { readonly __id: Name };

/** The tenant. */
export type ProviderId = Id<'provider'>;
/** UUIDv5 of the partner id. */
export type ResellerId = Id<'reseller'>;
/** The invitation. */
export type PartnershipRequestId = Id<'partnership-request'>;
/** `<provider id>.<reseller id>`. */
export type PartnershipId = Id<'partnership'>;
/** One period of a partnership, from an acceptance until its end. */
export type PeriodId = Id<'period'>;
/** An offer of the provider. */
export type OfferId = Id<'offer'>;
/** UUIDv5 of provider and lower-cased domain prefix: a provider's domains are unique by construction. */
export type CustomerId = Id<'customer'>;
/** A subscription of the customer. */
export type SubscriptionId = Id<'subscription'>;
/** A delegation of the customer. */
export type DelegationId = Id<'delegation'>;
/** Names a credential: it is not its secret. */
export type CredentialId = Id<'credential'>;
/** A program's account. */
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
