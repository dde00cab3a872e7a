import {
  partnershipIdOf,
  type Instant,
  type PartneredReseller,
  type PartnershipEvent,
  type PartnershipId,
  type PartnershipRequestId,
  type PeriodId,
  type ProviderId,
  type ResellerId,
} from '@tierbook/domain';
import { misplaced, type Projection, type Readable, type Recorded } from '../projection';
import type { ViewDefinition } from '../view';

/** A provider and a reseller, with what the reseller has among this provider's customers. */
export interface PartnershipDoc {
  readonly partnershipId: PartnershipId;
  readonly providerId: ProviderId;
  readonly resellerId: ResellerId;
  readonly status: 'active' | 'ended';
  /** The latest period, its request and its beginning. */
  readonly periodId: PeriodId;
  readonly requestId: PartnershipRequestId;
  readonly since: Instant;
  readonly endedAt: Instant | null;
  readonly endedBy: 'provider' | 'reseller' | null;
  /** Customers associated with the reseller. */
  readonly customers: number;
  /** Subscriptions that the reseller is of record for, and their licences. */
  readonly subscriptions: number;
  readonly licences: number;
  readonly revision: number;
}

export const partnershipsView: ViewDefinition<PartnershipDoc> = {
  name: 'partnerships',
  version: 4,
  readableFrom: 2,
  fields: {
    providerId: 'keyword',
    resellerId: 'keyword',
    status: 'keyword',
    since: 'keyword',
    customers: 'number',
    subscriptions: 'number',
    licences: 'number',
  },
  indexes: [
    ['providerId', 'since'],
    ['resellerId', 'since'],
    ['status', 'subscriptions'],
  ],
};

type Counts = Pick<PartnershipDoc, 'customers' | 'subscriptions' | 'licences'>;
const NONE: Counts = { customers: 0, subscriptions: 0, licences: 0 };

/** What an event adds to, and takes from, one reseller's counts; nothing where it is not concerned. */
interface Change extends Partial<Counts> {
  readonly reseller: PartneredReseller | null;
}

function changesOf({ event }: Recorded): readonly Change[] {
  switch (event.type) {
    case 'CustomerResellerChanged':
      return [
        { reseller: event.data.from, customers: -1 },
        { reseller: event.data.to, customers: 1 },
      ];
    case 'SubscriptionOrdered': {
      const { resellerOfRecord, quantity } = event.data;
      return [{ reseller: resellerOfRecord, subscriptions: 1, licences: quantity }];
    }
    case 'SubscriptionQuantityChanged': {
      const { resellerOfRecord, from, to } = event.data;
      return [{ reseller: resellerOfRecord, licences: to - from }];
    }
    case 'SubscriptionRenewed': {
      const { resellerOfRecord, quantity, from } = event.data;
      return [{ reseller: resellerOfRecord, licences: quantity - from.quantity }];
    }
    case 'SubscriptionCancelled':
    case 'SubscriptionExpired': {
      const { resellerOfRecord, quantity } = event.data;
      return [{ reseller: resellerOfRecord, subscriptions: -1, licences: -quantity }];
    }
    case 'ResellerOfRecordChanged':
    case 'ResellerOfRecordCorrected': {
      const { from, to, quantity } = event.data;
      return [
        { reseller: from, subscriptions: -1, licences: -quantity },
        { reseller: to, subscriptions: 1, licences: quantity },
      ];
    }
    default:
      return [];
  }
}

/** A customer's events name the reseller; the provider is the log's own note of who owns the customer. */
function keyOf({ metadata }: Recorded, reseller: PartneredReseller): PartnershipId {
  return partnershipIdOf(metadata.tenant as ProviderId, reseller.resellerId);
}

/** The events of a partnership's own stream, which are its ETag's. */
const OWN: ReadonlySet<string> = new Set<PartnershipEvent['type']>([
  'PartnershipAccepted',
  'PartnershipEnded',
  'PartnershipOffBoardingPlanned',
  'PartnershipOffBoardingCompleted',
]);

function isOfPartnership(event: Recorded['event']): event is Readable<PartnershipEvent> {
  return OWN.has(event.type);
}

export const partnershipsProjection: Projection<PartnershipDoc> = {
  view: partnershipsView,
  keysOf(recorded) {
    const { event } = recorded;
    if (isOfPartnership(event)) {
      return [partnershipIdOf(event.data.providerId, event.data.resellerId)];
    }
    return changesOf(recorded).flatMap(({ reseller }) =>
      reseller === null ? [] : [keyOf(recorded, reseller)],
    );
  },
  apply(doc, recorded, key) {
    const { event, revision, metadata } = recorded;
    if (event.type === 'PartnershipAccepted') {
      const { providerId, resellerId, periodId, requestId } = event.data;
      return {
        ...countsOf(doc),
        partnershipId: key as PartnershipId,
        providerId,
        resellerId,
        status: 'active',
        periodId,
        requestId,
        since: metadata.occurredAt,
        endedAt: null,
        endedBy: null,
        revision,
      };
    }
    if (doc === undefined) throw misplaced(recorded, partnershipsView.name, key);
    if (event.type === 'PartnershipEnded') {
      const { endedBy } = event.data;
      return { ...doc, status: 'ended', endedAt: metadata.occurredAt, endedBy, revision };
    }
    if (isOfPartnership(event)) return { ...doc, revision };
    return changesOf(recorded)
      .filter(({ reseller }) => reseller !== null && keyOf(recorded, reseller) === key)
      .reduce(
        (counted, { customers = 0, subscriptions = 0, licences = 0 }) => ({
          ...counted,
          customers: counted.customers + customers,
          subscriptions: counted.subscriptions + subscriptions,
          licences: counted.licences + licences,
        }),
        doc,
      );
  },
};

/** A new period begins with what the reseller kept from the one before. */
function countsOf(doc: PartnershipDoc | undefined): Counts {
  const { customers, subscriptions, licences } = doc ?? NONE;
  return { customers, subscriptions, licences };
}
