import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StoredEvent } from '@tierbook/eventing';
import type { Api, Answer } from '../e2e/harness/api';
import { runTierbookWith } from '../e2e/harness/command-line';
import { Kept } from '../e2e/harness/kept';
import { mongoEnv } from '../e2e/harness/mongo-stores';
import { until } from '../e2e/harness/until';
import { describeMongo } from '../mongo-server/describe-mongo';
import { MongoServer } from '../mongo-server/mongo-server';
import { type Command, command, customer, offer, order } from './harness/client';
import { Cluster } from './harness/cluster';

const CALLERS = 8;
/** Of each caller: a customer, its orders, and changes of them. */
const COMMANDS = 12;
/** An outage is waited out: a caller sends the same command again until it is answered. */
const LONGEST_OUTAGE_MS = 60_000;

/** A command and its answer. */
interface Done {
  readonly sent: Command;
  readonly answer: Answer;
}

describeMongo('Under load, what is killed', () => {
  let mongo: MongoServer;
  let cluster: Cluster;
  let providerId: string;
  let offerId: string;
  const done: Done[] = [];
  let domains = 0;

  beforeAll(async () => {
    mongo = await MongoServer.start();
    cluster = await Cluster.start(mongoEnv(`${mongo.url}/tierbook`));
    const body = { name: 'Zimbro', email: 'a@zimbro.example', country: 'PT' };
    const operator = await cluster.api(0);
    providerId = (await answered(operator, command('POST', '/v1/providers', body))).id;
    offerId = (await answered(await provider(0), offer())).id;
  }, 120_000);
  afterAll(async () => {
    await cluster.dispose();
    await mongo.dispose();
  });

  const provider = (index: number): Promise<Api> =>
    cluster.api(index, { kind: 'provider', id: providerId });

  it.each([
    [
      'the projector: another goes on in its place',
      async () => {
        await (await cluster.leading()).end('SIGKILL');
      },
    ],
    [
      'the MongoDB server: it is waited out',
      async () => {
        await mongo.kill();
        await cluster.untilReadinessIs(503);
        await mongo.start();
      },
    ],
    [
      'the disk of the MongoDB server, by being full: it is waited out',
      async () => {
        mongo.fillDisk();
        const sent = customer(`firma${String(domains++)}`);
        const api = await provider(0);
        const refused = await api.command(sent.method, sent.path, sent.body, { key: sent.key });
        expect([refused.status, refused.code]).toEqual([507, 'disk-full']);
        await cluster.untilReadinessIs(503);
        mongo.makeRoom();
        await answered(api, sent);
      },
    ],
    [
      "the event store's server: it is waited out",
      async () => {
        await cluster.events.kill();
        await cluster.untilReadinessIs(503);
        await cluster.events.start();
      },
    ],
  ])(
    '%s; nothing is lost, nothing doubled, and no hand is needed',
    async (_, kill) => {
      const before = done.length;
      const load = Promise.all(Array.from({ length: CALLERS }, (_each, index) => call(index)));
      await until('the middle of the load', () =>
        done.length - before >= CALLERS * 2 ? true : undefined,
      );
      await kill();
      await load;
      await cluster.untilReadinessIs(200);

      expect(done.length - before).toBe(CALLERS * COMMANDS);
      expect(await contradictions()).toEqual([]);
      expect(wrongsOf(await logged(), done)).toEqual([]);
      expect(await missingInLists()).toEqual([]);
      const verified = await runTierbookWith(cluster.env, 'views', 'verify', '--json');
      expect([verified.code, verified.err]).toEqual([0, '']);
      expect(JSON.parse(verified.out)).toMatchObject({ equal: true });
    },
    240_000,
  );

  /** One caller: creates a customer that orders, orders more, and changes quantities, at either process. */
  async function call(index: number): Promise<void> {
    const api = await provider(index);
    const created = await take(api, customer(`firma${String(domains++)}`, [order(offerId, 1)]));
    const path = `/v1/customers/${created.id}`;
    let subscription = `${path}/subscriptions/${created.string('subscriptions', 0, 'id')}`;
    for (let count = 1; count < COMMANDS; count++) {
      const isOrder = count % 3 === 0;
      const answer = await take(
        api,
        isOrder
          ? command('POST', `${path}/subscriptions`, order(offerId, count))
          : command('PUT', `${subscription}/quantity`, { quantity: 10 + count }),
      );
      if (isOrder) subscription = `${path}/subscriptions/${answer.id}`;
    }
  }

  async function take(api: Api, sent: Command): Promise<Answer> {
    const answer = await answered(api, sent);
    done.push({ sent, answer });
    return answer;
  }

  /** Whatever was answered is answered the same again. */
  async function contradictions(): Promise<readonly string[]> {
    const api = await provider(1);
    const wrong: string[] = [];
    for (const { sent, answer } of done) {
      const again = await answered(api, sent);
      const same = again.revision === answer.revision && again.position === answer.position;
      if (!same) wrong.push(`${sent.method} ${sent.path}: ${answer.text} became ${again.text}`);
    }
    return wrong;
  }

  async function logged(): Promise<readonly StoredEvent[]> {
    const log = await new Kept(cluster.env).openLog();
    const events: StoredEvent[] = [];
    for await (const batch of log.readAll()) events.push(...batch.events);
    await log.close();
    return events;
  }

  /** Each customer's subscriptions that were ordered and are not listed once, once the views are there. */
  async function missingInLists(): Promise<readonly string[]> {
    const api = await provider(0);
    const position = done
      .map(({ answer }) => answer.position)
      .toSorted()
      .at(-1);
    const wrong: string[] = [];
    for (const { sent, answer } of done) {
      if (sent.path !== '/v1/customers') continue;
      const path = `/v1/customers/${answer.id}/subscriptions`;
      const ordered = done.filter((each) => each.sent.path === path).map((each) => each.answer.id);
      const all = [answer.string('subscriptions', 0, 'id'), ...ordered].toSorted();
      const listed = await until(path, async () => {
        const page = await api.get(`${path}?limit=200`, { position: position ?? '' });
        return page.status === 200
          ? page.items.map((item) => String(item['subscriptionId'])).toSorted()
          : undefined;
      });
      if (listed.join() !== all.join()) wrong.push(`${path}: ${listed.join()}, not ${all.join()}`);
    }
    return wrong;
  }
});

/** Sends it with its key until it is done; 503 has to say when to come again. */
async function answered(api: Api, { key, method, path, body }: Command): Promise<Answer> {
  return until(
    `${method} ${path}`,
    async () => {
      const answer = await api.command(method, path, body, { key });
      if (answer.status === 503) {
        expect([path, answer.headers.get('retry-after')]).toEqual([path, '1']);
        return undefined;
      }
      if (answer.status === 507) return undefined;
      expect([path, answer.text, answer.status < 300]).toEqual([path, answer.text, true]);
      return answer;
    },
    LONGEST_OUTAGE_MS,
  );
}

/** What is wrong with the log: a gap or an id met twice, and a command whose events are there twice, or not at all. */
function wrongsOf(events: readonly StoredEvent[], done: readonly Done[]): readonly string[] {
  const wrong: string[] = [];
  const next = new Map<string, number>();
  const ids = new Set<string>();
  const places = new Set<string>();
  for (const { id, stream, revision, metadata } of events) {
    if (revision !== (next.get(stream) ?? 0)) wrong.push(`${stream} at ${String(revision)}`);
    next.set(stream, revision + 1);
    const { commandId, append } = metadata;
    const place = `${commandId} ${String(append.index)} of ${String(append.of)}`;
    if (ids.has(id) || places.has(place)) wrong.push(`twice: ${id}, ${place}`);
    ids.add(id);
    places.add(place);
  }
  const positions = new Set<string>(events.map(({ position }) => position));
  for (const { sent, answer } of done) {
    if (!positions.has(answer.position)) wrong.push(`lost: ${sent.path} at ${answer.position}`);
  }
  return wrong;
}
