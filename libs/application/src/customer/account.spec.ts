import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CustomerId, OfferId, ProviderId } from '@tierbook/domain';
import { aggregates } from '../aggregates';
import { RequireAgreementCommand } from '../provider/provider.handlers';
import {
  accepted,
  customerInput,
  orderInput,
  providerAgent,
  refusal,
  scenario,
  sentBy,
  type Scenario,
} from '../testing/scenario';
import {
  EndCustomerCommand,
  RecordAgreementCommand,
  ReopenCustomerCommand,
  SetCustomerReferenceCommand,
} from './account.handlers';
import { CreateCustomerCommand } from './create-customer.handler';
import { CustomerReferencesProcess } from './customer-references.process';
import { OrderSubscriptionCommand } from './subscription.handlers';

let world: Scenario;
let provider: ProviderId;

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
});

const sent = () => sentBy(providerAgent(provider));
const setReference = (id: CustomerId, reference: string | null, by = sent()) =>
  world.send(new SetCustomerReferenceCommand(by, id, { reference }));
const customers = async (...domains: readonly string[]) => {
  const ids: CustomerId[] = [];
  for (const domain of domains) ids.push((await world.createCustomer(provider, { domain })).id);
  return ids as [CustomerId, CustomerId];
};

/** All that the process manager has to react to, as after a start without a checkpoint. */
async function runProcess(): Promise<void> {
  const process = new CustomerReferencesProcess(world.pipeline);
  for (const stored of await world.events()) {
    if (process.reactsTo.has(stored.type)) await process.react(await world.codec.decode(stored));
  }
}

describe('a reference', () => {
  it('is one customer’s of a provider, whatever its case, and not in the log', async () => {
    const [a, b] = await customers('a', 'b');
    accepted(await setReference(a, 'CLI-Canário 1'));
    expect(refusal(await setReference(b, ' cli-canário  1'))).toMatchObject({
      code: 'reference-taken',
      fields: [{ pointer: '/reference' }],
    });
    expect(JSON.stringify(await world.events())).not.toMatch(/can[aá]rio/i);
    const other = await world.createProvider();
    const { id } = await world.createCustomer(other);
    const foreign = sentBy(providerAgent(other));
    accepted(await setReference(id, 'CLI-Canário 1', foreign));
  });

  it('is another’s once it was given back by the process manager, however often that runs', async () => {
    const [a, b] = await customers('a', 'b');
    accepted(await setReference(a, 'one'));
    accepted(await setReference(a, 'two'));
    accepted(await setReference(a, 'one'));
    await runProcess();
    await runProcess();
    expect(refusal(await setReference(b, 'one')).code).toBe('reference-taken');
    accepted(await setReference(b, 'two'));
    accepted(await world.send(new EndCustomerCommand(sent(), a, {})));
    await runProcess();
    accepted(await setReference(b, 'one'));
    accepted(await world.send(new ReopenCustomerCommand(sent(), a, {})));
    expect((await world.customer(a)).reference).toBeNull();
  });

  it('comes with a new customer, or the customer does not come', async () => {
    const [a] = await customers('a');
    accepted(await setReference(a, 'one'));
    const create = (reference: string) =>
      world.send(new CreateCustomerCommand(sent(), customerInput({ domain: 'new', reference })));
    const before = (await world.events()).length;
    expect(refusal(await create('ONE')).code).toBe('reference-taken');
    expect(await world.events()).toHaveLength(before);
    accepted(await create('two'));
    expect(refusal(await setReference(a, 'two')).code).toBe('reference-taken');
  });

  it('is one customer’s of two that want it at the same moment', async () => {
    const [a, b] = await customers('a', 'b');
    const answers = await Promise.all([setReference(a, 'one'), setReference(b, 'one')]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['accepted', 'refused']);
    const [lost] = answers.filter(({ kind }) => kind === 'refused');
    expect(lost).toMatchObject({ refusal: { code: 'reference-taken' } });
  });

  it('that a crash left claimed is free an hour later, and its own customer’s at once', async () => {
    const [a, b] = await customers('a', 'b');
    const append = world.store.append.bind(world.store);
    world.store.append = (writes) =>
      writes.some(({ stream }) => stream.endsWith(a))
        ? Promise.reject(new Error('killed'))
        : append(writes);
    await expect(setReference(a, 'one')).rejects.toThrow('killed');
    world.store.append = append;
    expect(refusal(await setReference(b, 'one')).code).toBe('reference-taken');
    world.clock.time = '2030-01-01T01:00:00.000Z';
    accepted(await setReference(b, 'one'));
    await runProcess();
    expect(refusal(await setReference(a, 'one')).code).toBe('reference-taken');
  });
});

describe('a required agreement', () => {
  it('is asked for before an order, and recorded for a new customer with it', async () => {
    const offerId: OfferId = await world.publishOffer(provider);
    const [a] = await customers('a');
    const order = () => world.send(new OrderSubscriptionCommand(sent(), a, orderInput(offerId)));
    accepted(await order());
    accepted(await world.send(new RequireAgreementCommand(sent(), provider, { version: 'v2' })));
    expect(refusal(await order())).toMatchObject({ code: 'agreement-required' });
    expect(refusal(await order()).detail).toContain('version v2');
    const agreement = { version: 'v2', agreedOn: '2030-01-01', signatory: 'Ana Canário' };
    accepted(await world.send(new RecordAgreementCommand(sent(), a, agreement)));
    accepted(await order());
    const create = (more: object) =>
      world.send(
        new CreateCustomerCommand(
          sent(),
          customerInput({ domain: 'b', subscriptions: [orderInput(offerId)], ...more }),
        ),
      );
    expect(refusal(await create({})).code).toBe('agreement-required');
    accepted(await create({ agreement }));
    expect(JSON.stringify(await world.events())).not.toContain('Canário');
  });

  it('is for its provider to require', async () => {
    const stranger = sentBy(providerAgent('p' as ProviderId));
    const foreign = new RequireAgreementCommand(stranger, provider, { version: 'v2' });
    expect(refusal(await world.send(foreign)).code).toBe('not-found');
    const { state } = await world.aggregateStore.load(aggregates.provider, provider);
    expect(state).toMatchObject({ requiredAgreement: null });
  });
});
