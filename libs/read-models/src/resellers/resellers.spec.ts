import { describe, expect, it } from '@jest/globals';
import type { ViewedEvent } from '../projection';
import { readsOf } from '../testing/recorded';
import { reseller, sample } from '../testing/sample-events';
import { getReseller, listResellers } from './resellers.query';

const rejected = (id: string): ViewedEvent => ({
  type: 'ResellerRejected',
  data: { resellerId: reseller(id) },
  personal: { reason: 'No such company' },
});

describe('resellers', () => {
  it('apply and are enrolled', async () => {
    const reads = await readsOf([
      sample.resellerApplied('a', 'Alfa', '501'),
      sample.resellerApproved('a'),
    ]);
    expect(await getReseller(reads, reseller('a'))).toMatchObject({
      partnerId: '501',
      name: 'Alfa',
      state: 'SP',
      phone: null,
      status: 'enrolled',
      decidedAt: '2030-01-01T00:00:00.000Z',
    });
    expect(await getReseller(reads, reseller('b'))).toBeUndefined();
  });

  it('may apply again once rejected', async () => {
    const once = [sample.resellerApplied('a', 'Alfa'), rejected('a')];
    expect(await getReseller(await readsOf(once), reseller('a'))).toMatchObject({
      status: 'rejected',
      rejectionReason: 'No such company',
    });
    const again = await readsOf([...once, sample.resellerApplied('a', 'Alfa Nova')]);
    expect(await getReseller(again, reseller('a'))).toMatchObject({
      status: 'applied',
      name: 'Alfa Nova',
      decidedAt: null,
      rejectionReason: null,
    });
  });

  it('are suspended and reinstated', async () => {
    const enrolled = [sample.resellerApplied('a', 'Alfa'), sample.resellerApproved('a')];
    const suspended: ViewedEvent = {
      type: 'ResellerSuspended',
      data: { resellerId: reseller('a') },
    };
    const reinstated: ViewedEvent = {
      type: 'ResellerReinstated',
      data: { resellerId: reseller('a') },
    };
    const reads = await readsOf([...enrolled, suspended]);
    expect(await getReseller(reads, reseller('a'))).toMatchObject({
      status: 'suspended',
      suspendedAt: '2030-01-01T00:00:00.000Z',
    });
    const again = await readsOf([...enrolled, suspended, reinstated]);
    expect(await getReseller(again, reseller('a'))).toMatchObject({
      status: 'enrolled',
      suspendedAt: null,
    });
  });

  it('show their latest profile, whole', async () => {
    const changed: ViewedEvent = {
      type: 'ResellerProfileChanged',
      data: { resellerId: reseller('a') },
      personal: { name: 'Alfa Nova', email: 'nova@alfa.example' },
    };
    const reads = await readsOf([
      sample.resellerApplied('a', 'Alfa', '501'),
      sample.resellerApproved('a'),
      changed,
    ]);
    expect(await getReseller(reads, reseller('a'))).toMatchObject({
      partnerId: '501',
      name: 'Alfa Nova',
      email: 'nova@alfa.example',
      state: null,
      status: 'enrolled',
    });
  });

  it('are listed by name, all or those of one status', async () => {
    const reads = await readsOf([
      sample.resellerApplied('b', 'Beta'),
      sample.resellerApplied('a', 'Água'),
      sample.resellerApproved('b'),
    ]);
    const names = async (status?: 'applied') =>
      (await listResellers(reads, { status })).items.map(({ name }) => name);
    expect(await names()).toEqual(['Água', 'Beta']);
    expect(await names('applied')).toEqual(['Água']);
  });
});
