import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { Service } from '../../e2e/harness/service';

/** A command as a caller keeps it, so that it can be sent again exactly as it was. */
export interface Command {
  readonly key: string;
  readonly correlationId: string;
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly body: object;
  readonly ifMatch?: string;
}

/** The answer to a command or a read. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AnswerBody;
}

export interface AnswerBody {
  readonly resource?: { readonly type: string; readonly id: string; readonly href: string };
  readonly revision?: number;
  readonly position?: string;
  readonly code?: string;
  readonly quantity?: number;
  readonly subscriptions?: readonly { readonly id: string }[];
  readonly adminCredential?: { readonly userName: string; readonly password?: string };
}

/** A command of its own key and correlation id. */
export function command(
  method: Command['method'],
  path: string,
  body: object,
  ifMatch?: string,
): Command {
  const correlationId = randomUUID();
  return {
    key: correlationId,
    correlationId,
    method,
    path,
    body,
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

/** Speaks to a service over kept-alive connections, as the demo provider unless told otherwise. */
export class Client {
  readonly #pool: Pool;

  constructor(
    private readonly service: Service,
    connections = 10,
  ) {
    this.#pool = new Pool(service.baseUrl, { connections });
  }

  /** @throws what the connection fails with: then nothing is known of the outcome. */
  async send(sent: Command): Promise<Answer> {
    return this.request(sent.method, sent.path, {
      body: JSON.stringify(sent.body),
      headers: {
        authorization: `Bearer ${this.service.tokens.provider}`,
        'content-type': 'application/json',
        'idempotency-key': sent.key,
        'correlation-id': sent.correlationId,
        ...(sent.ifMatch === undefined ? {} : { 'if-match': sent.ifMatch }),
      },
    });
  }

  /** Sends a command that has to be accepted. */
  async accepted(sent: Command): Promise<AnswerBody> {
    const answer = await this.send(sent);
    if (answer.status === 200 || answer.status === 201) return answer.body;
    throw new Error(
      `${sent.path} answered ${String(answer.status)}: ${JSON.stringify(answer.body)}`,
    );
  }

  /** Reads, at the earliest once the views are at that position. */
  async read(path: string, { position }: { readonly position?: string } = {}): Promise<Answer> {
    return this.request('GET', path, {
      headers: {
        authorization: `Bearer ${this.service.tokens.provider}`,
        ...(position === undefined ? {} : { 'tierbook-position': position }),
      },
    });
  }

  /** Drops every connection. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  private async request(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    rest: { readonly headers: Record<string, string>; readonly body?: string },
  ): Promise<Answer> {
    const { statusCode, headers, body } = await this.#pool.request({ method, path, ...rest });
    return { status: statusCode, headers, body: (await body.json()) as AnswerBody };
  }
}

/** An offer to order. */
export function offer(): Command {
  return command('POST', '/v1/offers', {
    name: 'Nimbus Office Business',
    description: 'Mail and office programs',
    minQuantity: 1,
    maxQuantity: 300,
    billingCycles: ['monthly', 'annual'],
    terms: ['P1M', 'P1Y'],
  });
}

/** An order of so many licences of an offer. */
export function order(offerId: string, quantity = 10): object {
  return { offerId, quantity, billingCycle: 'monthly', term: 'P1Y', name: 'Escritório central' };
}

/** A customer of that domain, with its subscriptions. */
export function customer(domain: string, subscriptions: readonly object[] = []): Command {
  return command('POST', '/v1/customers', {
    domain,
    companyName: `Padaria ${domain} Ltda`,
    email: `contato@${domain}.example`,
    culture: 'pt-PT',
    language: 'pt',
    country: 'PT',
    address: { line1: 'Rua das Laranjeiras, 100', city: 'Lisboa', postalCode: '1500-423' },
    subscriptions,
  });
}

/** A customer with one subscription: its paths, and the ETag and offer of the subscription. */
export interface Subscribed {
  readonly offerId: string;
  readonly customer: string;
  readonly subscription: string;
  readonly etag: string;
}

/** Publishes an offer and creates a customer that has ordered it. */
export async function subscribed(client: Client, domain = 'padariadosol'): Promise<Subscribed> {
  const offerId = (await client.accepted(offer())).resource?.id ?? '';
  const created = await client.accepted(customer(domain, [order(offerId)]));
  const path = created.resource?.href ?? '';
  const subscription = `${path}/subscriptions/${created.subscriptions?.[0]?.id ?? ''}`;
  const { headers } = await client.read(subscription, { position: created.position ?? '' });
  return { offerId, customer: path, subscription, etag: String(headers['etag']) };
}
