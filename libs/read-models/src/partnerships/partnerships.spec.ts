import { describe, expect, it } from '@jest/globals';
import { partnershipIdOf, type ProviderId } from '@tierbook/domain';
import { CursorInvalidError } from '../errors';
import { foldAll, readsOf, recorded } from '../testing/recorded';
import { chosen, providerId, reseller, sample } from '../testing/sample-events';
import { getPartnership, listPartners, supportContactChoices } from './partnerships.query';
import { partnershipsProjection } from './partnerships.projection';

const counts = (events: Parameters<typeof foldAll>[1]) =>
  Object.fromEntries(
    Object.entries(foldAll(partnershipsProjection, events)).map(([key, doc]) => {
      const { customers, subscriptions, licences } = doc as Record<string, number>;
      return [key.replace('provider-1.', ''), [customers, subscriptions, licences]];
    }),
  );

describe('partnerships', () => {
  const [a, b] = [chosen('a'), chosen('b')];
  const partners = [sample.accepted('a'), sample.accepted('b')];

  it('count customers on both sides of a move', () => {
    const moves = [
      sample.resellerChanged('c1', null, a),
      sample.resellerChanged('c2', null, a),
      sample.resellerChanged('c1', a, b),
    ];
    expect(counts([...partners, ...moves])).toEqual({ a: [1, 0, 0], b: [1, 0, 0] });
    const left = sample.resellerChanged('c2', a, null);
    expect(counts([...partners, ...moves, left])).toEqual({ a: [0, 0, 0], b: [1, 0, 0] });
  });

  it('count subscriptions of record and their licences, wherever the credit goes', () => {
    const events = [
      ...partners,
      sample.ordered('c1', 's1', 5, a),
      sample.ordered('c1', 's2', 7, a),
      sample.ordered('c1', 's3', 100),
      sample.quantityChanged('c1', 's1', [5, 9], a),
      sample.quantityChanged('c1', 's3', [100, 90]),
    ];
    expect(counts(events)).toEqual({ a: [0, 2, 16], b: [0, 0, 0] });
    const moved = [...events, sample.recordChanged('c1', 's1', 9, a, b)];
    expect(counts(moved)).toEqual({ a: [0, 1, 7], b: [0, 1, 9] });
  });

  it('keep their counts when a new period takes over a reseller’s customers', () => {
    const again = chosen('a', 'a-2');
    const events = [
      ...partners,
      sample.resellerChanged('c1', null, a),
      sample.ended('a'),
      sample.accepted('a', 'a-2'),
      sample.resellerChanged('c1', a, again),
    ];
    expect(counts(events)).toEqual({ a: [1, 0, 0], b: [0, 0, 0] });
  });

  it('know their status and their period', async () => {
    const at = '2031-05-05T00:00:00.000Z';
    const id = partnershipIdOf(providerId, reseller('a'));
    const ended = [sample.accepted('a'), recorded(sample.ended('a'), 2, { at, revision: 1 })];
    expect(await getPartnership(await readsOf(ended), id)).toMatchObject({
      status: 'ended',
      endedAt: at,
      endedBy: 'provider',
      revision: 1,
    });
    const again = [...ended, recorded(sample.accepted('a', 'a-2'), 3, { at })];
    expect(await getPartnership(await readsOf(again), id)).toMatchObject({
      status: 'active',
      since: at,
      endedAt: null,
      periodId: 'a-2',
    });
    expect(await getPartnership(await readsOf([]), id)).toBeUndefined();
  });

  it('refuse a count for a partnership that never was', () => {
    expect(() => counts([sample.resellerChanged('c1', null, a)])).toThrow(
      /no place in partnerships/,
    );
  });

  describe('listed by their provider', () => {
    const events = [
      sample.providerCreated('Distribuidora'),
      sample.resellerApplied('a', 'Ângulo Informática', '501'),
      sample.resellerApplied('b', 'beta Tecnologia', '502'),
      sample.resellerApplied('c', 'Zeta', '733'),
      ...partners,
      sample.accepted('c'),
      sample.ended('c'),
      sample.customerCreated('c1', 'C'),
      sample.resellerChanged('c1', null, b),
    ];
    const names = async (filter: Parameters<typeof listPartners>[2]) =>
      (await listPartners(await readsOf(events), providerId, filter)).items.map(({ name }) => name);

    it('carry all that the list shows, by name', async () => {
      const { items } = await listPartners(await readsOf(events), providerId);
      expect(items.map(({ name }) => name)).toEqual([
        'Ângulo Informática',
        'beta Tecnologia',
        'Zeta',
      ]);
      expect(items[1]).toMatchObject({
        resellerId: 'b',
        partnerId: '502',
        country: 'BR',
        state: 'SP',
        status: 'active',
        since: '2030-01-01T00:00:00.000Z',
        customers: 1,
        subscriptions: 0,
        licences: 0,
      });
    });

    it('are searched by name and partner id, filtered and sorted', async () => {
      expect(await names({ search: 'ANGULO' })).toEqual(['Ângulo Informática']);
      expect(await names({ search: '50' })).toEqual(['Ângulo Informática', 'beta Tecnologia']);
      expect(await names({ status: 'ended' })).toEqual(['Zeta']);
      const sort = { field: 'customers', direction: 'desc' } as const;
      expect((await names({ sort }))[0]).toBe('beta Tecnologia');
    });

    it('are another provider’s not', async () => {
      const page = await listPartners(await readsOf(events), 'provider-2' as ProviderId);
      expect(page).toEqual({ items: [], nextCursor: null });
    });

    it('come in pages whose cursors fit no other list', async () => {
      const reads = await readsOf(events);
      const first = await listPartners(reads, providerId, { limit: 2, count: true });
      expect(first.total).toBe(3);
      const cursor = first.nextCursor ?? '';
      const second = await listPartners(reads, providerId, { limit: 2, cursor });
      expect(second.items.map(({ name }) => name)).toEqual(['Zeta']);
      expect(second.nextCursor).toBeNull();
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('beta');
      const foreign = [
        listPartners(reads, providerId, { cursor, status: 'active' }),
        listPartners(reads, providerId, { cursor, sort: { field: 'since', direction: 'asc' } }),
        listPartners(reads, 'provider-2' as ProviderId, { cursor }),
        listPartners(reads, providerId, { cursor: `A${cursor.slice(1)}x` }),
        listPartners(reads, providerId, { cursor: '' }),
        listPartners(reads, providerId, { cursor: 'x'.repeat(100_000) }),
      ];
      for (const page of foreign) await expect(page).rejects.toBeInstanceOf(CursorInvalidError);
    });

    it('and their provider are the choices for a support contact', async () => {
      const reads = await readsOf(events);
      const first = await supportContactChoices(reads, providerId, { limit: 1 });
      expect(first.items).toEqual([
        { kind: 'provider', id: providerId, name: 'Distribuidora' },
        { kind: 'reseller', id: 'a', name: 'Ângulo Informática', partnerId: '501' },
      ]);
      const cursor = first.nextCursor ?? '';
      expect((await supportContactChoices(reads, providerId, { cursor })).items).toEqual([
        { kind: 'reseller', id: 'b', name: 'beta Tecnologia', partnerId: '502' },
      ]);
    });
  });
});
