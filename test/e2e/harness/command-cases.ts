import type { Api } from './api';
import { accepted, type Member, type World } from './world';

/** A command that is ready to be accepted: on something new, by somebody who may. */
export interface CommandCase {
  readonly api: Api;
  readonly path: string;
  /** Absent where the command takes none. */
  readonly body?: object;
  /** A body of the same command that means something else. */
  readonly otherBody: object;
  /** Of a command that sets a process going: returns once that has written its last event. */
  readonly settled?: () => Promise<void>;
}

/** By operation id, one for each command of the API's document. */
export const COMMAND_CASES: Readonly<Record<string, (world: World) => Promise<CommandCase>>> = {
  'create-provider': async (world) => ({
    api: world.operator,
    path: '/v1/providers',
    body: world.providerBody(),
    otherBody: world.providerBody(),
  }),

  'require-agreement': async (world) => {
    const provider = await world.provider();
    const path = `/v1/providers/${provider.id}/required-agreement`;
    return { api: provider.api, path, body: { version: '2026-01' }, otherBody: { version: null } };
  },

  'apply-reseller': async (world) => {
    const { api, partnerId } = await world.outsider();
    const body = world.resellerBody(partnerId);
    return { api, path: '/v1/resellers', body, otherBody: { ...body, name: 'Revenda Outra' } };
  },

  'approve-reseller': async (world) => ({
    api: world.operator,
    path: `/v1/resellers/${(await world.applicant()).id}/approval`,
    otherBody: { reason: 'x' },
  }),

  'reject-reseller': async (world) => ({
    api: world.operator,
    path: `/v1/resellers/${(await world.applicant()).id}/rejection`,
    body: { reason: 'Faltou o comprovante de Turmalina.' },
    otherBody: { reason: 'Outro motivo.' },
  }),

  'suspend-reseller': async (world) => ({
    api: world.operator,
    path: `/v1/resellers/${(await world.reseller()).id}/suspension`,
    body: { reason: 'Cadastro vencido de Berilo.' },
    otherBody: { reason: 'Outro motivo.' },
  }),

  'reinstate-reseller': async (world) => {
    const { id } = await world.reseller();
    accepted(await world.operator.post(`/v1/resellers/${id}/suspension`));
    const path = `/v1/resellers/${id}/reinstatement`;
    return { api: world.operator, path, otherBody: { reason: 'x' } };
  },

  'change-reseller-profile': async (world) => {
    const { api, id, partnerId } = await world.reseller();
    const { name, email, state, phone } = world.resellerBody(partnerId);
    const body = { name, email, state, phone };
    const path = `/v1/resellers/${id}/profile`;
    return { api, path, body, otherBody: { ...body, name: 'Revenda Outra' } };
  },

  'request-partnership': async (world) => ({
    api: (await world.provider()).api,
    path: '/v1/partnership-requests',
    body: {
      email: `socio@${world.unique('safira')}.example`,
      language: 'en',
      draft: { subject: 'Parceria Lazurita', body: 'Prezada Hermengarda, siga {link} e aceite.' },
    },
    otherBody: { email: `outro@${world.unique('safira')}.example` },
  }),

  'withdraw-partnership-request': async (world) => {
    const provider = await world.provider();
    const { requestId } = await world.invitation(provider);
    const path = `/v1/partnership-requests/${requestId}/withdrawal`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'remind-partnership-request': async (world) => {
    const provider = await world.provider();
    const { requestId } = await world.invitation(provider);
    const path = `/v1/partnership-requests/${requestId}/reminder`;
    return { api: provider.api, path, body: { newLink: true }, otherBody: { newLink: false } };
  },

  'note-partnership-request-bounce': async (world) => {
    const provider = await world.provider();
    const { requestId } = await world.invitation(provider);
    return {
      api: provider.api,
      path: `/v1/partnership-requests/${requestId}/bounce`,
      body: { note: '550 5.1.1 A caixa de Hermengarda não existe.' },
      otherBody: { note: 'Outra nota.' },
    };
  },

  'accept-partnership': async (world) => {
    const provider = await world.provider();
    const [{ token }, other] = [await world.invitation(provider), await world.invitation(provider)];
    return {
      api: (await world.reseller()).api,
      path: '/v1/partnership-acceptances',
      body: { token, consent: true },
      otherBody: { token: other.token, consent: true },
    };
  },

  'decline-partnership': async (world) => {
    const { token } = await world.invitation(await world.provider());
    return {
      api: (await world.reseller()).api,
      path: '/v1/partnership-declines',
      body: { token, reason: 'Já temos contrato com a Distribuidora Pirita.' },
      otherBody: { token, reason: 'Outro motivo.' },
    };
  },

  'end-partnership': async (world) => {
    const provider = await world.provider();
    const id = await world.partnership(provider, await world.reseller());
    return {
      api: provider.api,
      path: `/v1/partnerships/${id}/end`,
      body: { reason: 'Encerrada por Eustáquio Ônix.' },
      otherBody: { reason: 'Outro motivo.' },
      settled: () => world.offBoarded(provider, id),
    };
  },

  'publish-offer': async (world) => ({
    api: (await world.provider()).api,
    path: '/v1/offers',
    body: world.offerBody(),
    otherBody: world.offerBody(),
  }),

  'revise-offer': async (world) => {
    const provider = await world.provider();
    const path = `/v1/offers/${await world.offer(provider)}/revision`;
    return { api: provider.api, path, body: world.offerBody(), otherBody: world.offerBody() };
  },

  'retire-offer': async (world) => {
    const provider = await world.provider();
    const path = `/v1/offers/${await world.offer(provider)}/retirement`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'create-customer': async (world) => {
    const provider = await world.provider();
    const { id: resellerId } = await world.partner(provider);
    const order = { ...world.orderBody(await world.offer(provider)), resellerId };
    return {
      api: provider.api,
      path: '/v1/customers',
      body: {
        ...world.customerBody(),
        resellerId,
        reference: world.unique('CLI-Granada-'),
        agreement: world.agreementBody(),
        subscriptions: [order, order],
      },
      otherBody: world.customerBody(),
    };
  },

  'erase-customer': async (world) => {
    const provider = await world.provider();
    const path = `/v1/customers/${(await world.customer(provider)).id}/erasure`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'create-service': async (world) => ({
    api: (await world.provider()).api,
    path: '/v1/services',
    body: { name: world.unique('erp-sync-'), role: 'sales-agent' },
    otherBody: { name: world.unique('erp-sync-'), role: 'reporter' },
  }),

  'rotate-service-secret': async (world) => {
    const provider = await world.provider();
    const path = `/v1/services/${(await world.serviceAccount(provider)).id}/secret`;
    return { api: provider.api, path, body: { overlapHours: 1 }, otherBody: { overlapHours: 2 } };
  },

  'revoke-service': async (world) => {
    const provider = await world.provider();
    const path = `/v1/services/${(await world.serviceAccount(provider)).id}/revocation`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'reissue-admin-credential': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    const path = `/v1/customers/${id}/admin-credential`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'change-customer-profile': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    const body = world.profileBody();
    const path = `/v1/customers/${id}/profile`;
    return { api: provider.api, path, body, otherBody: { ...body, culture: 'en-US' } };
  },

  'change-billing-profile': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- whoever is billed has none of these
    const { culture, language, ...profile } = world.profileBody();
    const body = { ...profile, country: 'BR' };
    const path = `/v1/customers/${id}/billing-profile`;
    return { api: provider.api, path, body, otherBody: { ...body, companyName: 'Outra Ltda' } };
  },

  'set-customer-reference': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    const body = { reference: world.unique('CLI-Feldspato-') };
    const path = `/v1/customers/${id}/reference`;
    return { api: provider.api, path, body, otherBody: { reference: null } };
  },

  'record-agreement': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    const body = world.agreementBody();
    const path = `/v1/customers/${id}/agreement`;
    return { api: provider.api, path, body, otherBody: { ...body, version: '2027-01' } };
  },

  'associate-customer-reseller': async (world) => {
    const provider = await world.provider();
    const { id: resellerId } = await world.partner(provider);
    const { id } = await world.customer(provider);
    const path = `/v1/customers/${id}/reseller`;
    return { api: provider.api, path, body: { resellerId }, otherBody: { resellerId: null } };
  },

  'end-customer': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    return {
      api: provider.api,
      path: `/v1/customers/${id}/end`,
      body: { reason: 'Fechou, diz Petronila Ágata.' },
      otherBody: { reason: 'Outro motivo.' },
    };
  },

  'reopen-customer': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    accepted(await provider.api.post(`/v1/customers/${id}/end`));
    const path = `/v1/customers/${id}/reopening`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'order-subscription': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    const body = world.orderBody(await world.offer(provider));
    const path = `/v1/customers/${id}/subscriptions`;
    return { api: provider.api, path, body, otherBody: { ...body, quantity: 11 } };
  },

  'send-customer-commands': async (world) => {
    const provider = await world.provider();
    const { id, sid } = await world.subscribed(provider);
    const renamed = (name: string) => ({
      commands: [
        { command: 'rename-subscription', subscriptionId: sid, body: { name } },
        { command: 'suspend-subscription', subscriptionId: sid },
      ],
    });
    return {
      api: provider.api,
      path: `/v1/customers/${id}/commands`,
      body: renamed(world.unique('Filial Berilo')),
      otherBody: renamed('Filial Outra'),
    };
  },

  'change-quantity': async (world) => {
    const provider = await world.provider();
    const path = `${(await world.subscribed(provider)).path}/quantity`;
    return { api: provider.api, path, body: { quantity: 25 }, otherBody: { quantity: 26 } };
  },

  'associate-subscription-reseller': async (world) => {
    const provider = await world.provider();
    const { id: resellerId } = await world.partner(provider);
    const path = `${(await world.subscribed(provider)).path}/reseller`;
    return { api: provider.api, path, body: { resellerId }, otherBody: { resellerId: null } };
  },

  'designate-support-contact': async (world) => {
    const provider = await world.provider();
    const { id: resellerId } = await world.partner(provider);
    const path = `${(await world.subscribed(provider)).path}/support-contact`;
    return { api: provider.api, path, body: { resellerId }, otherBody: { resellerId: null } };
  },

  'grant-delegated-admin': async (world) => {
    const provider = await world.provider();
    const { id: resellerId } = await world.partner(provider);
    const order = { resellerId, delegatedAdmin: false };
    const { id, sid } = await world.subscribed(provider, { order });
    const body = {
      resellerId,
      subscriptionId: sid,
      rights: ['read-customer', 'manage-subscriptions'],
      reason: 'Contrato com Leocádia Granada.',
    };
    const otherBody = { ...body, rights: ['read-customer'] };
    return { api: provider.api, path: `/v1/customers/${id}/delegations`, body, otherBody };
  },

  'renew-delegated-admin': async (world) => {
    const { api, path } = await delegated(world);
    const body = { end: inDays(300), reason: 'Prorrogado por Leocádia Granada.' };
    const otherBody = { ...body, end: inDays(301) };
    return { api, path: `${path}/renewal`, body, otherBody };
  },

  'revoke-delegated-admin': async (world) => {
    const { api, path } = await delegated(world);
    const body = { reason: 'A pedido de Leocádia Granada.' };
    return { api, path: `${path}/revocation`, body, otherBody: { reason: 'Outro motivo.' } };
  },

  'rename-subscription': async (world) => {
    const provider = await world.provider();
    const path = `${(await world.subscribed(provider)).path}/name`;
    const body = { name: world.unique('Filial Turmalina') };
    return { api: provider.api, path, body, otherBody: { name: world.unique('Filial Outra') } };
  },

  'set-auto-renew': async (world) => {
    const provider = await world.provider();
    const path = `${(await world.subscribed(provider)).path}/auto-renew`;
    return { api: provider.api, path, body: { autoRenew: false }, otherBody: { autoRenew: true } };
  },

  'suspend-subscription': async (world) => {
    const provider = await world.provider();
    const path = `${(await world.subscribed(provider)).path}/suspension`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'reactivate-subscription': async (world) => {
    const provider = await world.provider();
    const { path } = await world.subscribed(provider);
    accepted(await provider.api.post(`${path}/suspension`));
    return { api: provider.api, path: `${path}/reactivation`, otherBody: { reason: 'x' } };
  },

  'cancel-subscription': async (world) => {
    const provider = await world.provider();
    const path = `${(await world.subscribed(provider)).path}/cancellation`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'upgrade-subscription': async (world) => {
    const provider = await world.provider();
    const [target, other] = [await world.offer(provider), await world.offer(provider)];
    const { path } = await upgradable(world, provider, [target, other]);
    return {
      api: provider.api,
      path: `${path}/upgrade`,
      body: { offerId: target },
      otherBody: { offerId: other },
    };
  },

  'schedule-change': async (world) => {
    const provider = await world.provider();
    const path = `${(await world.subscribed(provider)).path}/scheduled-change`;
    const otherBody = { kind: 'quantity', quantity: 7 };
    return { api: provider.api, path, body: { kind: 'cancel' }, otherBody };
  },

  'undo-scheduled-change': async (world) => {
    const provider = await world.provider();
    const { path } = await world.subscribed(provider);
    accepted(await provider.api.put(`${path}/scheduled-change`, { kind: 'cancel' }));
    const undoing = `${path}/scheduled-change-undoing`;
    return { api: provider.api, path: undoing, otherBody: { reason: 'x' } };
  },
};

/** A delegation of the account, as its provider addresses it. */
async function delegated(world: World): Promise<{ readonly api: Api; readonly path: string }> {
  const provider = await world.provider();
  const { id: resellerId } = await world.partner(provider);
  const { id, position } = await world.customer(provider, { resellerId });
  const path = `/v1/customers/${id}/delegations`;
  const list = await provider.api.get(path, { position });
  return { api: provider.api, path: `${path}/${list.string('items', 0, 'delegationId')}` };
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

/** A subscription of an offer with these upgrade targets. */
async function upgradable(world: World, provider: Member, upgradeTargets: readonly string[]) {
  const offer = { ...world.offerBody(), upgradeTargets };
  const { id: offerId } = accepted(await provider.api.post('/v1/offers', offer));
  return world.subscribed(provider, { order: { offerId } });
}
