import type { Instant, ResellerId } from '@tierbook/domain';
import { misplaced, revealed, type Projection } from '../projection';
import type { ViewDefinition } from '../view';

/** A reseller's enrolment in the programme. Personal fields are `null` once erased. */
export interface ResellerDoc {
  readonly resellerId: ResellerId;
  readonly partnerId: string;
  readonly country: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly state: string | null;
  readonly phone: string | null;
  readonly status: 'applied' | 'enrolled' | 'rejected';
  readonly appliedAt: Instant;
  /** When the operator approved or rejected the latest application. */
  readonly decidedAt: Instant | null;
  /** Why it was rejected, where the operator said so. */
  readonly rejectionReason: string | null;
  readonly revision: number;
}

export const resellersView: ViewDefinition<ResellerDoc> = {
  name: 'resellers',
  version: 1,
  readableFrom: 1,
  fields: {
    name: 'search',
    partnerId: 'keyword',
    country: 'keyword',
    state: 'text',
    status: 'keyword',
    appliedAt: 'keyword',
  },
  indexes: [['name'], ['status', 'name']],
};

export const resellersProjection: Projection<ResellerDoc> = {
  view: resellersView,
  keysOf({ event }) {
    switch (event.type) {
      case 'ResellerApplied':
      case 'ResellerApproved':
      case 'ResellerRejected':
        return [event.data.resellerId];
      default:
        return [];
    }
  },
  apply(doc, recorded, key) {
    const { event, revision, metadata } = recorded;
    const at = metadata.occurredAt;
    if (event.type === 'ResellerApplied') {
      const { resellerId, partnerId, country } = event.data;
      const {
        name = null,
        email = null,
        state = null,
        phone = null,
      } = revealed(event.personal) ?? {};
      return {
        resellerId,
        partnerId,
        country,
        name,
        email,
        state,
        phone,
        status: 'applied',
        appliedAt: at,
        decidedAt: null,
        rejectionReason: null,
        revision,
      };
    }
    if (doc === undefined) throw misplaced(recorded, resellersView.name, key);
    switch (event.type) {
      case 'ResellerApproved':
        return { ...doc, status: 'enrolled', decidedAt: at, revision };
      case 'ResellerRejected': {
        const rejectionReason = revealed(event.personal)?.reason ?? null;
        return { ...doc, status: 'rejected', decidedAt: at, rejectionReason, revision };
      }
      default:
        return doc;
    }
  },
};
