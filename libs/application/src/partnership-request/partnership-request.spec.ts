import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PartnershipRequested, PartnershipRequestId, ProviderId } from '@tierbook/domain';
import {
  accepted,
  BASE_URL,
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
  NotePartnershipRequestBounceCommand,
  RemindPartnershipRequestCommand,
  RequestPartnershipCommand,
  WithdrawPartnershipRequestCommand,
  type RequestPartnershipInput,
} from './partnership-request.handlers';

type Data = PartnershipRequested['data'];

let world: Scenario;
let provider: ProviderId;

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
});

const request = (
  change: Partial<RequestPartnershipInput> = {},
  sending: Sending = {},
  by = providerAgent(provider),
) =>
  world.send(
    new RequestPartnershipCommand(sentBy(by, sending), {
      email: 'ana+parceria@revenda.example',
      language: 'en',
      ...change,
    }),
  );

describe('noting that the mail came back', () => {
  const note = (id: string, by = providerAgent(provider)) =>
    world.send(
      new NotePartnershipRequestBounceCommand(sentBy(by), id as PartnershipRequestId, {
        note: 'Canário não mora aqui',
      }),
    );

  it('is for the provider that invited, and stands nowhere in clear', async () => {
    const { id } = accepted(await request()).resource;
    const other = await world.createProvider();
    expect(refusal(await note(id, providerAgent(other))).code).toBe('not-found');
    expect(refusal(await note(id, providerAgent(provider, 'reporter'))).code).toBe('forbidden');
    accepted(await note(id));
    const events = await world.events();
    expect(events.at(-1)?.type).toBe('PartnershipRequestBounced');
    expect(JSON.stringify(events)).not.toContain('Canário');
  });
});

describe('requesting a partnership', () => {
  it('names the address in the log by a key alone, the same for the same address', async () => {
    accepted(await request({ email: 'ana@revenda.example' }));
    accepted(await request({ email: 'Ana@Revenda.Example' }));
    accepted(await request({ email: 'bia@revenda.example' }));
    const requested = (await world.events()).filter(({ type }) => type === 'PartnershipRequested');
    const [ana, again, bia] = requested.map(({ data }) => (data as Data).emailKey);
    expect(ana).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(again).toBe(ana);
    expect(bia).not.toBe(ana);
    expect(JSON.stringify(requested).toLowerCase()).not.toContain('revenda.example');
  });

  it('answers a link of its own and a text to send it with', async () => {
    const { resource, body } = accepted(await request());
    const { id } = resource;
    expect(resource).toEqual({
      type: 'partnership-request',
      id,
      path: `partnership-requests/${id}`,
    });
    expect(body.link).toMatch(new RegExp(`^${BASE_URL}/accept#${id}\\.[A-Za-z0-9_-]{43}$`));
    expect(body.draft?.subject).toBe('Distribuidora Ágil would like to partner with you');
    expect(body.draft?.body).toContain(`reseller account: ${body.link}\n`);
    expect(body.draft?.body).toContain('Not enrolled as an indirect reseller yet?');
    expect(body.draft?.body).toContain('until January 31, 2030.');
    expect(body.draft?.body).not.toContain('{link}');
  });

  it('writes Portuguese when asked', async () => {
    const { body } = accepted(await request({ language: 'pt-BR' }));
    expect(body.draft?.subject).toBe('Distribuidora Ágil gostaria de fazer uma parceria com você');
    expect(body.draft?.body).toContain(`conta de revendedor: ${body.link}\n`);
    expect(body.draft?.body).toContain('Ainda não está registrado como revendedor indireto?');
    expect(body.draft?.body).toContain('até 31 de janeiro de 2030.');
  });

  it("takes the provider's own text, wherever its link stands", async () => {
    const draft = { subject: 'Olá $& {link}', body: '{link} – $& – {link}' };
    const { body } = accepted(await request({ draft }));
    expect(body.draft?.subject).toBe(draft.subject);
    expect(body.draft?.body).toBe(`${body.link} – $& – ${body.link}`);
    const without = { subject: 'Olá', body: 'Sem o link' };
    expect(refusal(await request({ draft: without }))).toMatchObject({
      code: 'draft-without-link',
      fields: [{ pointer: '/draft/body' }],
    });
  });

  it('makes a mailto link that says the same (RFC 6068)', async () => {
    const { draft } = accepted(await request({ language: 'pt-BR' })).body;
    const mailto = draft?.mailto ?? '';
    expect(mailto).toMatch(/^mailto:ana%2Bparceria@revenda\.example\?subject=[^&]+&body=[^&]+$/);
    expect(mailto).not.toMatch(/[\s+#]/);
    const fields = new URL(mailto).searchParams;
    expect(fields.get('subject')).toBe(draft?.subject);
    expect(fields.get('body')).toBe(draft?.body.replaceAll('\n', '\r\n'));
  });

  it('leaves nothing of it readable, and no link anywhere', async () => {
    const draft = { subject: 'Kanarienvogel', body: 'Kanarienvogel {link}' };
    const { link } = accepted(await request({ draft })).body;
    const log = JSON.stringify(await world.events());
    for (const text of [
      'Kanarienvogel',
      'revenda.example',
      'Ágil',
      link?.split('.').at(-1) ?? '-',
    ]) {
      expect(log).not.toContain(text);
    }
  });

  it('answers a repeat as the first time, also after a newer link', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const first = accepted(await request({}, sending));
    world.clock.time = '2030-01-10T00:00:00.000Z';
    const remind = new RemindPartnershipRequestCommand(
      sentBy(providerAgent(provider)),
      first.resource.id as never,
      { newLink: true },
    );
    expect(accepted(await world.send(remind)).body.link).not.toBe(first.body.link);
    expect(await request({}, sending)).toEqual({ ...first, replayed: true });
    expect(refusal(await request({}, { ...sending, body: 'other' })).code).toBe(
      'idempotency-key-reused',
    );
  });

  it('is for sales, and for providers', async () => {
    accepted(await request({}, {}, providerAgent(provider, 'sales-agent')));
    const reseller = resellerAgent(await world.enrol('1001'));
    for (const by of [providerAgent(provider, 'helpdesk-agent'), reseller, operator]) {
      const { code, detail } = refusal(await request({}, {}, by));
      expect(code).toBe('forbidden');
      expect(detail).toContain('provider sales-agent');
    }
  });
});

describe('a request that waits', () => {
  const remind = async (id: never, newLink: boolean) =>
    accepted(
      await world.send(
        new RemindPartnershipRequestCommand(sentBy(providerAgent(provider)), id, { newLink }),
      ),
    ).body;

  it('can be opened again with the same link and text', async () => {
    const { link, draft, id } = await world.invite(provider, { language: 'pt-BR' });
    const before = (await world.events()).length;
    expect(await world.reader.read(id)).toMatchObject({
      requestId: id,
      providerId: provider,
      providerName: 'Distribuidora Ágil',
      status: 'requested',
      generation: 1,
      link,
      draft,
    });
    expect(await world.events()).toHaveLength(before);
  });

  it('is sent again with the same link or a new one, and more time', async () => {
    const { link, id } = await world.invite(provider);
    world.clock.time = '2030-02-10T00:00:00.000Z';
    expect((await world.reader.read(id))?.status).toBe('expired');
    const same = await remind(id as never, false);
    expect(same.link).toBe(link);
    expect(same.draft?.body).toContain('until March 12, 2030.');
    const newer = await remind(id as never, true);
    expect(newer.link).not.toBe(link);
    expect(await world.reader.read(id)).toMatchObject({
      status: 'requested',
      generation: 2,
      link: newer.link,
    });
  });

  it('shows nothing once its personal data is erased, nor where there is none', async () => {
    const { id } = await world.invite(provider);
    await world.keys.destroy(`request-${id}`, '2030-01-02T00:00:00.000Z');
    expect(await world.reader.read(id)).toBeUndefined();
    expect(await world.reader.read('unknown' as never)).toBeUndefined();
  });

  it.each([
    ['withdrawn', WithdrawPartnershipRequestCommand],
    ['sent again', RemindPartnershipRequestCommand],
  ])('is %s by its own provider only', async (_, Message) => {
    const { id } = await world.invite(provider);
    const send = (by: Parameters<typeof sentBy>[0]) =>
      world.send(new Message(sentBy(by), id, { newLink: false }));
    const strangers = [
      providerAgent(await world.createProvider()),
      resellerAgent(await world.enrol('1001')),
      operator,
    ];
    for (const by of strangers) expect(refusal(await send(by)).code).toBe('not-found');
    expect(refusal(await send(providerAgent(provider, 'auditor'))).code).toBe('forbidden');
    accepted(await send(providerAgent(provider, 'sales-agent')));
  });

  it('that was withdrawn cannot be sent again', async () => {
    const { id } = await world.invite(provider);
    const by = () => sentBy(providerAgent(provider));
    accepted(await world.send(new WithdrawPartnershipRequestCommand(by(), id)));
    const again = await world.send(
      new RemindPartnershipRequestCommand(by(), id, { newLink: false }),
    );
    expect(refusal(again).code).toBe('partnership-request-withdrawn');
  });
});
