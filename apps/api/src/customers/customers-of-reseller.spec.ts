import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { formatPosition, type Position } from '@tierbook/eventing';
import type { Principal } from '@tierbook/identity';
import type { Tierbook } from '@tierbook/platform';
import { Cursors, type ReadStore } from '@tierbook/read-models';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ResellerId } from '@tierbook/domain';
import { AsOf } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { ReadYourWrites } from '../http/read-your-writes';
import { Reader } from '../http/reader';
import { setPrincipal, type Exchange } from '../http/request';
import { ResellersController } from '../resellers/resellers.controller';
import { CustomerSight } from './customer-sight';
import { CustomersController } from './customers.controller';
import { CustomersOfReseller } from './customers-of-reseller';
import { ListCustomersQuery } from './list-customers.query';

const LOG = '0123456789abcdef';
const RESELLER = '3d54df2a-d616-5aec-8510-7f0bdd283d50' as ResellerId;
const PROVIDER = 'c30bcfc3-a077-51a1-8acb-e56fefec3ed9';

/** A service whose views are all empty and note who asks for what. */
function watchedService() {
  const waitedFor = new Set<string>();
  const read = new Set<string>();
  const store: Pick<ReadStore, 'find' | 'list' | 'getMany'> = {
    find: ({ name }, { join }) => {
      read.add(name);
      if (join !== undefined) read.add(join.view.name);
      return Promise.resolve({ rows: [] });
    },
    list: ({ name }, { beside }) => {
      read.add(name);
      read.add(beside.view.name);
      return Promise.resolve({ rows: [], text: new Uint8Array() });
    },
    getMany: ({ name }) => {
      read.add(name);
      return Promise.resolve(new Map());
    },
  };
  const tierbook = {
    reads: { store, cursors: new Cursors(randomBytes(32)) },
    aggregates: { load: () => Promise.resolve({ state: { status: 'active' } }) },
    pipeline: {
      gathering: { read: () => Promise.resolve({ status: 'active' }) },
      now: () => new Date(),
    },
    engines: {
      eventStore: { logId: LOG, head: (): Promise<Position> => Promise.resolve(position) },
    },
    projector: {
      waitFor: (view: string) => {
        waitedFor.add(view);
        return Promise.resolve();
      },
    },
  } as unknown as Tierbook;
  return { tierbook, waitedFor, read };
}

const position = formatPosition(LOG, 7);

function exchangeBy(organisation: Principal['organisation']): Exchange {
  const request = { headers: { 'tierbook-position': position } } as unknown as FastifyRequest;
  setPrincipal(request, { kind: 'agent', id: 'a', organisation, role: 'admin-agent' });
  return { request, reply: { header: () => undefined } as unknown as FastifyReply };
}

const CALLERS: readonly Principal['organisation'][] = [
  { kind: 'reseller', id: RESELLER },
  { kind: 'provider', id: PROVIDER },
];

describe('a list of customers', () => {
  it.each(CALLERS)('waits for every view that it reads: $kind', async (organisation) => {
    const { tierbook, waitedFor, read } = watchedService();
    const reader = new Reader(new ReadYourWrites(tierbook));
    const ofReseller = new CustomersOfReseller(tierbook);
    const nothingIsSent = Object.create(CommandSender.prototype) as CommandSender;
    const sight = new CustomerSight(tierbook);
    const asOf = new AsOf(tierbook);
    const customers = new CustomersController(nothingIsSent, reader, asOf, sight, ofReseller);
    const resellers = new ResellersController(nothingIsSent, reader, asOf, ofReseller, tierbook);

    await customers.list(exchangeBy(organisation), new ListCustomersQuery());
    expect([...waitedFor]).toEqual(expect.arrayContaining([...read]));
    waitedFor.clear();
    read.clear();
    await resellers.customers(exchangeBy(organisation), RESELLER, new ListCustomersQuery());
    expect(read.size).toBeGreaterThan(0);
    expect([...waitedFor]).toEqual(expect.arrayContaining([...read]));
  });
});
