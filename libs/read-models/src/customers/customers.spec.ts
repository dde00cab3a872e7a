import { describe, expect, it } from '@jest/globals';
import type { PartneredReseller, ProviderId } from '@tierbook/domain';
import type { ViewedEvent } from '../projection';
import { foldAll, readsOf, recorded } from '../testing/recorded';
import {
  chosen,
  customer,
  providerId,
  reseller,
  sample,
  subscription,
} from '../testing/sample-events';
import { customersProjection } from './customers.projection';
import { getCustomer, listCustomers, type CustomerFilter } from './customers.query';

const [a, b] = [chosen('a'), chosen('b')];

describe('customers', () => {
  it('hold the resellers that have a reason to see them, until the last is taken away', () => {
    const support = (of: PartneredReseller) => ({ kind: 'reseller', ...of }) as const;
    const provider = { kind: 'provider' } as const;
    const folded = (...events: readonly ViewedEvent[]) =>
      foldAll(customersProjection, [sample.customerCreated('c', 'C'), ...events])['c'];
    const granted = [sample.granted('c', 'd1', a), sample.ordered('c', 's1', 1)];
    expect(folded()).toMatchObject({ seenBy: [] });
    expect(folded(...granted)).toMatchObject({ seenBy: ['a'] });
    const helped = [...granted, sample.supportDesignated('c', 's1', provider, support(a))];
    const moved = [...helped, sample.supportDesignated('c', 's1', support(a), support(b))];
    expect(folded(...moved)).toMatchObject({ seenBy: ['a', 'b'] });
    expect(folded(...moved, sample.revoked('c', 'd1', a))).toMatchObject({ seenBy: ['b'] });
    expect(folded(...helped, sample.revoked('c', 'd1', a))).toMatchObject({ seenBy: ['a'] });
  });

  it('fold a customer’s stream', async () => {
    const events = [
      sample.resellerApplied('a', 'Alfa', '501'),
      sample.accepted('a'),
      sample.customerCreated('padaria', 'Padaria São João Ltda'),
      sample.resellerChanged('padaria', null, a),
      sample.granted('padaria', 'd1', a),
      sample.credentialIssued('padaria', 'admin@padaria'),
      sample.ordered('padaria', 's1', 5),
      sample.ordered('padaria', 's2', 2),
      sample.granted('padaria', 'd2', b, {
        kind: 'subscription',
        subscriptionId: subscription('s1'),
      }),
      recorded(sample.quantityChanged('padaria', 's1', [5, 4]), 9, { revision: 8 }),
    ];
    expect(await getCustomer(await readsOf(events), customer('padaria'))).toEqual({
      customerId: 'padaria',
      providerId,
      domain: 'padaria',
      country: 'BR',
      culture: 'pt-BR',
      language: 'pt',
      status: 'active',
      companyName: 'Padaria São João Ltda',
      email: 'c@example.com',
      contactName: null,
      phone: null,
      registrationNumber: null,
      address: { line1: 'Rua A', city: 'Recife' },
      billing: null,
      reference: null,
      agreement: null,
      endedAt: null,
      endReason: null,
      reseller: { resellerId: 'a', name: 'Alfa', partnerId: '501' },
      delegations: [
        {
          delegationId: 'd1',
          resellerId: 'a',
          periodId: 'a-1',
          rights: ['read-customer'],
          start: '2030-01-01T00:00:00.000Z',
          end: '2032-01-01T00:00:00.000Z',
        },
      ],
      adminUserName: 'admin@padaria',
      createdAt: '2030-01-01T00:00:00.000Z',
      subscriptionCount: 2,
      licences: 6,
      revision: 8,
    });
    const without = [
      ...events,
      sample.revoked('padaria', 'd1', a),
      sample.resellerChanged('padaria', a, null),
    ];
    expect(await getCustomer(await readsOf(without), customer('padaria'))).toMatchObject({
      reseller: null,
      delegations: [],
    });
  });

  it('hold nothing personal of an erased customer', async () => {
    const reads = await readsOf([sample.customerCreated('x', null)]);
    expect(await getCustomer(reads, customer('x'))).toMatchObject({
      domain: 'x',
      companyName: null,
      email: null,
      address: null,
      billing: null,
      reference: null,
      agreement: null,
      endedAt: null,
      endReason: null,
    });
  });

  describe('listed', () => {
    const events = [
      sample.resellerApplied('a', 'Alfa'),
      sample.accepted('a'),
      sample.accepted('b'),
      sample.customerCreated('acai', 'Açaí do Pará Ltda'),
      sample.customerCreated('bolos', 'bolos & Cia', { country: 'PT' }),
      sample.customerCreated('sjoao', 'Padaria São João LTDA'),
      recorded(sample.customerCreated('novo', 'Mercado Novo'), 5, {
        at: '2031-01-01T00:00:00.000Z',
      }),
      recorded(
        {
          type: 'CustomerCreated',
          data: {
            ...customerData('outro'),
            providerId: 'provider-2' as ProviderId,
          },
          personal: 'Erased',
        },
        6,
        { tenant: 'provider-2' },
      ),
      sample.resellerChanged('sjoao', null, a),
      sample.resellerChanged('bolos', null, b),
      sample.ordered('bolos', 's1', 3, b),
    ];
    const ids = async (filter: Omit<CustomerFilter, 'providerId'> = {}) =>
      (await listCustomers(await readsOf(events), { providerId, ...filter })).items.map(
        ({ customerId }) => customerId,
      );
    const filters: readonly (readonly [string, Omit<CustomerFilter, 'providerId'>, string[]])[] = [
      ['no filter, by name', {}, ['acai', 'bolos', 'novo', 'sjoao']],
      ['a reseller', { resellerIds: [reseller('a')] }, ['sjoao']],
      ['any of several', { resellerIds: [reseller('a'), reseller('b')] }, ['bolos', 'sjoao']],
      ['no reseller', { resellerIds: [null] }, ['acai', 'novo']],
      ['a reseller or none', { resellerIds: [null, reseller('b')] }, ['acai', 'bolos', 'novo']],
      ['the beginning of the name', { companyNamePrefix: 'AÇAÍ' }, ['acai']],
      ['the time created', { createdFrom: '2030-06-01T00:00:00.000Z' }, ['novo']],
      [
        'the time before',
        { createdBefore: '2030-06-01T00:00:00.000Z' },
        ['acai', 'bolos', 'sjoao'],
      ],
      [
        'two times',
        { createdFrom: '2030-01-01T00:00:00.000Z', createdBefore: '2031-01-01T00:00:00.000Z' },
        ['acai', 'bolos', 'sjoao'],
      ],
      [
        'licences, the most first',
        { sort: { field: 'licences', direction: 'desc' }, limit: 1 },
        ['bolos'],
      ],
      ['part of the name', { companyName: 'ltda' }, ['acai', 'sjoao']],
      ['the name without accents', { companyName: 'sao joao' }, ['sjoao']],
      ['part of the domain', { domain: 'joa' }, ['sjoao']],
      ['the beginning of the domain', { domainPrefix: 'bol' }, ['bolos']],
      ['country', { country: 'PT' }, ['bolos']],
      ['status', { status: 'active', companyName: 'acai' }, ['acai']],
      ['the newest first', { sort: { field: 'createdAt', direction: 'desc' }, limit: 1 }, ['novo']],
      [
        'the domain, downwards',
        { sort: { field: 'domain', direction: 'desc' }, limit: 1 },
        ['sjoao'],
      ],
    ];
    it.each(filters)('by %s', async (_, filter, expected) => {
      expect(await ids(filter)).toEqual(expected);
    });

    it('count all of the filter by reseller and status, when asked', async () => {
      const page = await listCustomers(await readsOf(events), {
        providerId,
        count: true,
        limit: 1,
      });
      expect(page.total).toBe(4);
      expect(page.counts).toEqual({
        resellers: [
          { reseller: null, customers: 2 },
          { reseller: { resellerId: 'a', name: 'Alfa', partnerId: '1234' }, customers: 1 },
          { reseller: { resellerId: 'b', name: null, partnerId: null }, customers: 1 },
        ],
        statuses: [{ status: 'active', customers: 4 }],
      });
      const ltda = { providerId, companyName: 'ltda', count: true, limit: 1 };
      expect((await listCustomers(await readsOf(events), ltda)).counts?.statuses).toEqual([
        { status: 'active', customers: 2 },
      ]);
      const uncounted = await listCustomers(await readsOf(events), { providerId });
      expect(uncounted).not.toHaveProperty('counts');
    });

    it('name their reseller as it is called today', async () => {
      const renamed = [...events, sample.resellerApplied('a', 'Alfa & Filhos')];
      const page = await listCustomers(await readsOf(renamed), {
        providerId,
        resellerIds: [reseller('a')],
      });
      expect(page.items[0]?.reseller).toMatchObject({ resellerId: 'a', name: 'Alfa & Filhos' });
      // The same fields as of one customer that is read.
      expect(typeof page.items[0]?.subscriptionCount).toBe('number');
      expect(page.items[0]).not.toHaveProperty('subscriptions');
    });
  });
});

function customerData(id: string) {
  return {
    customerId: customer(id),
    domain: id,
    country: 'BR',
    culture: 'pt-BR',
    language: 'pt',
  };
}

describe('an account', () => {
  const customerId = customer('padaria');
  const claim = { key: 'k', claimId: 'c' };
  const referred: ViewedEvent = {
    type: 'CustomerReferenceChanged',
    data: { customerId, from: null, to: claim },
    personal: { reference: 'CLI-7' },
  };

  it('shows a new profile, whom to bill, the reference and the agreement, but not once erased', async () => {
    const address = { line1: 'Rua B', city: 'Olinda' };
    const profile = { companyName: 'Padaria Nova', email: 'n@example.com', address };
    const events: readonly ViewedEvent[] = [
      sample.customerCreated('padaria', 'Padaria'),
      {
        type: 'CustomerProfileChanged',
        data: { customerId, culture: 'en-US', language: 'en' },
        personal: profile,
      },
      {
        type: 'CustomerBillingProfileChanged',
        data: { customerId, country: 'PT' },
        personal: { ...profile, phone: '+351 21 000 0000' },
      },
      referred,
      {
        type: 'CustomerAgreementRecorded',
        data: { customerId, version: '2026-01', agreedOn: '2026-01-15' },
        personal: { signatory: 'Ana' },
      },
    ];
    expect(await getCustomer(await readsOf(events), customerId)).toMatchObject({
      companyName: 'Padaria Nova',
      culture: 'en-US',
      contactName: null,
      billing: { country: 'PT', companyName: 'Padaria Nova', phone: '+351 21 000 0000' },
      reference: 'CLI-7',
      agreement: { version: '2026-01', agreedOn: '2026-01-15', signatory: 'Ana', email: null },
    });
    const erased = events.map((event) => ({ ...event, personal: 'Erased' }) as ViewedEvent);
    expect(await getCustomer(await readsOf(erased), customerId)).toMatchObject({
      companyName: null,
      billing: { country: 'PT', companyName: null, address: null },
      reference: null,
      agreement: { version: '2026-01', signatory: null },
    });
  });

  it('ends without its reference, by which it was found, and is reopened', async () => {
    const ended: readonly ViewedEvent[] = [
      sample.customerCreated('padaria', 'Padaria'),
      referred,
      {
        type: 'CustomerEnded',
        data: { customerId, providerId, reference: claim },
        personal: { reason: 'Fechou' },
      },
    ];
    const found = async (events: readonly ViewedEvent[], filter: object) =>
      (await listCustomers(await readsOf(events), { providerId, ...filter })).items.length;
    const before = ended.slice(0, 2);
    expect(await found(before, { reference: 'cli-7' })).toBe(1);
    expect(await found(before, { reference: 'cli' })).toBe(0);
    expect(await found(ended, { reference: 'cli-7' })).toBe(0);
    expect(await found(ended, { status: 'ended' })).toBe(1);
    expect(await getCustomer(await readsOf(ended), customerId)).toMatchObject({
      status: 'ended',
      reference: null,
      endedAt: '2030-01-01T00:00:00.000Z',
      endReason: 'Fechou',
    });
    const data = { customerId, providerId };
    const reopened = [...ended, { type: 'CustomerReopened', data } as const];
    expect(await getCustomer(await readsOf(reopened), customerId)).toMatchObject({
      status: 'active',
      endedAt: null,
      endReason: null,
    });
  });
});
