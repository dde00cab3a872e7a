import {
  requestStatusAt,
  type DraftText,
  type Instant,
  type PartnershipRequestId,
  type PartnershipRequestStatus,
  type ProviderId,
} from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import { providersView } from '../providers/providers.projection';
import { MAX_LIMIT, type Condition, type Page, type ReadStore, type SortKey } from '../read-store';
import {
  partnershipRequestsView,
  type PartnershipRequestDoc,
} from './partnership-requests.projection';

/** A request with its status at the moment it is read. */
export interface PartnershipRequestRow extends Omit<
  PartnershipRequestDoc,
  'status' | 'emailKey' | 'dueAt' | 'draft'
> {
  /** The provider's own text, `null` where the standard text is used, and once it is erased. */
  readonly ownText: DraftText | null;
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

/**
 * The requests of every provider whose next date has come by `now`, the earliest first: for the scheduler.
 *
 * @throws ViewBehindError
 */
export async function* findDueRequests(
  store: ReadStore,
  now: Instant,
): AsyncGenerator<PartnershipRequestDoc> {
  const due: Condition = { field: 'dueAt', op: 'range', gt: '', lte: now };
  const sort = { field: 'dueAt', direction: 'asc' } as const;
  let after: SortKey | undefined;
  do {
    const query = { where: [due], sort, after, limit: MAX_LIMIT };
    const page: Page<PartnershipRequestDoc> = await store.find(partnershipRequestsView, query);
    yield* page.rows.map(({ doc }) => doc);
    after = page.next;
  } while (after !== undefined);
}

/** A request as whoever it was sent to sees it: not its link, which the mail holds. */
export interface WaitingRequestRow extends Pick<
  PartnershipRequestDoc,
  'requestId' | 'providerId' | 'language' | 'requestedAt' | 'remindedAt' | 'expiresAt'
> {
  readonly providerName: string | null;
  readonly status: 'requested';
}

/** The requests sent to this e-mail address that can be answered at `now`, the newest first. */
export async function listRequestsWaitingFor(
  reads: Reads,
  emailKey: string,
  paging: Paging,
  now: Instant,
): Promise<ListPage<WaitingRequestRow>> {
  const page = await findPage(
    reads,
    partnershipRequestsView,
    {
      where: conditions(equals('emailKey', emailKey), equals('status', 'requested')),
      moving: conditions(expiry('requested', now)),
      sort: { field: 'requestedAt', direction: 'desc' },
    },
    paging,
  );
  const providers = await reads.store.getMany(
    providersView,
    page.items.map(({ doc }) => doc.providerId),
  );
  const items = page.items.map(({ doc }) => {
    const { requestId, providerId, language, requestedAt, remindedAt, expiresAt } = doc;
    const providerName = providers.get(providerId)?.doc.name ?? null;
    const status = 'requested' as const;
    return {
      ...{ requestId, providerId, providerName, status },
      ...{ language, requestedAt, remindedAt, expiresAt },
    };
  });
  return { ...page, items };
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
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- left out: not the caller's concern
  const { emailKey, dueAt, draft: ownText, ...shown } = doc;
  return { ...shown, ownText, status: requestStatusAt(shown, now) };
}
