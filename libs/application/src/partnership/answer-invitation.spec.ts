import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  partnershipIdOf,
  type PartnershipId,
  type PartnershipRequestAccepted,
  type ProviderId,
  type ResellerId,
} from '@tierbook/domain';
import { ProcessManagerRunner, type Checkpoint } from '@tierbook/eventing';
import { resellerIdOf } from '../reseller/reseller.handlers';
import {
  RemindPartnershipRequestCommand,
  WithdrawPartnershipRequestCommand,
} from '../partnership-request/partnership-request.handlers';
import {
  accepted,
  operator,
  planIdOf,
  providerAgent,
  refusal,
  resellerAgent,
  scenario,
  sentBy,
  tokenOf,
  type Scenario,
  type Sending,
} from '../testing/scenario';
import { aggregates } from '../aggregates';
import { AcceptPartnershipCommand, DeclinePartnershipCommand } from './answer-invitation.handlers';
import { EndPartnershipCommand } from './end-partnership';
import { PartnershipAcceptanceProcess } from './partnership-acceptance.process';

let world: Scenario;
let provider: ProviderId;
let reseller: ResellerId;

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  reseller = await world.enrol('1001');
});

const accept = (token: string, sending: Sending = {}, by = resellerAgent(reseller)) =>
  world.send(new AcceptPartnershipCommand(sentBy(by, sending), { token, consent: true }));
const decline = (token: string, sending: Sending = {}, by = resellerAgent(reseller)) =>
  world.send(new DeclinePartnershipCommand(sentBy(by, sending), { token, reason: 'Kein Bedarf' }));
const REPEATED = { kind: 'repeated' };
const partnershipOf = (of = reseller) =>
  world.aggregateStore.load(aggregates.partnership, partnershipIdOf(provider, of));
const typesSince = async (count: number) =>
  (await world.events()).slice(count).map(({ type }) => type);

describe('accepting', () => {
  it('uses the link once and begins the partnership, whose position is answered', async () => {
    const { token } = await world.invite(provider);
    const before = (await world.events()).length;
    const answer = accepted(await accept(token));
    expect(await typesSince(before)).toEqual([
      'CommandClaimed',
      'PartnershipRequestAccepted',
      'PartnershipAccepted',
    ]);
    const id = partnershipIdOf(provider, reseller);
    expect(answer).toMatchObject({
      resource: { type: 'partnership', id, path: `partnerships/${id}` },
      revision: 0,
      position: await world.store.head(),
    });
    expect((await partnershipOf()).state.status).toBe('active');
    expect(refusal(await accept(token)).code).toBe('partnership-request-accepted');
  });

  it('is traced through both halves', async () => {
    const { token } = await world.invite(provider);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await accept(token, { traceparent });
    const halves = (await world.events()).slice(-2).map(({ metadata }) => metadata);
    for (const { actor, correlationId, traceparent: traced } of halves) {
      expect(actor).toMatchObject({ kind: 'agent', organisation: reseller });
      expect(correlationId).toBe(halves[0]?.correlationId);
      expect(traced).toBe(traceparent);
    }
    expect(halves[0]?.commandId).not.toBe(halves[1]?.commandId);
  });

  it('answers a repeat as the first time, also when the partnership has ended since', async () => {
    const { token } = await world.invite(provider);
    const sending = { idempotencyKey: 'key-1', ifMatch: 0 };
    const first = accepted(await accept(token, sending));
    expect(await accept(token, sending)).toEqual({ ...first, replayed: true });
    const end = new EndPartnershipCommand(
      sentBy(resellerAgent(reseller)),
      partnershipIdOf(provider, reseller),
      {},
    );
    accepted(await world.send(end));
    expect(await accept(token, sending)).toEqual({ ...first, replayed: true });
    expect((await partnershipOf()).state.status).toBe('ended');
  });

  it('is one execution of 50 with one key', async () => {
    const { token } = await world.invite(provider);
    const before = (await world.events()).length;
    const sending = { idempotencyKey: 'key-1' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => accepted(await accept(token, sending))),
    );
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
    expect(await typesSince(before)).toHaveLength(3);
  });

  it('is won by one of two resellers at once', async () => {
    const rival = await world.enrol('1002');
    const { token } = await world.invite(provider);
    const answers = await Promise.all([accept(token), accept(token, {}, resellerAgent(rival))]);
    const lost = answers.filter(({ kind }) => kind === 'refused');
    expect(lost.map((answer) => refusal(answer).code)).toEqual(['partnership-request-accepted']);
  });

  it('takes a key for one link only', async () => {
    const [one, other] = [await world.invite(provider), await world.invite(provider)];
    const idempotencyKey = 'key-1';
    accepted(await accept(one.token, { idempotencyKey, body: one.token }));
    const second = await accept(other.token, { idempotencyKey, body: other.token });
    expect(refusal(second).code).toBe('idempotency-key-reused');
  });

  it('may be planned without a trace', async () => {
    const { token } = await world.invite(provider);
    const before = (await world.events()).length;
    const sending = { idempotencyKey: 'key-1' };
    const planned = await accept(token, { ...sending, dryRun: true });
    expect(planned).toMatchObject({
      kind: 'planned',
      resource: { type: 'partnership' },
      events: [{ type: 'PartnershipRequestAccepted' }, { type: 'PartnershipAccepted' }],
      verdict: { kind: 'accepted' },
    });
    expect(await typesSince(before)).toEqual([]);
    const answer = accepted(await accept(token, { ...sending, ifPlan: planIdOf(planned) }));
    const again = await accept(token, { ...sending, dryRun: true });
    expect(again).toMatchObject({ resource: answer.resource, events: [], verdict: REPEATED });
  });

  it('is refused when either of the two streams has moved since it was planned', async () => {
    const first = await world.invite(provider);
    const second = await world.invite(provider);
    const plan = async (token: string) => planIdOf(await accept(token, { dryRun: true }));
    const [onFirst, onSecond] = [await plan(first.token), await plan(second.token)];
    // The partnership begins, and ends: nothing would refuse the second, but for its plan.
    const { resource } = accepted(await accept(first.token, { ifPlan: onFirst }));
    const id = resource.id as PartnershipId;
    accepted(await world.send(new EndPartnershipCommand(sentBy(providerAgent(provider)), id, {})));
    expect(refusal(await accept(second.token, { ifPlan: onSecond }))).toMatchObject({
      code: 'plan-stale',
      detail: expect.stringContaining(`partnership-${id} `),
    });
    const onThird = await plan(second.token);
    const sent = sentBy(providerAgent(provider));
    accepted(
      await world.send(new RemindPartnershipRequestCommand(sent, second.id, { newLink: false })),
    );
    expect(refusal(await accept(second.token, { ifPlan: onThird })).code).toBe('plan-stale');
  });

  it('needs enrolment, consent and one region', async () => {
    const { token } = await world.invite(provider);
    const applicant = resellerAgent(resellerIdOf('1003'));
    expect(refusal(await accept(token, {}, applicant)).code).toBe('reseller-not-enrolled');
    const abroad = resellerAgent(await world.enrol('1004', 'US'));
    expect(refusal(await accept(token, {}, abroad)).code).toBe('region-mismatch');
    const sent = sentBy(resellerAgent(reseller));
    const unwilling = await world.send(
      new AcceptPartnershipCommand(sent, { token, consent: false }),
    );
    expect(refusal(unwilling).code).toBe('consent-missing');
    accepted(await accept(token));
    const { token: another } = await world.invite(provider);
    expect(refusal(await accept(another)).code).toBe('partnership-already-active');
  });

  it('of two requests at once makes one partnership, which no repeat brings back after its end', async () => {
    const tokens = [await world.invite(provider), await world.invite(provider)];
    const acceptBoth = () =>
      Promise.all(
        tokens.map(({ token }, index) => accept(token, { idempotencyKey: `both-${index}` })),
      );
    const answers = await acceptBoth();
    for (const answer of answers) accepted(answer);
    const begun = (await world.events()).filter(({ type }) => type === 'PartnershipAccepted');
    expect(begun).toHaveLength(1);
    accepted(
      await world.send(
        new EndPartnershipCommand(
          sentBy(providerAgent(provider)),
          partnershipIdOf(provider, reseller),
          {},
        ),
      ),
    );
    const before = (await world.events()).length;
    expect((await acceptBoth()).map((answer) => accepted(answer).position)).toEqual(
      answers.map((answer) => accepted(answer).position),
    );
    expect(await typesSince(before)).toEqual([]);
    expect((await partnershipOf()).state.status).toBe('ended');
  });

  it('is for a reseller admin agent', async () => {
    const { token } = await world.invite(provider);
    for (const by of [resellerAgent(reseller, 'sales-agent'), providerAgent(provider), operator]) {
      for (const answer of [await accept(token, {}, by), await decline(token, {}, by)]) {
        expect(refusal(answer).code).toBe('forbidden');
        expect(refusal(answer).detail).toContain('reseller admin-agent');
      }
    }
  });
});

describe('declining', () => {
  it('ends the request, with its reason sealed', async () => {
    const { token, id } = await world.invite(provider);
    const sending = { idempotencyKey: 'key-1' };
    const answer = accepted(await decline(token, sending));
    expect(answer.resource).toEqual({
      type: 'partnership-request',
      id,
      path: `partnership-requests/${id}`,
    });
    expect(JSON.stringify(await world.events())).not.toContain('Kein Bedarf');
    expect(await decline(token, sending)).toEqual({ ...answer, replayed: true });
    expect(refusal(await accept(token)).code).toBe('partnership-request-declined');
  });
});

describe.each([
  ['accepting', accept],
  ['declining', decline],
])('%s by a link', (_, answerBy) => {
  it('that nobody made is refused, and leaves no trace', async () => {
    const { id, token } = await world.invite(provider);
    const before = (await world.events()).length;
    const other = await world.invite(await world.createProvider());
    const [, secret = ''] = token.split('.');
    const last = secret.endsWith('A') ? 'E' : 'A';
    for (const forged of [
      'no token at all',
      '',
      `${id}.${secret.slice(0, -1)}${last}`,
      `${other.id}.${secret}`,
      `00000000-0000-4000-8000-000000000000.${secret}`,
    ]) {
      const { code, fields } = refusal(await answerBy(forged));
      expect(code).toBe('invitation-unknown');
      expect(fields).toMatchObject([{ pointer: '/token' }]);
    }
    expect(await typesSince(before)).toEqual(['ProviderCreated', 'PartnershipRequested']);
  });

  it('that was replaced, withdrawn or has expired says so', async () => {
    const by = sentBy(providerAgent(provider));
    const { id, token } = await world.invite(provider);
    const reminded = accepted(
      await world.send(new RemindPartnershipRequestCommand(by, id, { newLink: true })),
    );
    const newer = tokenOf(reminded.body.link);
    expect(newer).not.toBe(token);
    expect(refusal(await answerBy(token)).code).toBe('invitation-superseded');
    world.clock.time = '2030-01-31T00:00:00.000Z';
    expect(refusal(await answerBy(newer)).code).toBe('partnership-request-expired');
    await world.send(new WithdrawPartnershipRequestCommand(sentBy(providerAgent(provider)), id));
    expect(refusal(await answerBy(newer)).code).toBe('partnership-request-withdrawn');
  });
});

describe('an acceptance cut short between its halves', () => {
  /** Accepts as a process that is killed after the first half. */
  async function cutShort(sending: Sending = {}) {
    const { token } = await world.invite(provider);
    const execute = world.pipeline.execute.bind(world.pipeline);
    world.pipeline.execute = async (request) => {
      if (request.name === 'begin-partnership') throw new Error('killed');
      return execute(request);
    };
    await expect(accept(token, sending)).rejects.toThrow('killed');
    world = await scenario(world);
    expect((await partnershipOf()).state.status).toBe('none');
    return token;
  }

  async function runProcess(until: () => Promise<boolean>) {
    const kept = new Map<string, Checkpoint>();
    const runner = new ProcessManagerRunner(new PartnershipAcceptanceProcess(world.pipeline), {
      reader: world.store,
      codec: world.codec,
      checkpoints: {
        load: async (name) => kept.get(name),
        save: async (name, checkpoint) => void kept.set(name, checkpoint),
      },
      onRetry: (_name, _at, error) => {
        throw error;
      },
    });
    await runner.start();
    while (!(await until())) await new Promise(setImmediate);
    await runner.stop();
  }

  const isActive = async () => (await partnershipOf()).state.status === 'active';

  it('is finished by the process manager, and by nothing twice', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const token = await cutShort(sending);
    const before = (await world.events()).length;
    await runProcess(isActive);
    expect(await typesSince(before)).toEqual(['PartnershipAccepted']);
    const answer = accepted(await accept(token, sending));
    expect(answer).toMatchObject({ position: await world.store.head(), revision: 0 });
    await runProcess(async () => true);
    expect(await typesSince(before)).toHaveLength(1);
    const [request, begun] = (await world.events()).slice(-2);
    expect(begun?.metadata).toMatchObject({
      causationId: request?.id,
      correlationId: request?.metadata.correlationId,
      fingerprint: request?.metadata.fingerprint,
    });
    const { periodId } = request?.data as unknown as PartnershipRequestAccepted['data'];
    expect(begun?.data).toMatchObject({ providerId: provider, resellerId: reseller, periodId });
  });

  it('is finished by the same command again', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const token = await cutShort(sending);
    const before = (await world.events()).length;
    const answer = accepted(await accept(token, sending));
    expect(answer).toMatchObject({ position: await world.store.head(), revision: 0 });
    expect(await typesSince(before)).toEqual(['PartnershipAccepted']);
    await runProcess(isActive);
    expect(await typesSince(before)).toHaveLength(1);
  });

  it('is not finished by a dry run', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const token = await cutShort(sending);
    const before = (await world.events()).length;
    const planned = await accept(token, { ...sending, dryRun: true });
    expect(planned).toMatchObject({ kind: 'planned', events: [], verdict: REPEATED });
    expect(await typesSince(before)).toEqual([]);
  });

  it('is left to be tried again while others write', async () => {
    await cutShort();
    const [accepted] = (await world.events()).slice(-1);
    if (accepted === undefined) throw new Error('no event');
    const recorded = await world.codec.decode(accepted);
    const refusing = (code: string) =>
      new PartnershipAcceptanceProcess(
        Object.assign(Object.create(world.pipeline) as typeof world.pipeline, {
          execute: async () => ({ kind: 'refused', refusal: { code, detail: '-' } }),
        }),
      );
    await expect(refusing('write-contention').react(recorded)).rejects.toThrow();
  });
});

describe('ending a partnership', () => {
  const end = (by: Parameters<typeof sentBy>[0], sending: Sending = {}) =>
    world.send(
      new EndPartnershipCommand(sentBy(by, sending), partnershipIdOf(provider, reseller), {
        reason: 'Geheimer Grund',
      }),
    );

  it.each([
    ['provider', () => providerAgent(provider)],
    ['reseller', () => resellerAgent(reseller)],
  ])('may be done by the %s', async (endedBy, by) => {
    await world.partner(provider, reseller);
    const sending = { idempotencyKey: 'key-1' };
    const answer = accepted(await end(by(), sending));
    expect((await world.events()).at(-1)?.data).toMatchObject({ endedBy });
    expect(JSON.stringify(await world.events())).not.toContain('Geheimer Grund');
    expect(await end(by(), sending)).toEqual({ ...answer, replayed: true });
    expect(refusal(await end(by())).code).toBe('partnership-not-active');
  });

  it('is not for others, who do not learn that there is one', async () => {
    await world.partner(provider, reseller);
    const strangers = [
      providerAgent(await world.createProvider()),
      resellerAgent(await world.enrol('1002')),
      operator,
    ];
    for (const by of strangers) expect(refusal(await end(by)).code).toBe('not-found');
    expect(refusal(await end(providerAgent(provider, 'sales-agent'))).code).toBe('forbidden');
  });

  it('lets the two partner again, in another period', async () => {
    await world.partner(provider, reseller);
    await end(providerAgent(provider));
    await world.partner(provider, reseller);
    const { state } = await partnershipOf();
    expect(state).toMatchObject({ status: 'active' });
    expect(state.status !== 'none' && state.periods.size).toBe(2);
  });
});
