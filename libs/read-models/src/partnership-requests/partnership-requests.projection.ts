import {
  reminderDueAt,
  type DraftLanguage,
  type DraftText,
  type Instant,
  type PartnershipRequestId,
  type PeriodId,
  type ProviderId,
  type ResellerId,
} from '@tierbook/domain';
import { misplaced, revealed, type Projection, type Recorded } from '../projection';
import type { ViewDefinition } from '../view';

/** An invitation. Whether it has expired is seen when read, also before that is recorded. */
export interface PartnershipRequestDoc {
  readonly requestId: PartnershipRequestId;
  readonly providerId: ProviderId;
  /** `null` once erased. */
  readonly email: string | null;
  /** Stands for the e-mail address; `null` for a request older than the key. */
  readonly emailKey: string | null;
  /** The provider's own text, `null` where the standard text is used. */
  readonly draft: DraftText | null;
  readonly language: DraftLanguage;
  readonly generation: number;
  readonly status: 'requested' | 'withdrawn' | 'declined' | 'accepted';
  readonly requestedAt: Instant;
  readonly remindedAt: Instant | null;
  readonly expiresAt: Instant;
  /** When it was recorded that it should be sent again, and that it expired; `null` since it was sent last. */
  readonly reminderDueAt: Instant | null;
  readonly expiredAt: Instant | null;
  /** When it next comes to one of these by itself; `null` when nothing will happen. */
  readonly dueAt: Instant | null;
  /** When the mail sent last came back, and what the provider noted. */
  readonly bouncedAt: Instant | null;
  readonly bounceNote: string | null;
  /** When it was answered or withdrawn. */
  readonly closedAt: Instant | null;
  /** Who answered it, and the period that an acceptance began. */
  readonly resellerId: ResellerId | null;
  readonly periodId: PeriodId | null;
  readonly revision: number;
}

export const partnershipRequestsView: ViewDefinition<PartnershipRequestDoc> = {
  name: 'partnership-requests',
  version: 3,
  readableFrom: 3,
  fields: {
    providerId: 'keyword',
    emailKey: 'keyword',
    status: 'keyword',
    requestedAt: 'keyword',
    expiresAt: 'keyword',
    dueAt: 'keyword',
  },
  indexes: [['providerId', 'requestedAt'], ['emailKey', 'requestedAt'], ['dueAt']],
};

/** The event, where it is one of a partnership request. */
function requestEventOf({ event }: Recorded) {
  switch (event.type) {
    case 'PartnershipRequested':
    case 'PartnershipRequestReminded':
    case 'PartnershipRequestBounced':
    case 'PartnershipRequestReminderDue':
    case 'PartnershipRequestExpired':
    case 'PartnershipRequestWithdrawn':
    case 'PartnershipRequestDeclined':
    case 'PartnershipRequestAccepted':
      return event;
    default:
      return undefined;
  }
}

export const partnershipRequestsProjection: Projection<PartnershipRequestDoc> = {
  view: partnershipRequestsView,
  keysOf(recorded) {
    const event = requestEventOf(recorded);
    return event === undefined ? [] : [event.data.requestId];
  },
  apply(doc, recorded, key) {
    const { event, revision, metadata } = recorded;
    const at = metadata.occurredAt;
    if (event.type === 'PartnershipRequested') return requested(event, recorded);
    if (doc === undefined) throw misplaced(recorded, partnershipRequestsView.name, key);
    switch (event.type) {
      case 'PartnershipRequestReminded': {
        const { generation, expiresAt } = event.data;
        return {
          ...doc,
          generation: generation.to,
          expiresAt: expiresAt.to,
          remindedAt: at,
          reminderDueAt: null,
          expiredAt: null,
          dueAt: reminderDueAt(expiresAt.to),
          bouncedAt: null,
          bounceNote: null,
          revision,
        };
      }
      case 'PartnershipRequestBounced': {
        const bounceNote = revealed(event.personal)?.note ?? null;
        return { ...doc, bouncedAt: at, bounceNote, revision };
      }
      case 'PartnershipRequestReminderDue':
        return { ...doc, reminderDueAt: at, dueAt: doc.expiresAt, revision };
      case 'PartnershipRequestExpired':
        return { ...doc, expiredAt: at, dueAt: null, revision };
      case 'PartnershipRequestWithdrawn':
        return { ...doc, status: 'withdrawn', closedAt: at, dueAt: null, revision };
      case 'PartnershipRequestDeclined': {
        const { resellerId } = event.data;
        return { ...doc, status: 'declined', closedAt: at, dueAt: null, resellerId, revision };
      }
      case 'PartnershipRequestAccepted': {
        const { resellerId, periodId } = event.data;
        const answered = { closedAt: at, dueAt: null, resellerId, periodId };
        return { ...doc, ...answered, status: 'accepted', revision };
      }
      default:
        return doc;
    }
  },
};

function requested(
  event: Extract<Recorded['event'], { readonly type: 'PartnershipRequested' }>,
  { revision, metadata }: Recorded,
): PartnershipRequestDoc {
  const { requestId, providerId, language, generation, expiresAt, emailKey } = event.data;
  const personal = revealed(event.personal);
  return {
    requestId,
    providerId,
    email: personal?.email ?? null,
    emailKey,
    draft: personal?.draft ?? null,
    language,
    generation,
    status: 'requested',
    requestedAt: metadata.occurredAt,
    remindedAt: null,
    expiresAt,
    reminderDueAt: null,
    expiredAt: null,
    dueAt: reminderDueAt(expiresAt),
    bouncedAt: null,
    bounceNote: null,
    closedAt: null,
    resellerId: null,
    periodId: null,
    revision,
  };
}
