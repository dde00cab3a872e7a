import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Organisation, Role } from '@tierbook/identity';
import type { Answer, Api } from './harness/api';
import { ApiDocument, type Operation } from './harness/api-document';
import { COMMAND_CASES } from './harness/command-cases';
import { ROOT, startService, type Service } from './harness/service';
import { World } from './harness/world';

/*
 * Walks every route of the API's document as every role of every organisation: on its own things, on its
 * partner's, and on another tenant's. What is expected stands here once more, in a few letters a route, so
 * that neither a changed line of the role table nor a new route goes unnoticed. Commands are dry runs.
 */

/** Whose thing a route is about: nobody's in particular, one provider's, a reseller, a partnership, a customer. */
type Subject = 'none' | 'provider' | 'reseller' | 'partnership' | 'customer';

/** Agents by letter: admin, sales, helpdesk, auditor, reporter. */
interface Expected {
  readonly of: Subject;
  readonly operator?: true;
  readonly provider?: string;
  readonly reseller?: string;
  /** The administrator of the customer. */
  readonly customer?: true;
}

const MAY: Readonly<Record<string, Expected>> = {
  'create-provider': { of: 'none', operator: true },
  'apply-reseller': { of: 'none', reseller: 'A' },
  'approve-reseller': { of: 'reseller', operator: true },
  'reject-reseller': { of: 'reseller', operator: true },
  'suspend-reseller': { of: 'reseller', operator: true },
  'reinstate-reseller': { of: 'reseller', operator: true },
  'change-reseller-profile': { of: 'reseller', reseller: 'A' },
  'request-partnership': { of: 'none', provider: 'AS' },
  'withdraw-partnership-request': { of: 'provider', provider: 'AS' },
  'remind-partnership-request': { of: 'provider', provider: 'AS' },
  'note-partnership-request-bounce': { of: 'provider', provider: 'AS' },
  'look-up-partnership-request': { of: 'none', reseller: 'AS' },
  'accept-partnership': { of: 'none', reseller: 'A' },
  'decline-partnership': { of: 'none', reseller: 'A' },
  'end-partnership': { of: 'partnership', provider: 'A', reseller: 'A' },
  'publish-offer': { of: 'none', provider: 'A' },
  'revise-offer': { of: 'provider', provider: 'A' },
  'retire-offer': { of: 'provider', provider: 'A' },
  'create-customer': { of: 'none', provider: 'AS' },
  'reissue-admin-credential': { of: 'customer', provider: 'AH', reseller: 'AH' },
  'order-subscription': { of: 'customer', provider: 'AS', reseller: 'AS' },
  'change-quantity': { of: 'customer', provider: 'AS', reseller: 'AS' },
  'rename-subscription': { of: 'customer', provider: 'ASH', reseller: 'ASH' },
  'set-auto-renew': { of: 'customer', provider: 'AS', reseller: 'AS' },
  'suspend-subscription': { of: 'customer', provider: 'ASH', reseller: 'ASH' },
  'reactivate-subscription': { of: 'customer', provider: 'ASH', reseller: 'ASH' },
  'cancel-subscription': { of: 'customer', provider: 'AS', reseller: 'AS' },
  'upgrade-subscription': { of: 'customer', provider: 'AS', reseller: 'AS' },
  'schedule-change': { of: 'customer', provider: 'AS', reseller: 'AS' },
  'undo-scheduled-change': { of: 'customer', provider: 'AS', reseller: 'AS' },
  'send-customer-commands': { of: 'customer', provider: 'ASH', reseller: 'ASH' },
  'associate-subscription-reseller': { of: 'customer', provider: 'AS' },
  'designate-support-contact': { of: 'customer', provider: 'ASH' },
  'grant-delegated-admin': { of: 'customer', provider: 'A' },
  'renew-delegated-admin': { of: 'customer', provider: 'A' },
  'revoke-delegated-admin': { of: 'customer', provider: 'A' },
  'require-agreement': { of: 'provider', provider: 'A' },
  'change-customer-profile': { of: 'customer', provider: 'ASH', reseller: 'ASH' },
  'change-billing-profile': { of: 'customer', provider: 'AS' },
  'set-customer-reference': { of: 'customer', provider: 'AS' },
  'record-agreement': { of: 'customer', provider: 'AS', reseller: 'AS' },
  'associate-customer-reseller': { of: 'customer', provider: 'AS' },
  'end-customer': { of: 'customer', provider: 'A' },
  'reopen-customer': { of: 'customer', provider: 'A' },
  'erase-customer': { of: 'customer', provider: 'A' },
  'create-service': { of: 'none', operator: true, provider: 'A', reseller: 'A' },
  'rotate-service-secret': { of: 'none', operator: true, provider: 'A', reseller: 'A' },
  'revoke-service': { of: 'none', operator: true, provider: 'A', reseller: 'A' },
  'list-resellers': { of: 'none', operator: true, provider: 'ASHUR' },
  'read-reseller': { of: 'reseller', operator: true, provider: 'ASHUR', reseller: 'ASHUR' },
  'list-reseller-customers': { of: 'reseller', provider: 'ASHUR', reseller: 'ASHUR' },
  'list-providers': { of: 'none', operator: true, reseller: 'ASHUR' },
  'read-provider': { of: 'provider', operator: true, provider: 'ASHUR' },
  'list-partnership-requests': { of: 'none', provider: 'ASHUR', reseller: 'ASHUR' },
  'read-partnership-request': { of: 'provider', provider: 'AS' },
  'read-partnership': { of: 'partnership', provider: 'ASHUR', reseller: 'ASHUR' },
  'read-off-boarding': { of: 'partnership', provider: 'ASHUR' },
  'list-country-rules': { of: 'none', operator: true, provider: 'ASHUR', reseller: 'ASHUR' },
  'read-country-rules': { of: 'none', operator: true, provider: 'ASHUR', reseller: 'ASHUR' },
  'list-market-regions': { of: 'none', operator: true, provider: 'ASHUR', reseller: 'ASHUR' },
  'list-offers': { of: 'none', provider: 'ASHUR', reseller: 'ASHUR' },
  'read-offer': { of: 'provider', provider: 'ASHUR' },
  'check-domain': { of: 'none', provider: 'AS' },
  'list-customers': { of: 'none', provider: 'ASHUR', reseller: 'ASHUR' },
  'read-customer': { of: 'customer', provider: 'ASHUR', reseller: 'ASHUR', customer: true },
  'list-provider-subscriptions': { of: 'none', provider: 'ASHUR' },
  'list-subscriptions': { of: 'customer', provider: 'ASHUR', reseller: 'ASHUR', customer: true },
  'read-subscription': { of: 'customer', provider: 'ASHUR', reseller: 'ASHUR', customer: true },
  'list-delegations': { of: 'customer', provider: 'ASHUR', reseller: 'ASHUR', customer: true },
  'read-delegation': { of: 'customer', provider: 'ASHUR', reseller: 'ASHUR', customer: true },
  'read-credits': { of: 'customer', provider: 'ASHUR' },
  'list-support-contact-choices': { of: 'customer', provider: 'ASHUR' },
  'read-customer-events': { of: 'customer', provider: 'AU', reseller: 'AU' },
  'read-subscription-events': { of: 'customer', provider: 'AU', reseller: 'AU' },
  'read-delegation-events': { of: 'customer', provider: 'AU', reseller: 'AU' },
  'read-provider-events': { of: 'provider', operator: true, provider: 'AU' },
  'read-reseller-events': { of: 'reseller', operator: true, reseller: 'AU' },
  'read-partnership-events': { of: 'partnership', provider: 'AU', reseller: 'AU' },
  'read-partnership-request-events': { of: 'provider', provider: 'AU' },
  'read-offer-events': { of: 'provider', provider: 'AU' },
  'read-service-events': { of: 'none', operator: true, provider: 'AU', reseller: 'AU' },
  'read-events': { of: 'none', provider: 'AU', reseller: 'AU' },
  'read-event-proof': { of: 'none', provider: 'AU' },
  'read-consistency-proof': { of: 'none', operator: true, provider: 'AU' },
  'list-services': { of: 'none', operator: true, provider: 'AU', reseller: 'AU' },
  'read-service': { of: 'none', operator: true, provider: 'AU', reseller: 'AU' },
  'list-refusals': { of: 'none', operator: true, provider: 'AU', reseller: 'AU' },
};

const LETTERS: Readonly<Record<string, Role>> = {
  A: 'admin-agent',
  S: 'sales-agent',
  H: 'helpdesk-agent',
  U: 'auditor',
  R: 'reporter',
};

/** How a caller stands to the things that are walked. */
type Relation = 'operator' | 'owner' | 'delegate' | 'customer' | 'partner' | 'stranger';

interface Caller {
  readonly name: string;
  readonly relation: Relation;
  readonly kind: Organisation['kind'];
  /** Absent for the operator and customers' administrators, who have one role. */
  readonly letter?: string;
  readonly api: Api;
}

type Verdict = 'allowed' | 'forbidden' | 'not-found';

/** Who may know of a thing at all. */
const SEEN_BY: Readonly<Record<Subject, readonly Relation[]>> = {
  none: ['operator', 'owner', 'delegate', 'customer'],
  provider: ['owner'],
  reseller: ['operator', 'owner', 'delegate'],
  partnership: ['owner', 'delegate'],
  customer: ['owner', 'delegate', 'customer'],
};

/** Of refusals that are not about access, and so come after it. */
const ACCESS_CODES = ['forbidden', 'not-found', 'delegation-insufficient'];

let service: Service;
let document: ApiDocument;
let callers: readonly Caller[];
/** What stands for the parameters of a path, by the collection before it. */
let own: Readonly<Record<string, string>>;
let bodies: ReadonlyMap<string, object | undefined>;
let providerId: string;
let routesFile: string;

afterAll(() => {
  rmSync(dirname(routesFile), { recursive: true });
});

beforeAll(async () => {
  routesFile = join(mkdtempSync(join(tmpdir(), 'tierbook-routes-')), 'routes');
  const preloaded = ['list-routes.cjs', 'break-role-table.cjs'].flatMap((name) => [
    '--require',
    join(ROOT, 'test', 'e2e', 'harness', name),
  ]);
  service = await startService({ nodeArgs: preloaded, env: { ROUTES_FILE: routesFile } });
  document = await ApiDocument.of(service);
  const world = new World(service);
  const [provider, stranger] = [await world.provider(), await world.provider()];
  const [reseller, idle] = [await world.partner(provider), await world.partner(provider)];
  const foreign = await world.partner(stranger);
  const mine = await world.subscribed(provider, { account: { resellerId: reseller.id } });
  const theirs = await world.subscribed(stranger, { account: { resellerId: foreign.id } });
  const { requestId } = await world.invitation(provider);
  const delegations = await provider.api.get(`/v1/customers/${mine.id}/delegations`, {
    position: mine.answer.position,
  });
  providerId = provider.id;
  own = {
    providers: provider.id,
    proofs: mine.answer.position,
    resellers: reseller.id,
    'partnership-requests': requestId,
    partnerships: `${provider.id}.${reseller.id}`,
    offers: await world.offer(provider),
    services: (await world.serviceAccount(provider)).id,
    customers: mine.id,
    subscriptions: mine.sid,
    delegations: delegations.string('items', 0, 'delegationId'),
    domains: 'padaria',
    'country-rules': 'BR',
  };
  const agents = (organisation: Organisation, relation: Relation) =>
    Object.entries(LETTERS).map(async ([letter, role]): Promise<Caller> => {
      const api = await world.as(organisation, role);
      return { name: `${relation} ${role}`, relation, kind: organisation.kind, letter, api };
    });
  const administrator = async (id: string, relation: Relation): Promise<Caller> => {
    const api = await world.as({ kind: 'customer', id }, 'customer-admin');
    return { name: `${relation} customer-admin`, relation, kind: 'customer', api };
  };
  callers = [
    { name: 'operator', relation: 'operator', kind: 'operator', api: world.operator },
    ...(await Promise.all([
      ...agents({ kind: 'provider', id: provider.id }, 'owner'),
      ...agents({ kind: 'reseller', id: reseller.id }, 'delegate'),
      ...agents({ kind: 'reseller', id: idle.id }, 'partner'),
      ...agents({ kind: 'provider', id: stranger.id }, 'stranger'),
      ...agents({ kind: 'reseller', id: foreign.id }, 'stranger'),
      administrator(mine.id, 'customer'),
      administrator(theirs.id, 'stranger'),
    ])),
  ];
  const prepared = new Map<string, object | undefined>();
  for (const { id } of document.commands)
    prepared.set(id, (await COMMAND_CASES[id]?.(world))?.body);
  bodies = prepared;
});

function expectedOf(expected: Expected, caller: Caller): Verdict {
  const { of, operator = false } = expected;
  const isSeen = SEEN_BY[of].includes(caller.relation) || (operator && caller.kind === 'operator');
  if (!isSeen) return 'not-found';
  return mayDo(expected, caller) ? 'allowed' : 'forbidden';
}

function mayDo(expected: Expected, { kind, letter = '' }: Caller): boolean {
  if (kind === 'operator' || kind === 'customer') return expected[kind] === true;
  return expected[kind]?.includes(letter) ?? false;
}

/** With own things in the place of its parameters. */
function pathOf({ path }: Operation): string {
  const parts = path.split('/');
  return parts
    .map((part, index) => {
      if (!part.startsWith('{')) return part;
      const example = own[parts[index - 1] ?? ''];
      if (example === undefined) throw new Error(`There is nothing for ${part} of ${path} here.`);
      return example;
    })
    .join('/');
}

function send({ id, method, isCommand, ...operation }: Operation, { api, kind }: Caller) {
  const path = pathOf({ id, method, isCommand, ...operation });
  if (isCommand) return api.command(method, path, bodies.get(id), { dryRun: true });
  if (method === 'POST') return api.post(path, { token: 'x' });
  const isCatalogue = id === 'list-offers' && kind === 'reseller';
  return api.get(isCatalogue ? `${path}?providerId=${providerId}` : path);
}

/** The text of an answer that is none of these. */
function verdictOf(answer: Answer): string {
  if (answer.status < 400 || !ACCESS_CODES.includes(answer.code)) {
    return [400, 401, 429, 500].includes(answer.status) ? answer.text : 'allowed';
  }
  return answer.status === 404 ? 'not-found' : 'forbidden';
}

/** Every difference between what is expected of an operation and what it answers. */
async function differences(
  operation: Operation,
  expected: Expected,
  by: readonly Caller[] = callers,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const caller of by) {
    // What is about no one thing is every caller's own.
    const isOwn = expected.of !== 'none' || SEEN_BY.none.includes(caller.relation);
    if (!isOwn) continue;
    const answer = await send(operation, caller);
    const [wanted, got] = [expectedOf(expected, caller), verdictOf(answer)];
    if (wanted !== got) {
      found.push(`${operation.id} by ${caller.name}: ${wanted} expected, ${got}: ${answer.text}`);
    } else if (got === 'forbidden') {
      const untold = operation.roles.filter((role) => !answer.string('detail').includes(role));
      if (untold.length > 0) found.push(`${operation.id} does not tell ${untold.join(', ')}`);
    }
  }
  return found;
}

describe('every route of the API document', () => {
  it('is expected of somebody here, and nothing else is', () => {
    expect(document.operations.map(({ id }) => id).sort()).toEqual(Object.keys(MAY).sort());
  });

  it('shows in the document who may: what is expected here', () => {
    const rolesOf = ({ operator, provider = '', reseller = '', customer }: Expected) => [
      ...(operator === undefined ? [] : ['operator']),
      ...provider.split('').map((letter) => `provider ${LETTERS[letter] ?? ''}`),
      ...reseller.split('').map((letter) => `reseller ${LETTERS[letter] ?? ''}`),
      ...(customer === undefined ? [] : ['customer-admin']),
    ];
    for (const { id, roles } of document.operations) {
      expect([id, roles]).toEqual([id, rolesOf(MAY[id] ?? { of: 'none' })]);
    }
  });

  it('lets in, refuses or does not find, as expected of every role, organisation and relation', async () => {
    const wrong: string[] = [];
    for (const operation of document.operations) {
      const expected = MAY[operation.id];
      if (expected !== undefined) wrong.push(...(await differences(operation, expected)));
    }
    expect(wrong).toEqual([]);
    expect(callers).toHaveLength(28);
    // Some two thousand requests.
  }, 120_000);

  it('would be noticed if one letter of its line were another', async () => {
    const line = (id: string, change: Partial<Expected>) => {
      const operation = document.operations.find((each) => each.id === id);
      if (operation === undefined) throw new Error(`There is no ${id}.`);
      return differences(operation, { of: 'none', ...MAY[id], ...change });
    };
    expect(await line('change-quantity', { reseller: 'ASH' })).toHaveLength(1);
    expect(await line('read-credits', { provider: 'ASHU' })).toHaveLength(1);
    expect(await line('create-provider', { provider: 'A' })).toHaveLength(1);
    expect(await line('read-customer', { of: 'provider' })).not.toEqual([]);
  });
});

describe('the operator', () => {
  it('finds nothing of a customer', async () => {
    for (const operation of document.operations.filter(({ id }) => MAY[id]?.of === 'customer')) {
      const [operator] = callers;
      if (operator === undefined) throw new Error('There is no operator.');
      const answer = await send(operation, operator);
      expect([operation.id, answer.status]).toEqual([operation.id, 404]);
    }
  });
});

/** Routes that are not in the role table: anybody's, and those of operators alone, which tools call. */
const ANYBODYS = [
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'POST /v1/token',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  // Hashes and public keys: what who checks the log offline needs.
  'GET /v1/audit/checkpoint',
  'GET /v1/audit/keys',
];
/** The page that shows the API's document, its files too. */
const DOCUMENTATION = /^GET \/docs(?:$|[-/])/;
const OPERATORS = [
  'GET /v1/operations/projections',
  'GET /v1/operations/parked-keys',
  'GET /v1/operations/projections/:view/parked/:key',
  'POST /v1/operations/projections/:view/rebuild',
  'POST /v1/operations/projections/:view/pause',
  'POST /v1/operations/projections/:view/resume',
  'POST /v1/operations/projections/:view/parked/:key/retry',
  'POST /v1/operations/projections/:view/parked/:key/drop',
];

/** What the server serves, as it was told to; HEAD and OPTIONS answer for the others. */
function served(): readonly string[] {
  const lines = new Set(readFileSync(routesFile, 'utf8').trim().split('\n'));
  return [...lines].filter((line) => !/^(?:HEAD|OPTIONS) /.test(line));
}

describe('every route that is served', () => {
  it('is in the API document, or one of the few that are named here', () => {
    const documented = document.operations.map(
      ({ method, path }) => `${method} ${path.replaceAll(/\{([a-zA-Z]+)\}/g, ':$1')}`,
    );
    const others = served().filter((route) => !DOCUMENTATION.test(route));
    expect(others.length).toBeGreaterThan(80);
    expect([...others].sort()).toEqual([...documented, ...ANYBODYS, ...OPERATORS].sort());
  });

  it.each(OPERATORS)(
    "lets the operator alone in, where it is the operator's: %s",
    async (route) => {
      const [method = '', template = ''] = route.split(' ');
      const path = template.replace(':view', 'no-view').replace(':key', 'no-key');
      const body = path.endsWith('/drop') ? { why: 'x' } : undefined;
      const sendAs = (api: Api) => (method === 'GET' ? api.get(path) : api.post(path, body));
      for (const { name, kind, api } of callers) {
        const answer = await sendAs(api);
        const verdict = answer.status === 403 ? 'forbidden' : 'allowed';
        expect([name, verdict]).toEqual([name, kind === 'operator' ? 'allowed' : 'forbidden']);
        if (verdict === 'forbidden') expect(answer.string('detail')).toContain('operator');
      }
      const nobody = await sendAs(service.api());
      expect([nobody.status, nobody.code]).toEqual([401, 'token-missing']);
    },
  );
});

describe('a role table with a row that is broken', () => {
  it('fails the walk of its route, whichever row it is, in each of its cells that let in', async () => {
    service.signal('SIGUSR2');
    const [owner] = callers.filter(({ relation }) => relation === 'owner');
    while ((await owner?.api.get('/v1/offers'))?.status !== 403) {
      // It is broken a moment later.
    }
    for (const operation of document.operations) {
      const expected = MAY[operation.id] ?? { of: 'none' };
      const letIn = callers.filter(
        (caller) =>
          expectedOf(expected, caller) === 'allowed' &&
          (expected.of !== 'none' || SEEN_BY.none.includes(caller.relation)),
      );
      expect([operation.id, letIn.length > 0]).toEqual([operation.id, true]);
      const noticed = await differences(operation, expected, letIn);
      expect([operation.id, noticed.length]).toEqual([operation.id, letIn.length]);
    }
    // Some six hundred requests.
  }, 120_000);
});
