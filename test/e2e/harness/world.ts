import { resellerIdOf } from '@tierbook/application';
import type { Organisation, Role } from '@tierbook/identity';
import { expect } from '@jest/globals';
import type { Answer, Api } from './api';
import type { Service } from './service';

/** A provider or a reseller, and its administrator calling the API. */
export interface Member {
  readonly id: string;
  readonly api: Api;
}

export interface ResellerMember extends Member {
  readonly partnerId: string;
}

/** A service and how it names itself. */
export interface ServiceAccount {
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An invitation, as the provider got it. */
export interface Invitation {
  readonly requestId: string;
  /** What follows # in its link. */
  readonly token: string;
}

const FIRST_PARTNER_ID = 7_000_001;

/**
 * Makes what a test needs, by the commands that everybody sends. Everything made is new: tests do not meet
 * each other's. All that is personal is marked, so that a test can look for it.
 */
export class World {
  private made = 0;

  constructor(readonly service: Service) {}

  get operator(): Api {
    return this.service.api(this.service.tokens.operator);
  }

  /** A text that was in no other request. */
  unique(word: string): string {
    this.made += 1;
    return `${word}${this.made}`;
  }

  /** The API as somebody of that organisation calls it; without a role, its administrator. */
  async as(organisation: Organisation, role: Role = 'admin-agent'): Promise<Api> {
    const kind = organisation.kind === 'operator' ? 'operator' : 'agent';
    return this.service.api(await this.service.sign({ kind, id: 'e2e', organisation, role }));
  }

  providerBody(country = 'BR') {
    const name = this.unique('Distribuidora Zimbro');
    return { name, email: `contato@${this.unique('zimbro')}.example`, country };
  }

  async provider(country?: string): Promise<Member> {
    const { id } = accepted(await this.operator.post('/v1/providers', this.providerBody(country)));
    return { id, api: await this.as({ kind: 'provider', id }) };
  }

  partnerId(): string {
    this.made += 1;
    return String(FIRST_PARTNER_ID + this.made);
  }

  resellerBody(partnerId: string, country = 'BR') {
    return {
      partnerId,
      name: this.unique('Revenda Quartzo'),
      email: `contato@${this.unique('quartzo')}.example`,
      country,
      ...(country === 'BR' ? { state: 'Rio Grande do Norte' } : {}),
      phone: '+55 51 3987-6501',
    };
  }

  /** A reseller that has not applied yet. */
  async outsider(): Promise<ResellerMember> {
    const partnerId = this.partnerId();
    const id = resellerIdOf(partnerId);
    return { id, partnerId, api: await this.as({ kind: 'reseller', id }) };
  }

  async applicant(country?: string): Promise<ResellerMember> {
    const reseller = await this.outsider();
    const body = this.resellerBody(reseller.partnerId, country);
    accepted(await reseller.api.post('/v1/resellers', body));
    return reseller;
  }

  async reseller(country?: string): Promise<ResellerMember> {
    const reseller = await this.applicant(country);
    accepted(await this.operator.post(`/v1/resellers/${reseller.id}/approval`));
    return reseller;
  }

  async invitation(provider: Member): Promise<Invitation> {
    const email = `socio@${this.unique('opala')}.example`;
    return invitationIn(await provider.api.post('/v1/partnership-requests', { email }));
  }

  /** A partnership's id, active from now on. */
  async partnership(provider: Member, reseller: Member): Promise<string> {
    const { token } = await this.invitation(provider);
    const body = { token, consent: true };
    return accepted(await reseller.api.post('/v1/partnership-acceptances', body)).id;
  }

  /** A reseller, enrolled and partnered. */
  async partner(provider: Member): Promise<ResellerMember> {
    const reseller = await this.reseller();
    await this.partnership(provider, reseller);
    return reseller;
  }

  /** Returns once an ended partnership has been cleared away. */
  async offBoarded(provider: Member, partnershipId: string): Promise<void> {
    for (;;) {
      const answer = await provider.api.get(`/v1/partnerships/${partnershipId}/off-boarding`);
      if (answer.at('status') === 'completed') return;
      expect(answer.at('status')).toBe('running');
    }
  }

  offerBody() {
    return {
      name: this.unique('Nimbus Office '),
      description: 'Mail and office programs.',
      minQuantity: 1,
      maxQuantity: 300,
      billingCycles: ['monthly', 'annual'],
      terms: ['P1M', 'P1Y'],
    };
  }

  async offer(provider: Member): Promise<string> {
    return accepted(await provider.api.post('/v1/offers', this.offerBody())).id;
  }

  customerBody() {
    const domain = this.unique('padaria');
    return {
      domain,
      companyName: `Padaria Ametista ${domain} Ltda`,
      email: `compras@${domain}.example`,
      contactName: `Genoveva ${domain}`,
      phone: '+55 51 3111-2207',
      registrationNumber: '11.222.333/0001-81',
      culture: 'pt-BR',
      language: 'pt',
      country: 'BR',
      address: {
        line1: 'Rua das Jabuticabeiras, 4711',
        line2: 'Sobreloja Turmalina',
        city: 'Porto das Pedras Azuis',
        state: 'Rio Grande do Sul',
        postalCode: '90017-353',
      },
    };
  }

  /** Another profile of a customer. */
  profileBody() {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- these stay
    const { domain, country, ...profile } = this.customerBody();
    return { ...profile, contactName: this.unique('Teodolinda Citrina') };
  }

  agreementBody() {
    return {
      version: '2026-01',
      agreedOn: '2026-01-15',
      signatory: this.unique('Florisbela Malaquita'),
      email: `assina@${this.unique('malaquita')}.example`,
    };
  }

  orderBody(offerId: string) {
    return {
      offerId,
      quantity: 10,
      billingCycle: 'monthly',
      term: 'P1Y',
      name: this.unique('Filial Esmeralda'),
    };
  }

  async customer(provider: Member, more: object = {}): Promise<Answer> {
    return accepted(await provider.api.post('/v1/customers', { ...this.customerBody(), ...more }));
  }

  /** A service of that organisation, and its secret. */
  async serviceAccount(owner: Member, role: Role = 'admin-agent'): Promise<ServiceAccount> {
    const body = { name: this.unique('erp-sync-'), role };
    const answer = accepted(await owner.api.post('/v1/services', body));
    const clientId = answer.string('client', 'clientId');
    return { id: answer.id, clientId, clientSecret: answer.string('client', 'clientSecret') };
  }

  /** A customer of that provider with one subscription. */
  async subscribed(
    provider: Member,
    { account, order }: { account?: object; order?: object } = {},
  ): Promise<{ id: string; sid: string; path: string; answer: Answer }> {
    const ordered = { ...this.orderBody(await this.offer(provider)), ...order };
    const answer = await this.customer(provider, { subscriptions: [ordered], ...account });
    const sid = answer.string('subscriptions', 0, 'id');
    const path = `/v1/customers/${answer.id}/subscriptions/${sid}`;
    return { id: answer.id, sid, path, answer };
  }

  /** The log's last position, kernel events and other tenants' included. */
  async head(after?: string): Promise<string> {
    const auditor = this.service.api(this.service.tokens.provider);
    let position = after;
    for (;;) {
      const query = position === undefined ? '' : `&after=${position}`;
      const page = await auditor.get(`/v1/events?limit=200${query}`);
      expect(page.status).toBe(200);
      position = page.string('nextPosition');
      if (page.at('caughtUp') === true) return position;
    }
  }
}

/** The answer of a command that must have been accepted. */
export function accepted(answer: Answer): Answer {
  if (answer.status === 200 || answer.status === 201) return answer;
  throw new Error(`The command was not accepted: ${answer.status} ${answer.text}`);
}

/** The invitation in the answer to a partnership request. */
export function invitationIn(answer: Answer): Invitation {
  const token = accepted(answer).string('link').split('#')[1] ?? '';
  return { requestId: answer.id, token };
}
