import type {
  CustomerId,
  DelegationId,
  PartneredReseller,
  PeriodId,
  ProviderId,
  ResellerId,
  SubscriptionId,
  SupportContact,
} from '@tierbook/domain';
import type { Projection, Recorded } from '../projection';
import type { ViewDefinition } from '../view';

/** What one period of a partnership has of one customer. There is a document while it has anything. */
export interface HoldingDoc {
  readonly providerId: ProviderId;
  readonly resellerId: ResellerId;
  readonly periodId: PeriodId;
  readonly customerId: CustomerId;
  /** Whether the reseller is associated with the customer. */
  readonly associated: boolean;
  readonly delegations: readonly DelegationId[];
  /** Subscriptions that the reseller supports. */
  readonly supportContacts: readonly SubscriptionId[];
  /** Running subscriptions that the reseller is of record for. */
  readonly records: readonly SubscriptionId[];
}

export const holdingsView: ViewDefinition<HoldingDoc> = {
  name: 'holdings',
  version: 1,
  readableFrom: 1,
  fields: { periodId: 'keyword', customerId: 'keyword' },
  indexes: [['periodId', 'customerId']],
};

type Held = Pick<HoldingDoc, 'associated' | 'delegations' | 'supportContacts' | 'records'>;

/** What an event gives to, or takes from, one period. */
interface Change {
  readonly partner: PartneredReseller;
  readonly customerId: CustomerId;
  readonly to: (held: Held) => Held;
}

interface Of {
  readonly customerId: CustomerId;
}

interface OfSubscription extends Of {
  readonly subscriptionId: SubscriptionId;
}

function changesOf({ event }: Recorded): readonly Change[] {
  switch (event.type) {
    case 'CustomerResellerChanged': {
      const { from, to } = event.data;
      return [
        ...change(event.data, from, (held) => ({ ...held, associated: false })),
        ...change(event.data, to, (held) => ({ ...held, associated: true })),
      ];
    }
    case 'DelegatedAdminGranted': {
      const { delegationId: id } = event.data;
      return change(event.data, event.data, (held) => {
        return { ...held, delegations: withIt(held.delegations, id) };
      });
    }
    case 'DelegatedAdminRevoked': {
      const { delegationId: id } = event.data;
      return change(event.data, event.data, (held) => {
        return { ...held, delegations: without(held.delegations, id) };
      });
    }
    case 'SupportContactDesignated':
      return [
        ...supported(event.data, event.data.from, without),
        ...supported(event.data, event.data.to, withIt),
      ];
    case 'SubscriptionOrdered':
      return credited(event.data, event.data.resellerOfRecord, withIt);
    case 'ResellerOfRecordChanged':
    case 'ResellerOfRecordCorrected':
      return [
        ...credited(event.data, event.data.from, without),
        ...credited(event.data, event.data.to, withIt),
      ];
    case 'SubscriptionCancelled':
    case 'SubscriptionExpired':
      return credited(event.data, event.data.resellerOfRecord, without);
    default:
      return [];
  }
}

function change(
  { customerId }: Of,
  partner: PartneredReseller | null,
  to: Change['to'],
): readonly Change[] {
  return partner === null ? [] : [{ partner, customerId, to }];
}

type Edit = <T>(items: readonly T[], item: T) => readonly T[];

const without: Edit = (items, item) => items.filter((each) => each !== item);
const withIt: Edit = (items, item) => [...without(items, item), item];

function supported(of: OfSubscription, contact: SupportContact, edit: Edit): readonly Change[] {
  const partner = contact.kind === 'reseller' ? contact : null;
  return change(of, partner, (held) => {
    return { ...held, supportContacts: edit(held.supportContacts, of.subscriptionId) };
  });
}

function credited(
  of: OfSubscription,
  partner: PartneredReseller | null,
  edit: Edit,
): readonly Change[] {
  return change(of, partner, (held) => {
    return { ...held, records: edit(held.records, of.subscriptionId) };
  });
}

function keyOf({ partner, customerId }: Change): string {
  return `${partner.periodId}.${customerId}`;
}

const NOTHING: Held = { associated: false, delegations: [], supportContacts: [], records: [] };

export const holdingsProjection: Projection<HoldingDoc> = {
  view: holdingsView,
  keysOf: (recorded) => changesOf(recorded).map(keyOf),
  apply(doc, recorded, key) {
    const changes = changesOf(recorded).filter((each) => keyOf(each) === key);
    const [first] = changes;
    if (first === undefined) return doc ?? null;
    const held = changes.reduce<Held>((before, { to }) => to(before), doc ?? NOTHING);
    const { associated, delegations, supportContacts, records } = held;
    if (!associated && delegations.length + supportContacts.length + records.length === 0) {
      return null;
    }
    const { partner, customerId } = first;
    const { resellerId, periodId } = partner;
    const providerId = recorded.metadata.tenant as ProviderId;
    return {
      ...{ providerId, resellerId, periodId, customerId },
      ...{ associated, delegations, supportContacts, records },
    };
  },
};
