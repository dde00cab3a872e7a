import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runTierbook, type Ran } from './harness/command-line';
import { plantFault } from './harness/planted-fault';
import { type Service, startService } from './harness/service';
import { accepted, World, type Member } from './harness/world';

type Row = Readonly<Record<string, unknown>>;

/** A test runs up to ten commands, each a process of its own. */
const LONGEST_MS = 120_000;

let service: Service;
let world: World;
let provider: Member;
let subscribed: { readonly id: string; readonly sid: string; readonly path: string };

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  provider = await world.provider();
  subscribed = await world.subscribed(provider);
});

const tierbook = (...args: string[]): Promise<Ran> => runTierbook(service.dataDir, ...args);

/** Runs a command that must end so, and reads the JSON that it prints. */
async function json(code: number, ...args: string[]): Promise<Row> {
  const ran = await tierbook(...args, '--json');
  expect([ran.code, code === 0 ? ran.err : '']).toEqual([code, '']);
  return JSON.parse(ran.out) as Row;
}

const projectionsIn = ({ projections }: Row) => projections as readonly Row[];
const stateOf = async (view: string) =>
  projectionsIn(await json(0, 'projections', 'list')).find((each) => each['view'] === view);

/** The same commands through the running service, and without one. */
function everyCommand(): void {
  it(
    'lists, pauses, resumes and rebuilds',
    async () => {
      const listed = await tierbook('projections', 'list');
      expect(listed.code).toBe(0);
      expect(listed.out).toMatch(
        /^VIEW +VERSION +LAG +PARKED +STATE\nproviders +\d+ +0 +0 +live\n/,
      );
      expect(await json(0, 'projections', 'pause', 'offers')).toEqual({
        view: 'offers',
        state: 'paused',
      });
      expect(await stateOf('offers')).toMatchObject({ state: 'paused', pausedBy: 'operator' });
      const still = await tierbook('projections', 'status', 'offers');
      expect([still.code, still.err]).toEqual([1, 'tierbook: Something stands still in offers.\n']);
      expect((await tierbook('projections', 'rebuild', 'offers')).err).toContain('paused');
      expect((await tierbook('projections', 'resume', 'offers')).code).toBe(0);
      expect((await tierbook('projections', 'status', 'offers')).code).toBe(0);
      expect(await json(0, 'projections', 'rebuild', 'customers')).toMatchObject({
        view: 'customers',
      });
      expect(await stateOf('customers')).toMatchObject({ state: 'live', lag: 0, rebuild: null });
    },
    LONGEST_MS,
  );

  it(
    'fails with one line for what there is not',
    async () => {
      for (const args of [
        ['projections', 'status', 'nonsense'],
        ['projections', 'rebuild', 'nonsense'],
        ['parked', 'show', 'customers', 'nobody'],
        ['parked', 'retry', 'customers', 'nobody'],
      ]) {
        const { code, out, err } = await tierbook(...args);
        expect([args, code, out]).toEqual([args, 1, '']);
        expect(err).toMatch(/^tierbook: [^\n]*(no projection|not parked)[^\n]*\n$/);
      }
    },
    LONGEST_MS,
  );

  it(
    'verifies the views, and leaves nothing behind',
    async () => {
      const verified = await json(0, 'views', 'verify');
      expect(verified).toMatchObject({ equal: true });
      expect((verified['views'] as Row[]).map(({ differences }) => differences)).toEqual(
        Array.from(verified['views'] as Row[], () => 0),
      );
      expect(readdirSync(service.dataDir).filter((name) => name.startsWith('verify'))).toEqual([]);
    },
    LONGEST_MS,
  );
}

describe('beside the service', () => {
  everyCommand();

  it(
    'retries and drops what is parked',
    async () => {
      const { sid, path } = subscribed;
      await plantFault(service, subscribed);
      accepted(await provider.api.put(`${path}/quantity`, { quantity: 99 }));
      const name = 'Filial depois da falha';
      const { position } = accepted(await provider.api.put(`${path}/name`, { name }));
      await provider.api.get(path, { position });

      const listed = await tierbook('parked', 'list');
      expect(listed.out).toMatch(new RegExp(`subscriptions +${sid} +SubscriptionQuantityChanged`));
      const shown = await tierbook('parked', 'show', 'subscriptions', sid);
      expect([shown.code, shown.out.match(/^Waits/gm)?.length]).toEqual([0, 2]);
      expect((await tierbook('views', 'verify')).code).toBe(0);
      const retried = await tierbook('parked', 'retry', 'subscriptions', sid);
      expect([retried.code, retried.err]).toEqual([1, expect.stringContaining('stands still at')]);
      const dropped = await tierbook('parked', 'drop', 'subscriptions', sid, '--why', 'Planted.');
      expect([dropped.code, dropped.out]).toEqual([0, `subscriptions ${sid} is up to date.\n`]);
      expect((await provider.api.get(path, { position })).at('name')).toBe(name);
      expect(await json(0, 'parked', 'list')).toEqual({ parkedKeys: [] });
      expect(await json(0, 'views', 'verify')).toMatchObject({ equal: true });
    },
    LONGEST_MS,
  );

  it('replays into a new directory, and refuses one that holds something', async () => {
    const to = join(service.dataDir, 'replayed');
    const replayed = await json(0, 'replay', '--to', to);
    expect((replayed['views'] as Row[]).every(({ state }) => state === 'live')).toBe(true);
    expect(existsSync(join(to, 'views.db'))).toBe(true);
    const again = await tierbook('replay', '--to', to);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('holds files already')]);
  });
});

describe('alone', () => {
  beforeAll(async () => {
    await service.stop();
  });

  everyCommand();

  it(
    'names a document that is not what the log makes of it, and a rebuild sets it right',
    async () => {
      await service.kept.alterDocument('customers', subscribed.id, 'licences', 12_345);
      const verified = await tierbook('views', 'verify');
      expect(verified.code).toBe(1);
      expect(verified.out).toContain(`customers ${subscribed.id}: different licences\n`);
      expect(verified.err).toContain('Not what the log makes of them: customers.');
      expect((await tierbook('projections', 'rebuild', 'customers')).code).toBe(0);
      expect((await tierbook('views', 'verify')).code).toBe(0);
    },
    LONGEST_MS,
  );

  it(
    'goes on with a build that nobody has finished, as where the views are gone',
    async () => {
      await service.kept.dropViews();
      const rebuilt = await tierbook('projections', 'rebuild', 'customers');
      expect([rebuilt.code, rebuilt.err]).toEqual([0, '']);
      expect(rebuilt.out).toContain('customers is rebuilt');
      expect((await tierbook('views', 'verify')).code).toBe(0);
    },
    LONGEST_MS,
  );
});
