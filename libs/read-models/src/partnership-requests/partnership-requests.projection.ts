import type {
  DraftLanguage,
  DraftText,
  Instant,
  PartnershipRequestId,
  PeriodId,
  ProviderId,
  ResellerId,
} from '@tierbook/domain';
import { misplaced, revealed, type Projection, type Recorded } from '../projection';
import type { ViewDefinition } from '../view';

/** An invitation. That it has expired is not kept: it is seen when read. */
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
  version: 2,
  readableFrom: 2,
  fields: {
    providerId: 'keyword',
    emailKey: 'keyword',
    status: 'keyword',
    requestedAt: 'keyword',
    expiresAt: 'keyword',
  },
  indexes: [
    ['providerId', 'requestedAt'],
    ['emailKey', 'requestedAt'],
  ],
};

/** The event, where it is one of a partnership request. */
function requestEventOf({ event }: Recorded) {
  switch (event.type) {
    case 'PartnershipRequested':
    case 'PartnershipRequestReminded':
    case 'PartnershipRequestBounced':
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
    if (event.type === 'PartnershipRequested') {
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
        requestedAt: at,
        remindedAt: null,
        expiresAt,
        bouncedAt: null,
        bounceNote: null,
        closedAt: null,
        resellerId: null,
        periodId: null,
        revision,
      };
    }
    if (doc === undefined) throw misplaced(recorded, partnershipRequestsView.name, key);
    switch (event.type) {
      case 'PartnershipRequestReminded': {
        const { generation, expiresAt } = event.data;
        return {
          ...doc,
          generation: generation.to,
          expiresAt: expiresAt.to,
          remindedAt: at,
          bouncedAt: null,
          bounceNote: null,
          revision,
        };
      }
      case 'PartnershipRequestBounced': {
        const bounceNote = revealed(event.personal)?.note ?? null;
        return { ...doc, bouncedAt: at, bounceNote, revision };
      }
      case 'PartnershipRequestWithdrawn':
        return { ...doc, status: 'withdrawn', closedAt: at, revision };
      case 'PartnershipRequestDeclined': {
        const { resellerId } = event.data;
        return { ...doc, status: 'declined', closedAt: at, resellerId, revision };
      }
      case 'PartnershipRequestAccepted': {
        const { resellerId, periodId } = event.data;
        return { ...doc, status: 'accepted', closedAt: at, resellerId, periodId, revision };
      }
      default:
        return doc;
    }
  },
};
