import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ProviderId, ServiceId } from '@tierbook/domain';
import { generateSecret, newCredentialId } from '@tierbook/identity';
import {
  CreateServiceCommand,
  ReissueAdminCredentialCommand,
  RevokeServiceCommand,
  RotateServiceSecretCommand,
} from '..';
import { accepted, providerAgent, scenario, sentBy, type Scenario } from '../testing/scenario';
import { CredentialSweep } from './credential-sweep';
import { Scheduler } from './scheduler.process';

const MADE_AT = '2030-01-01T00:00:00.000Z';
const BEFORE_AN_HOUR = '2030-01-01T00:59:59.999Z';
const AN_HOUR_LATER = '2030-01-01T01:00:00.000Z';

let world: Scenario;
let provider: ProviderId;
let failures: unknown[];

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  failures = [];
});

/** A process's own, which another start does not share. */
function sweeping(): (time: string) => Promise<void> {
  const { vault, aggregateStore, state, clock } = world;
  const sweep = new CredentialSweep(vault, aggregateStore, state);
  const scheduler = new Scheduler(clock, [sweep], (_name, _key, error) => failures.push(error));
  return (time) => {
    clock.time = time;
    return scheduler.tick();
  };
}

const kept = async () =>
  (await world.vault.list(undefined, 1_000)).map(({ credentialId }) => credentialId);

/** As a command leaves it whose append was refused, or that a crash cut short. */
async function unnamed(owner: string): Promise<string> {
  const id = newCredentialId();
  await world.vault.issue(id, generateSecret(), owner);
  return id;
}

async function customerWith(domain: string) {
  const { id } = await world.createCustomer(provider, { domain });
  const { credentialId } = await world.customer(id);
  return { id, credentialId };
}

describe('the sweep of credentials', () => {
  it('removes what no event names an hour after it was made, and nothing else', async () => {
    const { id, credentialId } = await customerWith('contoso');
    const lost = await unnamed(`customer-${id}`);
    const neverMade = await unnamed('customer-00000000-0000-5000-8000-000000000000');
    const noService = await unnamed(`services-${provider}`);
    const unknown = await unnamed('account-of-a-later-version');
    const tick = sweeping();
    await tick(MADE_AT);
    await tick(BEFORE_AN_HOUR);
    expect(await kept()).toEqual([credentialId, lost, neverMade, noService, unknown]);
    await tick(AN_HOUR_LATER);
    // A minute after there was nothing, it looks again.
    await tick('2030-01-01T01:01:00.000Z');
    expect(await kept()).toEqual([credentialId, unknown]);
    expect(failures).toEqual([]);
  });

  it('removes what was replaced or revoked, and keeps what still works', async () => {
    const agent = providerAgent(provider);
    const { id, credentialId } = await customerWith('contoso');
    await world.send(new ReissueAdminCredentialCommand(sentBy(agent), id));
    const reissued = (await world.customer(id)).credentialId;
    const service = async (name: string): Promise<ServiceId> => {
      const input = { name, role: 'auditor' as const };
      const answer = await world.send(new CreateServiceCommand(sentBy(agent), input));
      return accepted(answer).resource.id as ServiceId;
    };
    const [rotated, revoked] = [await service('erp-sync'), await service('bi-export')];
    const [, , first, ofRevoked] = await kept();
    await world.send(new RotateServiceSecretCommand(sentBy(agent), rotated, 24));
    const second = (await kept()).at(-1);
    await world.send(new RevokeServiceCommand(sentBy(agent), revoked));
    expect(await kept()).toEqual([credentialId, reissued, first, ofRevoked, second]);
    await sweeping()(AN_HOUR_LATER);
    expect(await kept()).toEqual([reissued, first, second]);
  });

  it('looks at each once, over restarts, page by page', async () => {
    const { id, credentialId } = await customerWith('contoso');
    for (let n = 0; n < 120; n += 1) await unnamed(`customer-${id}`);
    const loads = jest.spyOn(world.aggregateStore, 'load');
    const tick = sweeping();
    await tick(AN_HOUR_LATER);
    expect(await kept()).toHaveLength(72);
    const restarted = sweeping();
    await restarted(AN_HOUR_LATER);
    await restarted(AN_HOUR_LATER);
    expect(await kept()).toEqual([credentialId]);
    await sweeping()('2030-01-02T00:00:00.000Z');
    expect([loads.mock.calls.length, failures]).toEqual([121, []]);
  });

  it('stays at one that it cannot look at, and tries again', async () => {
    const { id } = await customerWith('contoso');
    const lost = [await unnamed(`customer-${id}`), await unnamed(`customer-${id}`)];
    const load = jest.spyOn(world.aggregateStore, 'load').mockRejectedValue(new Error('away'));
    const tick = sweeping();
    await tick(AN_HOUR_LATER);
    expect(failures).toHaveLength(1);
    expect(await kept()).toEqual(expect.arrayContaining(lost));
    load.mockRestore();
    await tick(AN_HOUR_LATER);
    expect(await kept()).not.toEqual(expect.arrayContaining([lost[0]]));
    expect(await kept()).toHaveLength(1);
  });
});
