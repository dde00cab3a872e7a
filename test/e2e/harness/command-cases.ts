import type { Api } from './api';
import type { World } from './world';

/** A command that is ready to be accepted: on something new, by somebody who may. */
export interface CommandCase {
  readonly api: Api;
  readonly path: string;
  /** Absent where the command takes none. */
  readonly body?: object;
  /** A body of the same command that means something else. */
  readonly otherBody: object;
}

/** By operation id, one for each command of the API's document. */
export const COMMAND_CASES: Readonly<Record<string, (world: World) => Promise<CommandCase>>> = {
  'create-provider': async (world) => ({
    api: world.operator,
    path: '/v1/providers',
    body: world.providerBody(),
    otherBody: world.providerBody(),
  }),

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
    };
  },

  'publish-offer': async (world) => ({
    api: (await world.provider()).api,
    path: '/v1/offers',
    body: world.offerBody(),
    otherBody: world.offerBody(),
  }),

  'create-customer': async (world) => {
    const provider = await world.provider();
    const { id: resellerId } = await world.partner(provider);
    const order = { ...world.orderBody(await world.offer(provider)), resellerId };
    return {
      api: provider.api,
      path: '/v1/customers',
      body: { ...world.customerBody(), resellerId, subscriptions: [order, order] },
      otherBody: world.customerBody(),
    };
  },

  'reissue-admin-credential': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    const path = `/v1/customers/${id}/admin-credential`;
    return { api: provider.api, path, otherBody: { reason: 'x' } };
  },

  'order-subscription': async (world) => {
    const provider = await world.provider();
    const { id } = await world.customer(provider);
    const body = world.orderBody(await world.offer(provider));
    const path = `/v1/customers/${id}/subscriptions`;
    return { api: provider.api, path, body, otherBody: { ...body, quantity: 11 } };
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
};
