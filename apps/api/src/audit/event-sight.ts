import { Inject, Injectable } from '@nestjs/common';
import { aggregates, sightOf, type Sight } from '@tierbook/application';
import type { CustomerId, SubscriptionId } from '@tierbook/domain';
import { isKernelEvent, type Party, type StoredEvent } from '@tierbook/eventing';
import type { Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import type { EventView } from './event-view';

/** What a reseller that sees some subscriptions is shown of the account itself, as on the customer's page. */
const OF_THE_ACCOUNT: ReadonlySet<string> = new Set([
  'CustomerCreated',
  'CustomerProfileChanged',
  'CustomerEnded',
  'CustomerReopened',
]);

/** A reseller is told of its partnerships that they began and ended; the rest is the provider's own work. */
const OF_A_PARTNERSHIP: ReadonlySet<string> = new Set(['PartnershipAccepted', 'PartnershipEnded']);

const OF_DELEGATIONS: ReadonlySet<string> = new Set([
  'DelegatedAdminGranted',
  'DelegatedAdminRenewed',
  'DelegatedAdminRevoked',
]);

/** Stands for a reseller of whom another is not told. */
export const ANOTHER_RESELLER = 'another-reseller';

/** Streams of the programme itself, which the operator runs. */
const OF_THE_OPERATOR = ['provider', 'reseller', 'services'] as const;

type Sights = Map<string, Promise<Sight | 'none'>>;

/**
 * Decides which events a caller may see, by what its rights cover now, on current event-sourced state.
 * Who an event concerned when it was written gives no right: a former reseller reads nothing of a customer,
 * a new one its whole history, without the names of those who came before it.
 */
@Injectable()
export class EventSight {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  /** The rights of one moment: asked once for each customer, so not to be kept for long. */
  now(principal: Principal): (stored: StoredEvent) => Promise<boolean> {
    const sights: Sights = new Map();
    return (stored) => this.sees(principal, stored, sights);
  }

  private async sees(principal: Principal, stored: StoredEvent, sights: Sights): Promise<boolean> {
    const { organisation } = principal;
    const { tenant, parties } = stored.metadata;
    if (isKernelEvent(stored.type)) return false;
    if (organisation.kind === 'provider') return tenant === organisation.id;
    if (organisation.kind === 'operator') return this.isOfTheOperator(stored);
    if (organisation.kind !== 'reseller') return false;
    const customerId = parties.find(({ as }) => as === 'customer')?.id as CustomerId | undefined;
    if (customerId === undefined) return isOwn(stored, organisation.id);
    const { aggregates: streams } = this.tierbook;
    if (stored.stream !== streams.streamOf('customer', customerId)) return false;
    const known = sights.get(customerId) ?? this.sightOf(principal, customerId);
    sights.set(customerId, known);
    return covers(await known, stored, organisation.id);
  }

  private isOfTheOperator({ stream }: StoredEvent): boolean {
    const { aggregates: streams } = this.tierbook;
    return OF_THE_OPERATOR.some((category) => stream.startsWith(streams.streamOf(category, '')));
  }

  private async sightOf(principal: Principal, id: CustomerId): Promise<Sight | 'none'> {
    const { pipeline } = this.tierbook;
    const state = await pipeline.gathering.read(aggregates.customer, id);
    return sightOf(principal, state, pipeline.gathering, pipeline.now().toISOString());
  }
}

/** Of its own enrolment, and of a partnership of its own. */
function isOwn({ type, metadata }: StoredEvent, resellerId: string): boolean {
  const isParty = metadata.parties.some(({ id }) => id === resellerId);
  return isParty && (metadata.tenant === null || OF_A_PARTNERSHIP.has(type));
}

function covers(sight: Sight | 'none', { type, data }: StoredEvent, resellerId: string): boolean {
  if (sight === 'none') return false;
  if (OF_DELEGATIONS.has(type) && data['resellerId'] !== resellerId) return false;
  if (sight === 'all') return true;
  const scope = data['scope'] as { readonly subscriptionId?: SubscriptionId } | undefined;
  const subscriptionId =
    (data['subscriptionId'] as SubscriptionId | undefined) ?? scope?.subscriptionId;
  return subscriptionId === undefined ? OF_THE_ACCOUNT.has(type) : sight.has(subscriptionId);
}

/** The event as this caller is shown it: a reseller without other resellers, and without the reasons noted. */
export function eventFor({ organisation }: Principal, view: EventView): EventView {
  if (organisation.kind !== 'reseller') return view;
  const own = organisation.id;
  const { personal, ...others } = view;
  const isNote = typeof personal === 'object' && 'reason' in personal;
  return {
    ...others,
    actor: shownActor(view.actor, view.parties, own),
    parties: view.parties.map((party) =>
      party.as === 'customer' || party.id === own ? party : { ...party, id: ANOTHER_RESELLER },
    ),
    data: withoutOthers(view.data, own) as EventView['data'],
    ...(personal === undefined || isNote ? {} : { personal }),
  };
}

/** Who acted for another reseller: only that it was one. */
function shownActor(
  actor: EventView['actor'],
  parties: readonly Party[],
  own: string,
): EventView['actor'] {
  const isOther = actor.delegation !== undefined && actor.organisation !== own;
  const isParty = parties.some(({ id, as }) => as !== 'customer' && id === actor.organisation);
  if (!isOther && (!isParty || actor.organisation === own)) return actor;
  return { kind: actor.kind, id: ANOTHER_RESELLER, organisation: ANOTHER_RESELLER };
}

/** The same with every other reseller's id left out, however deep it stands. */
export function withoutOthers(value: unknown, own: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutOthers(each, own));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) =>
      name === 'resellerId' && typeof inner === 'string' && inner !== own
        ? [name, ANOTHER_RESELLER]
        : [name, withoutOthers(inner, own)],
    ),
  );
}
