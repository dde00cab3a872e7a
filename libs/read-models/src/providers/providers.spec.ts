import { describe, expect, it } from '@jest/globals';
import { readsOf } from '../testing/recorded';
import { providerId, reseller, sample } from '../testing/sample-events';
import { getProvider, listProviders, listProvidersOfReseller } from './providers.query';

describe('providers', () => {
  it('are listed for the operator', async () => {
    const reads = await readsOf([sample.providerCreated('Distribuidora')]);
    const { items } = await listProviders(reads);
    expect(items).toEqual([
      {
        providerId,
        name: 'Distribuidora',
        email: 'p@example.com',
        country: 'BR',
        requiredAgreement: null,
        createdAt: '2030-01-01T00:00:00.000Z',
        revision: 1,
      },
    ]);
    expect(await getProvider(reads, providerId)).toEqual(items[0]);
    const data = { providerId, from: null, to: '2026-01' };
    const required = await readsOf([
      sample.providerCreated('Distribuidora'),
      { type: 'AgreementRequirementChanged', data },
    ]);
    expect(await getProvider(required, providerId)).toMatchObject({
      requiredAgreement: '2026-01',
    });
  });

  it('are listed for a reseller that partners with them', async () => {
    const reads = await readsOf([
      sample.providerCreated('Distribuidora'),
      sample.accepted('a'),
      sample.accepted('b'),
      sample.ended('b'),
    ]);
    const { items } = await listProvidersOfReseller(reads, reseller('a'));
    expect(items).toEqual([
      {
        partnershipId: 'provider-1.a',
        providerId,
        status: 'active',
        periodId: 'a-1',
        since: '2030-01-01T00:00:00.000Z',
        endedAt: null,
        name: 'Distribuidora',
        email: 'p@example.com',
        country: 'BR',
      },
    ]);
    const active = await listProvidersOfReseller(reads, reseller('b'), { status: 'active' });
    expect(active.items).toEqual([]);
    expect((await listProvidersOfReseller(reads, reseller('c'))).items).toEqual([]);
  });
});
