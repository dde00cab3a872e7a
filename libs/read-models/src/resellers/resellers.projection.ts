import type {
  Instant,
  ResellerApplied,
  ResellerId,
  ResellerProfileChanged,
} from '@tierbook/domain';
import { misplaced, revealed, type Projection, type Readable } from '../projection';
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
  readonly status: 'applied' | 'enrolled' | 'rejected' | 'suspended';
  readonly appliedAt: Instant;
  /** When the operator approved or rejected the latest application. */
  readonly decidedAt: Instant | null;
  /** Why it was rejected, where the operator said so. */
  readonly rejectionReason: string | null;
  /** Since when it is suspended, `null` while it is not. */
  readonly suspendedAt: Instant | null;
  readonly revision: number;
}

export const resellersView: ViewDefinition<ResellerDoc> = {
  name: 'resellers',
  version: 3,
  readableFrom: 2,
  fields: {
    name: 'search',
    partnerId: 'keyword',
    country: 'keyword',
    state: 'text',
    status: 'keyword',
    appliedAt: 'keyword',
  },
  indexes: [['name'], ['status', 'name']],
  listed: ['resellerId', 'name', 'partnerId'],
};

export const resellersProjection: Projection<ResellerDoc> = {
  view: resellersView,
  keysOf({ event }) {
    switch (event.type) {
      case 'ResellerApplied':
      case 'ResellerApproved':
      case 'ResellerRejected':
      case 'ResellerSuspended':
      case 'ResellerReinstated':
      case 'ResellerProfileChanged':
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
      return {
        resellerId,
        partnerId,
        country,
        ...profileOf(event),
        status: 'applied',
        appliedAt: at,
        decidedAt: null,
        rejectionReason: null,
        suspendedAt: null,
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
      case 'ResellerSuspended':
        return { ...doc, status: 'suspended', suspendedAt: at, revision };
      case 'ResellerReinstated':
        return { ...doc, status: 'enrolled', suspendedAt: null, revision };
      case 'ResellerProfileChanged':
        return { ...doc, ...profileOf(event), revision };
      default:
        return doc;
    }
  },
};

function profileOf({ personal }: Readable<ResellerApplied | ResellerProfileChanged>) {
  const { name = null, email = null, state = null, phone = null } = revealed(personal) ?? {};
  return { name, email, state, phone };
}
