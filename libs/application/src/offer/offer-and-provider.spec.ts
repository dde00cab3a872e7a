import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ProviderId, ResellerId } from '@tierbook/domain';
import { CreateProviderCommand } from '../provider/provider.handlers';
import {
  accepted,
  operator,
  providerAgent,
  refusal,
  resellerAgent,
  scenario,
  sentBy,
  type Scenario,
  type Sending,
} from '../testing/scenario';
import { PublishOfferCommand } from './offer.handlers';

let world: Scenario;
let provider: ProviderId;
let before: number;
const reseller = resellerAgent('reseller-1' as ResellerId);

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  before = (await world.events()).length;
});

const create = (by = operator, sending: Sending = {}) =>
  world.send(
    new CreateProviderCommand(sentBy(by, sending), {
      name: 'Distribuidora Canário',
      email: 'ola@canario.example',
      country: 'BR',
    }),
  );

const publish = (by = providerAgent(provider), sending: Sending = {}, minQuantity = 1) =>
  world.send(
    new PublishOfferCommand(sentBy(by, sending), {
      name: 'Office 365',
      description: '',
      minQuantity,
      maxQuantity: 300,
      billingCycles: ['monthly'],
      terms: ['P1M'],
    }),
  );

describe.each([
  [
    'creating a provider',
    create,
    () => operator,
    'operator',
    () => [providerAgent(provider), reseller],
  ],
  [
    'publishing an offer',
    publish,
    () => providerAgent(provider),
    'provider admin-agent',
    () => [operator, reseller, providerAgent(provider, 'sales-agent')],
  ],
] as const)('%s', (_, send, sender, who, others) => {
  it('is the same outcome for the same key, whatever came between', async () => {
    const by = sender();
    const sending = { idempotencyKey: 'key-1' };
    const first = accepted(await send(by, sending));
    expect(accepted(await send(by)).resource.id).not.toBe(first.resource.id);
    expect(await send(by, sending)).toEqual({ ...first, replayed: true });
    expect(refusal(await send(by, { ...sending, body: 'other' })).code).toBe(
      'idempotency-key-reused',
    );
    expect(await world.events()).toHaveLength(before + 2);
  });

  it(`is for: ${who}`, async () => {
    for (const other of others()) {
      const { code, detail } = refusal(await send(other));
      expect(code).toBe('forbidden');
      expect(detail).toContain(`these may: ${who}`);
    }
    expect(await world.events()).toHaveLength(before);
  });
});

it('seals who the provider is', async () => {
  await create();
  expect(JSON.stringify(await world.events())).not.toContain('anário');
  expect((await world.events()).at(-1)).toMatchObject({ data: { country: 'BR' } });
});

it('publishes for the tenant of the caller', async () => {
  await publish();
  const event = (await world.events()).at(-1);
  expect(event).toMatchObject({ data: { providerId: provider }, metadata: { tenant: provider } });
  expect(refusal(await publish(providerAgent(provider), {}, 301)).code).toBe(
    'offer-limits-invalid',
  );
});

it('refuses to make anything for a provider that the operator has not created', async () => {
  const nobody = providerAgent('provider-1' as ProviderId);
  expect(refusal(await publish(nobody)).code).toBe('not-found');
  expect(await world.events()).toHaveLength(before);
});
