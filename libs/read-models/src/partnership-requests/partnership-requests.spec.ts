import { describe, expect, it } from '@jest/globals';
import type { PartnershipRequestStatus } from '@tierbook/domain';
import type { ViewedEvent } from '../projection';
import { readsOf, recorded } from '../testing/recorded';
import { period, providerId, request, reseller } from '../testing/sample-events';
import {
  findDueRequests,
  getPartnershipRequest,
  listPartnershipRequests,
  listRequestsWaitingFor,
} from './partnership-requests.query';

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
    emailKey: `key-of-${id.slice(0, 1)}`,
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
      ownText: { subject: 's', body: '{link}' },
      language: 'pt-BR',
      generation: 1,
      status: 'requested',
    });
    expect(await getPartnershipRequest(reads, request('q2'), BEFORE)).toBeUndefined();
  });

  it('tell that the mail came back, until it is sent again', async () => {
    const bounced: ViewedEvent = {
      type: 'PartnershipRequestBounced',
      data: { requestId: request('q1'), providerId },
      personal: { note: 'No such mailbox' },
    };
    const reminded: ViewedEvent = {
      type: 'PartnershipRequestReminded',
      data: {
        requestId: request('q1'),
        providerId,
        generation: { from: 1, to: 1 },
        expiresAt: { from: EXPIRY, to: EXPIRY },
      },
    };
    const reads = await readsOf([requested('q1'), bounced]);
    expect(await getPartnershipRequest(reads, request('q1'), BEFORE)).toMatchObject({
      status: 'requested',
      bouncedAt: '2030-01-01T00:00:00.000Z',
      bounceNote: 'No such mailbox',
    });
    const again = await readsOf([requested('q1'), bounced, reminded]);
    expect(await getPartnershipRequest(again, request('q1'), BEFORE)).toMatchObject({
      bouncedAt: null,
      bounceNote: null,
    });
  });

  it('are found by whom they were sent to, while they wait, without what only the provider sees', async () => {
    const reads = await readsOf([
      requested('q1'),
      requested('q2'),
      withdrawn('q2'),
      requested('x1'),
    ]);
    const waiting = async (emailKey: string, now: string) =>
      (await listRequestsWaitingFor(reads, emailKey, {}, now)).items;
    expect(await waiting('key-of-q', BEFORE)).toEqual([
      {
        requestId: 'q1',
        providerId,
        providerName: null,
        status: 'requested',
        language: 'pt-BR',
        requestedAt: '2030-01-01T00:00:00.000Z',
        remindedAt: null,
        expiresAt: EXPIRY,
      },
    ]);
    expect(await waiting('key-of-q', EXPIRY)).toEqual([]);
    expect(await waiting('key-of-z', BEFORE)).toEqual([]);
    expect(await getPartnershipRequest(reads, request('q1'), BEFORE)).not.toHaveProperty(
      'emailKey',
    );
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

  it('are found when their next date has come: the reminder’s, then the expiry', async () => {
    const data = { requestId: request('q1'), providerId, expiresAt: EXPIRY };
    const reminderDue = { type: 'PartnershipRequestReminderDue', data } as const;
    const expired = { type: 'PartnershipRequestExpired', data } as const;
    const due = async (events: readonly ViewedEvent[], now: string) => {
      const { store } = await readsOf(events);
      const found = [];
      for await (const { requestId } of findDueRequests(store, now)) found.push(requestId);
      return found;
    };
    expect(await due([requested('q1')], '2030-01-23T23:59:59.999Z')).toEqual([]);
    expect(await due([requested('q1')], '2030-01-24T00:00:00.000Z')).toEqual(['q1']);
    expect(await due([requested('q1'), reminderDue], BEFORE)).toEqual([]);
    expect(await due([requested('q1'), reminderDue], EXPIRY)).toEqual(['q1']);
    expect(await due([requested('q1'), reminderDue, expired], '2031-01-01')).toEqual([]);
    expect(await due([requested('q1'), withdrawn('q1')], '2031-01-01')).toEqual([]);
    const reads = await readsOf([requested('q1'), reminderDue, expired]);
    expect(await getPartnershipRequest(reads, request('q1'), EXPIRY)).toMatchObject({
      status: 'expired',
      reminderDueAt: '2030-01-01T00:00:00.000Z',
      expiredAt: '2030-01-01T00:00:00.000Z',
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
