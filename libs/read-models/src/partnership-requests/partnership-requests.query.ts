import {
  requestStatusAt,
  type Instant,
  type PartnershipRequestId,
  type PartnershipRequestStatus,
  type ProviderId,
} from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import type { Condition } from '../read-store';
import {
  partnershipRequestsView,
  type PartnershipRequestDoc,
} from './partnership-requests.projection';

/** A request with its status at the moment it is read. */
export interface PartnershipRequestRow extends Omit<PartnershipRequestDoc, 'status'> {
  readonly status: PartnershipRequestStatus;
}

/** A request as it stands at `now`, or `undefined`. */
export async function getPartnershipRequest(
  { store }: Reads,
  requestId: PartnershipRequestId,
  now: Instant,
): Promise<PartnershipRequestRow | undefined> {
  const row = await store.get(partnershipRequestsView, requestId);
  return row === undefined ? undefined : rowAt(row.doc, now);
}

export interface PartnershipRequestFilter extends Paging<'requestedAt' | 'expiresAt'> {
  readonly status?: PartnershipRequestStatus | undefined;
}

/** A provider's requests as they stand at `now`, the newest first unless told otherwise. */
export async function listPartnershipRequests(
  reads: Reads,
  providerId: ProviderId,
  filter: PartnershipRequestFilter,
  now: Instant,
): Promise<ListPage<PartnershipRequestRow>> {
  const { status } = filter;
  const kept = status === 'expired' ? 'requested' : status;
  const page = await findPage(
    reads,
    partnershipRequestsView,
    {
      where: conditions(equals('providerId', providerId), equals('status', kept)),
      moving: conditions(expiry(status, now)),
      sort: filter.sort ?? { field: 'requestedAt', direction: 'desc' },
    },
    filter,
  );
  return { ...page, items: page.items.map(({ doc }) => rowAt(doc, now)) };
}

function expiry(status: PartnershipRequestStatus | undefined, now: Instant): Condition | undefined {
  switch (status) {
    case 'requested':
      return { field: 'expiresAt', op: 'range', gt: now };
    case 'expired':
      return { field: 'expiresAt', op: 'range', lte: now };
    default:
      return undefined;
  }
}

function rowAt(doc: PartnershipRequestDoc, now: Instant): PartnershipRequestRow {
  return { ...doc, status: requestStatusAt(doc, now) };
}
