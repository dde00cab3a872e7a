import { describe, expect, it } from '@jest/globals';
import type { PartnershipRequestStatus } from '@tierbook/domain';
import type { ViewedEvent } from '../projection';
import { readsOf, recorded } from '../testing/recorded';
import { period, providerId, request, reseller } from '../testing/sample-events';
import { getPartnershipRequest, listPartnershipRequests } from './partnership-requests.query';

const EXPIRY = '2030-01-31T00:00:00.000Z';
const BEFORE = '2030-01-30T23:59:59.999Z';

const requested = (id: string): ViewedEvent => ({
  type: 'PartnershipRequested',
  data: {
    requestId: request(id),
    providerId,
    language: 'pt-BR',
    generation: 1,
    expiresAt: EXPIRY,
  },
  personal: { email: `${id}@example.com`, draft: { subject: 's', body: '{link}' } },
});
const withdrawn = (id: string): ViewedEvent => ({
  type: 'PartnershipRequestWithdrawn',
  data: { requestId: request(id), providerId },
});

describe('partnership requests', () => {
  it('show what the provider wrote', async () => {
    const reads = await readsOf([requested('q1')]);
    expect(await getPartnershipRequest(reads, request('q1'), BEFORE)).toMatchObject({
      email: 'q1@example.com',
      draft: { subject: 's', body: '{link}' },
      language: 'pt-BR',
      generation: 1,
      status: 'requested',
    });
    expect(await getPartnershipRequest(reads, request('q2'), BEFORE)).toBeUndefined();
  });

  it('expire when read, at the very moment', async () => {
    const reads = await readsOf([requested('q1'), requested('q2'), withdrawn('q2')]);
    const statusAt = async (id: string, now: string) =>
      (await getPartnershipRequest(reads, request(id), now))?.status;
    expect(await statusAt('q1', BEFORE)).toBe('requested');
    expect(await statusAt('q1', EXPIRY)).toBe('expired');
    expect(await statusAt('q2', EXPIRY)).toBe('withdrawn');
  });

  it('live on by a reminder', async () => {
    const to = '2030-03-01T00:00:00.000Z';
    const reminded: ViewedEvent = {
      type: 'PartnershipRequestReminded',
      data: {
        requestId: request('q1'),
        providerId,
        generation: { from: 1, to: 2 },
        expiresAt: { from: EXPIRY, to },
      },
    };
    const reads = await readsOf([requested('q1'), reminded]);
    expect(await getPartnershipRequest(reads, request('q1'), EXPIRY)).toMatchObject({
      status: 'requested',
      generation: 2,
      expiresAt: to,
    });
  });

  it('tell who answered', async () => {
    const declined: ViewedEvent = {
      type: 'PartnershipRequestDeclined',
      data: { requestId: request('q1'), providerId, resellerId: reseller('a') },
    };
    const accepted: ViewedEvent = {
      type: 'PartnershipRequestAccepted',
      data: {
        requestId: request('q2'),
        providerId,
        resellerId: reseller('b'),
        periodId: period('b-1'),
        authorised: ['provider-may-order-for-customers'],
      },
    };
    const reads = await readsOf([requested('q1'), requested('q2'), declined, accepted]);
    expect(await getPartnershipRequest(reads, request('q1'), EXPIRY)).toMatchObject({
      status: 'declined',
      resellerId: 'a',
    });
    expect(await getPartnershipRequest(reads, request('q2'), EXPIRY)).toMatchObject({
      status: 'accepted',
      resellerId: 'b',
      periodId: 'b-1',
    });
  });

  it('are listed by their status now, the newest first, with cursors that outlive the moment', async () => {
    const reads = await readsOf([
      requested('q1'),
      recorded(requested('q2'), 2, { at: '2030-01-02T00:00:00.000Z' }),
      requested('q3'),
      withdrawn('q3'),
    ]);
    const ids = async (status: PartnershipRequestStatus | undefined, now: string) =>
      (await listPartnershipRequests(reads, providerId, { status }, now)).items.map(
        ({ requestId }) => requestId,
      );
    expect(await ids(undefined, BEFORE)).toEqual(['q2', 'q3', 'q1']);
    expect(await ids('requested', BEFORE)).toEqual(['q2', 'q1']);
    expect(await ids('expired', BEFORE)).toEqual([]);
    expect(await ids('requested', EXPIRY)).toEqual([]);
    expect(await ids('expired', EXPIRY)).toEqual(['q2', 'q1']);
    expect(await ids('withdrawn', EXPIRY)).toEqual(['q3']);
    const page = { status: 'requested', limit: 1 } as const;
    const first = await listPartnershipRequests(
      reads,
      providerId,
      page,
      '2030-01-05T00:00:00.000Z',
    );
    const next = { ...page, cursor: first.nextCursor ?? undefined };
    const second = await listPartnershipRequests(reads, providerId, next, BEFORE);
    expect(second.items.map(({ requestId }) => requestId)).toEqual(['q1']);
  });
});
