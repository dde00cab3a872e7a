import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, scratchPath } from './places.mts';
import { freePort, startNode, type Started } from './processes.mts';

const START_SECONDS = 60;
const AT_ONCE = 32;

/** The built service in a process of its own, as `npm start` runs it. */
export interface Service extends Started {
  readonly port: number;
  readonly baseUrl: string;
  /** Of the demo provider, to which the customers belong. */
  readonly token: string;
  /** Of the demo reseller. */
  readonly resellerToken: string;
  readonly operatorToken: string;
  readonly dataDir: string;
  readonly eventsPath: string;
}

/** A service with an offer and customers to order it for. */
export interface Catalogue {
  readonly customerIds: readonly string[];
  /** The body of an order, as JSON text. It has a name, so that there is personal data to seal. */
  readonly orderBody: string;
}

/** Starts the service on the data of that name, which is kept between starts. */
export async function startService(
  name = 'data',
  nodeArgs: readonly string[] = [],
): Promise<Service> {
  const port = await freePort();
  const dataDir = scratchPath(name);
  mkdirSync(dataDir, { recursive: true });
  const log = scratchPath('service.log');
  const started = startNode([...nodeArgs, ...startArgs()], {
    log,
    env: { PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'info' },
  });
  const baseUrl = `http://127.0.0.1:${String(port)}`;
  for (let tries = START_SECONDS * 10; ; tries -= 1) {
    if (started.child.exitCode !== null || tries === 0) {
      throw new Error(`The service did not start:\n${readFileSync(log, 'utf8')}`);
    }
    const tokens = tokensIn(dataDir);
    if (tokens !== undefined && (await serves(baseUrl, tokens.provider))) {
      const eventsPath = join(dataDir, 'events.db');
      const { provider: token, reseller: resellerToken, operator: operatorToken } = tokens;
      const given = { token, resellerToken, operatorToken };
      return { ...started, ...given, port, baseUrl, dataDir, eventsPath };
    }
    await sleep(100);
  }
}

/** What `npm start` gives to Node: the flags too. */
function startArgs(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  return scripts.start.split(' ').slice(1);
}

type Tokens = Readonly<Record<'operator' | 'provider' | 'reseller', string>>;

function tokensIn(dataDir: string): Tokens | undefined {
  const file = join(dataDir, 'development.json');
  if (!existsSync(file)) return undefined;
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { tokens: Tokens }).tokens;
  } catch {
    // It is being written.
    return undefined;
  }
}

async function serves(baseUrl: string, token: string): Promise<boolean> {
  try {
    const answer = await fetch(`${baseUrl}/v1/offers`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const text = await answer.text();
    // Views of a large log take minutes: who needs them waits for them.
    return answer.status === 200 || text.includes('"view-behind"');
  } catch {
    return false;
  }
}

/** Publishes an offer and creates the customers, all through the API. */
export async function fillCatalogue(service: Service, customers: number): Promise<Catalogue> {
  const offer = await send(service, '/v1/offers', {
    name: 'Nimbus Office Business',
    description: 'Mail and office programs',
    minQuantity: 1,
    maxQuantity: 300,
    billingCycles: ['monthly', 'annual'],
    terms: ['P1M', 'P1Y'],
  });
  const started = performance.now();
  const customerIds: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < customers; number = next++) {
      const answer = await send(service, '/v1/customers', customer(number));
      customerIds[number] = answer.resource.id;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const seconds = (performance.now() - started) / 1000;
  console.log(`created ${String(customers)} customers through the API in ${seconds.toFixed(1)} s`);
  const orderBody = JSON.stringify({
    offerId: offer.resource.id,
    quantity: 10,
    billingCycle: 'monthly',
    term: 'P1Y',
    name: 'Escritório central',
  });
  return { customerIds, orderBody };
}

/** Lets the demo reseller partner with the demo provider, and creates a customer of it, all through the API. */
export async function createPartnersCustomer(service: Service): Promise<void> {
  const request = await send(service, '/v1/partnership-requests', {
    email: 'contato@nuvemsul.example',
    language: 'pt-BR',
  });
  const [, token] = request.link?.split('#') ?? [];
  const reseller = { ...service, token: service.resellerToken };
  await send(reseller, '/v1/partnership-acceptances', { token, consent: true });
  const { resellerId } = JSON.parse(
    readFileSync(join(service.dataDir, 'development.json'), 'utf8'),
  ) as { resellerId: string };
  await send(service, '/v1/customers', { ...customer(0), domain: 'modelo', resellerId });
}

function customer(number: number): object {
  return {
    domain: `bench${String(number)}`,
    companyName: `Padaria ${String(number)} Ltda`,
    email: `contato@bench${String(number)}.example`,
    culture: 'pt-PT',
    language: 'pt',
    country: 'PT',
    address: { line1: 'Rua das Laranjeiras, 100', city: 'Lisboa', postalCode: '1500-423' },
  };
}

interface Created {
  readonly resource: { readonly id: string };
  readonly position: string;
  /** Of a partnership request. */
  readonly link?: string;
}

let keys = 0;

async function send(service: Service, path: string, body: object): Promise<Created> {
  const answer = await fetch(service.baseUrl + path, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${service.token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': `bench-${String(process.pid)}-${String(keys++)}`,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.status !== 201)
    throw new Error(`POST ${path} answered ${String(answer.status)}: ${text}`);
  return JSON.parse(text) as Created;
}

/** Waits until the views show that position; answers how long it took, in milliseconds. */
export async function catchUp(
  service: Service,
  customerId: string,
  position: string,
): Promise<number> {
  const started = performance.now();
  for (;;) {
    const answer = await fetch(
      `${service.baseUrl}/v1/customers/${customerId}/subscriptions?limit=1`,
      { headers: { Authorization: `Bearer ${service.token}`, 'Tierbook-Position': position } },
    );
    const text = await answer.text();
    if (answer.status === 200) return performance.now() - started;
    if (answer.status !== 503)
      throw new Error(`The views answer ${String(answer.status)}: ${text}`);
  }
}
