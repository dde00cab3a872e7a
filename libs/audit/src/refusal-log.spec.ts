import { afterEach, describe, expect, it } from '@jest/globals';
import type { StateStore, StateValue } from '@tierbook/state';
import { InMemoryStateStore } from '@tierbook/state/testing';
import { KEPT_IN_A_WINDOW, NO_REFUSALS, RefusalLog, WINDOW_MS } from './refusal-log';
import type { RefusalEntry, RefusedCaller, RefusedCommand } from './refusal-log';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const CALLER: RefusedCaller = {
  kind: 'agent',
  id: 'agent-1',
  organisation: 'provider-1',
  role: 'sales-agent',
};

function refused(over: Partial<RefusedCommand> = {}): RefusedCommand {
  return {
    caller: CALLER,
    command: 'create-customer',
    target: '/v1/customers',
    code: 'domain-taken',
    fingerprint: { kid: 'k', mac: 'm' },
    correlationId: '00000000-0000-4000-8000-000000000000',
    dryRun: false,
    ...over,
  };
}

/** A log whose clock stands still until it is moved. */
function setUp(state: StateStore = new InMemoryStateStore()) {
  let now = START;
  const failures: unknown[] = [];
  const log = new RefusalLog({
    state,
    clock: { now: () => new Date(now) },
    onFailure: (error) => failures.push(error),
  });
  const all = async (reader = log) => (await reader.page({}, { limit: 100_000 })).entries;
  const pass = (ms: number) => {
    now += ms;
  };
  return { log, state, failures, pass, all };
}

const logs: RefusalLog[] = [];
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
});

describe('the refusal log', () => {
  it('is empty at first', async () => {
    const { log, all } = setUp();
    expect(await log.head()).toEqual(NO_REFUSALS);
    expect(await all()).toEqual([]);
    expect(await log.verify()).toEqual({ intact: true, head: NO_REFUSALS });
  });

  it('keeps who was refused what, the newest first, each chained to the one before', async () => {
    const { log, pass, all } = setUp();
    log.record(refused());
    pass(5);
    log.record(refused({ code: 'forbidden', dryRun: true, fingerprint: null }));
    await log.close();
    const entries = await all();
    expect(entries).toEqual([
      {
        ...refused({ code: 'forbidden', dryRun: true, fingerprint: null }),
        kind: 'refusal',
        sequence: 2,
        at: '2026-11-22T10:00:00.005Z',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      {
        ...refused(),
        kind: 'refusal',
        sequence: 1,
        at: '2026-11-22T10:00:00.000Z',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(await log.head()).toEqual({ size: 2, hash: entries[0]?.hash });
    expect(await log.verify()).toEqual({ intact: true, head: await log.head() });
  });

  it('goes on with the chain that it finds', async () => {
    const first = setUp();
    first.log.record(refused());
    await first.log.close();
    const before = await first.log.head();
    const second = setUp(first.state);
    second.log.record(refused());
    await second.log.close();
    const head = await second.log.head();
    expect([before.size, head.size]).toEqual([1, 2]);
    expect(await second.log.verify()).toEqual({ intact: true, head });
  });

  it('is held to heads of before: written anew, or cut, it is another', async () => {
    const written = async (...codes: readonly string[]) => {
      const { log } = setUp();
      for (const code of codes) log.record(refused({ code }));
      await log.close();
      return log;
    };
    const log = await written('domain-taken', 'forbidden', 'forbidden');
    const heads = [await (await written('domain-taken')).head(), await log.head(), NO_REFUSALS];
    expect(await log.verify(heads)).toMatchObject({ intact: true });
    const anew = await written('forbidden', 'forbidden', 'forbidden');
    expect(await anew.verify()).toMatchObject({ intact: true });
    expect(await anew.verify(heads)).toMatchObject({ intact: false, sequence: 1 });
    const cut = await written('domain-taken', 'forbidden');
    expect(await cut.verify(heads)).toEqual({
      ...{ intact: false, sequence: 2 },
      reason: 'It ends after 2 entries, and the checkpoint signs 3.',
    });
  });

  it('is one chain when several processes write it at once', async () => {
    const { state, all } = setUp();
    const writers = Array.from({ length: 10 }, () => setUp(state).log);
    for (const writer of writers) {
      for (let n = 0; n < 25; n += 1) writer.record(refused());
    }
    await Promise.all(writers.map((writer) => writer.close()));
    const sequences = (await all()).map(({ sequence }) => sequence);
    expect(sequences).toEqual(Array.from({ length: 250 }, (_, n) => 250 - n));
    const [reader] = writers;
    expect(await reader?.verify()).toMatchObject({ intact: true, head: { size: 250 } });
  });

  it(`keeps ${String(KEPT_IN_A_WINDOW)} of a caller in ten minutes, and counts the others in one entry`, async () => {
    const { log, pass, all } = setUp();
    for (let n = 0; n < KEPT_IN_A_WINDOW + 30; n += 1) {
      log.record(refused({ code: n % 2 === 0 ? 'domain-taken' : 'forbidden' }));
      pass(1);
    }
    log.record(refused({ caller: { ...CALLER, id: 'agent-2' } }));
    pass(WINDOW_MS);
    log.record(refused({ code: 'later' }));
    await log.close();
    const entries = await all();
    expect(entries).toHaveLength(KEPT_IN_A_WINDOW + 3);
    const summaries = entries.filter(({ kind }) => kind === 'summary');
    expect(summaries).toEqual([
      expect.objectContaining({
        caller: CALLER,
        from: '2026-11-22T10:00:00.100Z',
        counts: { 'domain-taken': 15, forbidden: 15 },
      }),
    ]);
    expect(await log.verify()).toMatchObject({ intact: true });
  });

  it('writes what it has counted when it is closed', async () => {
    const { log, all } = setUp();
    for (let n = 0; n <= KEPT_IN_A_WINDOW; n += 1) log.record(refused());
    await log.close();
    expect((await all())[0]).toMatchObject({ kind: 'summary', counts: { 'domain-taken': 1 } });
  });

  it('keeps windows of many callers in bounded memory', async () => {
    const { log, all } = setUp();
    const callers = 12_000;
    for (let n = 0; n < callers; n += 1) {
      log.record(refused({ caller: { ...CALLER, id: `agent-${String(n)}` } }));
    }
    await log.close();
    const counted = (await all()).reduce((sum, entry) => sum + countOf(entry), 0);
    expect(counted).toBe(callers);
  });

  it('tries again what could not be written', async () => {
    class Failing extends InMemoryStateStore {
      fails = true;
      override put(...args: Parameters<StateStore['put']>) {
        return this.fails ? Promise.reject(new Error('disk full')) : super.put(...args);
      }
    }
    const state = new Failing();
    const { log, failures, all } = setUp(state);
    logs.push(log);
    log.record(refused());
    await log.close();
    expect(failures).toHaveLength(1);
    state.fails = false;
    await log.close();
    expect(await all()).toHaveLength(1);
  });

  it('finds by organisation, caller, command, code and time', async () => {
    const { log, pass } = setUp();
    log.record(refused());
    pass(60_000);
    log.record(refused({ caller: { ...CALLER, id: 'agent-2' }, code: 'forbidden' }));
    log.record(refused({ caller: { ...CALLER, organisation: 'provider-2' }, command: 'other' }));
    await log.close();
    const found = async (filter: Parameters<RefusalLog['page']>[0]) =>
      (await log.page(filter, { limit: 10 })).entries.map(({ sequence }) => sequence);
    expect(await found({ organisation: 'provider-1' })).toEqual([2, 1]);
    expect(await found({ caller: 'agent-1' })).toEqual([3, 1]);
    expect(await found({ command: 'other' })).toEqual([3]);
    expect(await found({ code: 'forbidden' })).toEqual([2]);
    expect(await found({ target: 'customers' })).toEqual([3, 2, 1]);
    expect(await found({ target: 'customer' })).toEqual([]);
    expect(await found({ until: '2026-11-22T10:01:00.000Z' })).toEqual([1]);
    expect(await found({ from: '2026-11-22T10:01:00.000Z', code: 'domain-taken' })).toEqual([3]);
  });

  it('pages without gap or double, also across batches', async () => {
    const { log } = setUp();
    for (let n = 0; n < 230; n += 1) {
      log.record(refused({ caller: { ...CALLER, id: `agent-${String(n % 4)}` } }));
    }
    await log.close();
    const seen: number[] = [];
    let before: number | undefined;
    do {
      const page = await log.page({ caller: 'agent-3' }, { before, limit: 7 });
      seen.push(...page.entries.map(({ sequence }) => sequence));
      before = page.before;
    } while (before !== undefined);
    const expected = Array.from({ length: 230 }, (_, n) => 230 - n).filter((n) => n % 4 === 0);
    expect(seen).toEqual(expected);
  });

  it.each<[string, (batches: Map<string, StateValue>) => void]>([
    [
      'a changed entry',
      (batches) => {
        change(batches, (entry) => ({ ...entry, code: 'other' }));
      },
    ],
    [
      'a changed caller',
      (batches) => {
        change(batches, (entry) => ({ ...entry, at: 'then' }));
      },
    ],
    ['a removed batch', (batches) => batches.delete([...batches.keys()][1] ?? '')],
    ['removed beginnings', (batches) => batches.delete([...batches.keys()][0] ?? '')],
  ])('notices %s', async (_, tamper) => {
    const state = new InMemoryStateStore();
    for (let n = 0; n < 3; n += 1) {
      const { log } = setUp(state);
      log.record(refused());
      log.record(refused());
      await log.close();
    }
    const records = (await state.list<StateValue>('refusals', { limit: 10 })).toReversed();
    const batches = new Map(records.map(({ key, value }) => [key, value]));
    tamper(batches);
    const tampered = new InMemoryStateStore();
    for (const [key, value] of batches) await tampered.put('refusals', key, value);
    expect(await setUp(state).log.verify()).toMatchObject({ intact: true });
    expect(await setUp(tampered).log.verify()).toMatchObject({ intact: false });
  });
});

function countOf(entry: RefusalEntry): number {
  if (entry.kind === 'refusal') return 1;
  return Object.values(entry.counts).reduce((sum, count) => sum + count, 0);
}

/** Changes the first entry of the second batch. */
function change(
  batches: Map<string, StateValue>,
  to: (entry: Readonly<Record<string, StateValue>>) => StateValue,
): void {
  const [, second] = [...batches];
  if (second === undefined) throw new Error('There is no second batch.');
  const [key, value] = second;
  const batch = value as { previous: string; entries: Readonly<Record<string, StateValue>>[] };
  const [first, ...others] = batch.entries;
  if (first === undefined) throw new Error('The batch is empty.');
  batches.set(key, { ...batch, entries: [to(first), ...others] });
}
