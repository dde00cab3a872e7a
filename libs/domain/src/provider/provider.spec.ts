import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import { AT, PROVIDER } from '../testing/examples';
import { provider } from './provider.aggregate';
import type { CreateProvider } from './provider.commands';
import type { ProviderCreated } from './provider.events';

const given = specify(provider);
const create: CreateProvider = {
  type: 'create-provider',
  at: AT,
  providerId: PROVIDER,
  name: 'Fabrikam',
  email: 'partners@fabrikam.example',
  country: 'BR',
};
const created: ProviderCreated = {
  type: 'ProviderCreated',
  data: { providerId: PROVIDER, country: 'BR' },
  personal: { name: 'Fabrikam', email: 'partners@fabrikam.example' },
};

describe('a provider', () => {
  it('is created with its name and e-mail kept apart', () => {
    expect(given().when(create).then(created)).toEqual({
      status: 'active',
      providerId: PROVIDER,
      country: 'BR',
      requiredAgreement: null,
    });
  });

  it('requires an agreement, another, or none', () => {
    const requiring = (version: string | null) =>
      ({ type: 'require-agreement', at: create.at, version }) as const;
    const changed = (from: string | null, to: string | null) =>
      ({
        type: 'AgreementRequirementChanged',
        data: { providerId: PROVIDER, from, to },
      }) as const;
    given(created).when(requiring('1')).then(changed(null, '1'));
    given(created, changed(null, '1')).when(requiring('1')).thenNothing();
    given(created, changed(null, '1')).when(requiring('2')).then(changed('1', '2'));
    const none = given(created, changed(null, '1')).when(requiring(null)).then(changed('1', null));
    expect(none).toMatchObject({ requiredAgreement: null });
  });

  it('is created in a country that there is', () => {
    given()
      .when({ ...create, country: 'UK' })
      .thenRefused('country-unknown', '/country');
  });

  it('is created once', () => {
    given(created).when(create).thenRefused('provider-exists');
  });

  it('is its own tenant and the subject of its own key', () => {
    expect(provider.tenantOf(given().state)).toBeNull();
    expect(provider.tenantOf(given(created).state)).toBe(PROVIDER);
    expect(provider.personalSubject('p')).toBe('provider-p');
    expect(provider.partiesOf()).toEqual([]);
  });
});
