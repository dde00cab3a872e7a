import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ProviderId } from '@tierbook/domain';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';
import { AcceptPartnershipCommand } from '../partnership/answer-invitation.handlers';
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
import {
  ApplyResellerCommand,
  ApproveResellerCommand,
  ChangeResellerProfileCommand,
  ReinstateResellerCommand,
  RejectResellerCommand,
  resellerIdOf,
  SuspendResellerCommand,
} from './reseller.handlers';

let world: Scenario;
const id = resellerIdOf('1234567');

beforeEach(async () => {
  world = await scenario();
});

const apply = (by = resellerAgent(id), sending: Sending = {}, partnerId = '1234567') =>
  world.send(
    new ApplyResellerCommand(sentBy(by, sending), {
      partnerId,
      name: 'Revenda Canário',
      email: 'oi@canario.example',
      country: 'BR',
      state: 'SP',
      phone: '+55 11 5555-0100',
    }),
  );
const approve = (by = operator, of = id) => world.send(new ApproveResellerCommand(sentBy(by), of));
const reject = (by = operator, of = id) =>
  world.send(new RejectResellerCommand(sentBy(by), of, { reason: 'Unvollständig' }));
const statusOf = async () =>
  (await world.aggregateStore.load(aggregates.reseller, id)).state.status;

describe("a reseller's id", () => {
  it('is the same for the same partner id, for ever', () => {
    expect(id).toBe('0ea9ff27-9b8d-51ed-a8ef-0b3adae2f486');
    expect(resellerIdOf('1234568')).not.toBe(id);
    expect(deriveId('a', 'b')).toBe('566637d4-523d-5a47-865e-14c1d78d9a31');
    // Parts are kept apart.
    expect(deriveId('ab', 'c')).not.toBe(deriveId('a', 'bc'));
    expect(deriveId('a","b')).not.toBe(deriveId('a', 'b'));
  });
});

describe('enrolment', () => {
  it('is applied for by the organisation whose partner id it is', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const answer = accepted(await apply(resellerAgent(id), sending));
    expect(answer.resource).toEqual({ type: 'reseller', id, path: `resellers/${id}` });
    const events = await world.events();
    expect(events.map(({ type }) => type)).toEqual(['CommandClaimed', 'ResellerApplied']);
    const log = JSON.stringify(events);
    for (const text of ['Canário', 'canario.example', '5555-0100']) expect(log).not.toContain(text);
    expect(await apply(resellerAgent(id), sending)).toEqual({ ...answer, replayed: true });
    expect(refusal(await apply()).code).toBe('reseller-already-applied');
  });

  it('is for a reseller admin agent, with its own partner id', async () => {
    const other = resellerAgent(resellerIdOf('7654321'));
    expect(refusal(await apply(other)).code).toBe('partner-id-not-yours');
    const strangers = [
      resellerAgent(id, 'sales-agent'),
      providerAgent('p' as ProviderId),
      operator,
    ];
    for (const by of strangers) {
      expect(refusal(await apply(by)).code).toBe('forbidden');
      expect(refusal(await apply(by)).detail).toContain('reseller admin-agent');
    }
    expect(refusal(await apply(operator)).detail).toMatch(/^operator may not apply-reseller;/);
    expect(await world.events()).toEqual([]);
  });

  it('is decided on by the operator', async () => {
    await apply();
    for (const answer of [await approve(resellerAgent(id)), await reject(resellerAgent(id))]) {
      expect(refusal(answer)).toMatchObject({ code: 'forbidden' });
      expect(refusal(answer).detail).toContain('these may: operator.');
    }
    for (const by of [resellerAgent(resellerIdOf('9')), providerAgent('p' as ProviderId)]) {
      for (const answer of [await approve(by), await reject(by)]) {
        expect(refusal(answer)).toMatchObject({ code: 'not-found' });
      }
    }
    accepted(await approve());
    expect(await statusOf()).toBe('enrolled');
    expect(refusal(await approve()).code).toBe('reseller-not-applied');
    expect(refusal(await apply()).code).toBe('reseller-already-enrolled');
  });

  it('may be applied for again after a rejection, with a key of its own', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const first = accepted(await apply(resellerAgent(id), sending));
    accepted(await reject());
    expect(JSON.stringify(await world.events())).not.toContain('Unvollständig');
    expect(await apply(resellerAgent(id), sending)).toEqual({ ...first, replayed: true });
    expect(await statusOf()).toBe('rejected');
    accepted(await apply());
    expect(await statusOf()).toBe('applied');
  });

  it('is suspended and reinstated by the operator alone', async () => {
    await apply();
    accepted(await approve());
    const suspend = (by = operator, of = id) =>
      world.send(new SuspendResellerCommand(sentBy(by), of, { reason: 'Säumig' }));
    const reinstate = (by = operator) => world.send(new ReinstateResellerCommand(sentBy(by), id));
    expect(refusal(await suspend(resellerAgent(id))).code).toBe('forbidden');
    expect(refusal(await reinstate(resellerAgent(id))).code).toBe('forbidden');
    expect(refusal(await suspend(providerAgent('p' as ProviderId))).code).toBe('not-found');
    expect(refusal(await suspend(operator, resellerIdOf('999'))).code).toBe('not-found');
    accepted(await suspend());
    expect(JSON.stringify(await world.events())).not.toContain('Säumig');
    expect(await statusOf()).toBe('suspended');
    const provider = await world.createProvider('BR');
    const { token } = await world.invite(provider);
    const accept = () =>
      world.send(new AcceptPartnershipCommand(sentBy(resellerAgent(id)), { token, consent: true }));
    expect(refusal(await accept()).code).toBe('reseller-suspended');
    accepted(await reinstate());
    accepted(await accept());
  });

  it('lets a reseller, and no other, change its profile', async () => {
    await apply();
    accepted(await approve());
    const change = (by = resellerAgent(id), of = id, phone = '(11) 5555-0100') =>
      world.send(
        new ChangeResellerProfileCommand(sentBy(by), of, {
          name: 'Canarinho Cloud',
          email: 'oi@canarinho.example',
          state: 'SP',
          phone,
        }),
      );
    accepted(await change());
    expect(JSON.stringify(await world.events())).not.toContain('Canarinho');
    expect(refusal(await change(resellerAgent(id), id, '12')).code).toBe('phone-invalid');
    const other = resellerIdOf('7654321');
    expect(refusal(await change(resellerAgent(other))).code).toBe('not-found');
    expect(refusal(await change(resellerAgent(other), other)).code).toBe('not-found');
    expect(refusal(await change(resellerAgent(id, 'sales-agent'))).code).toBe('forbidden');
    expect(refusal(await change(operator)).code).toBe('forbidden');
  });

  it('nobody has applied for is not found', async () => {
    const unknown = resellerIdOf('999');
    expect(refusal(await approve(operator, unknown)).code).toBe('not-found');
    expect(refusal(await reject(operator, unknown)).code).toBe('not-found');
  });
});
