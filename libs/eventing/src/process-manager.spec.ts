import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RecordedEvent } from './envelope';
import { StoreRefusedError } from './errors';
import { formatPosition, type Position } from './position';
import {
  ProcessManagerRunner,
  type Checkpoint,
  type Checkpoints,
  type ProcessManager,
} from './process-manager';
import { contextOf, kernelOver, stocking } from './testing/example-aggregate';

/** What a process knows of its checkpoints when it starts again: `fail` makes saving impossible. */
class KeptCheckpoints implements Checkpoints {
  readonly kept = new Map<string, Checkpoint>();
  fail = false;

  async load(name: string): Promise<Checkpoint | undefined> {
    return this.kept.get(name);
  }

  async save(name: string, checkpoint: Checkpoint): Promise<void> {
    if (this.fail) throw new Error('state store down');
    this.kept.set(name, checkpoint);
  }
}

function setUp() {
  const kernel = kernelOver();
  const { store, codec, pipeline } = kernel;
  const checkpoints = new KeptCheckpoints();
  const retries: [unknown, number][] = [];
  const stock = async (boxes: Readonly<Record<string, number>>): Promise<Position> => {
    const outcome = await pipeline.execute(stocking(boxes));
    if (outcome.kind !== 'accepted') throw new Error('not accepted');
    return outcome.position;
  };
  const runnerOf = (react: ProcessManager['react'], name = 'manager') =>
    new ProcessManagerRunner(
      { name, reactsTo: new Set(['BoxStocked']), react },
      {
        reader: store,
        codec,
        checkpoints,
        onRetry: (_name, { position }, _error, delayMs) => {
          retries.push([position, delayMs]);
        },
      },
    );
  return { ...kernel, checkpoints, retries, stock, runnerOf };
}

/** Lets everything run that does not wait for a timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

const boxesSeen = (seen: string[]) => async (recorded: RecordedEvent) => {
  seen.push((recorded.event.data as { readonly box: string }).box);
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

it('reacts to the events it names, in order, what was there and what comes', async () => {
  const { pipeline, stock, runnerOf } = setUp();
  await stock({ a: 1, b: 1 });
  await pipeline.execute(stocking({ a: 1 })); // NothingChanged: not its concern.
  const seen: string[] = [];
  const runner = runnerOf(boxesSeen(seen));
  await runner.start();
  await settle();
  expect(seen).toEqual(['a', 'b']);
  await stock({ c: 1 });
  await settle();
  expect(seen).toEqual(['a', 'b', 'c']);
  await runner.stop();
});

it('goes on from its checkpoint', async () => {
  const { store, checkpoints, stock, runnerOf } = setUp();
  await stock({ a: 1 });
  const first = runnerOf(() => Promise.resolve());
  await first.start();
  await settle();
  const last = await stock({ b: 1 });
  await settle();
  await first.stop();
  expect(checkpoints.kept.get('manager')).toEqual({
    position: last,
    eventId: (await store.eventAt(last))?.id,
  });
  await stock({ c: 1 });
  const seen: string[] = [];
  const second = runnerOf(boxesSeen(seen));
  await second.start();
  await settle();
  await second.stop();
  expect(seen).toEqual(['c']);
});

it('saves its checkpoint at most once a second, though others write without end', async () => {
  const { checkpoints, stock, runnerOf } = setUp();
  const saves = jest.spyOn(checkpoints, 'save');
  const runner = runnerOf(() => Promise.resolve());
  await runner.start();
  for (const n of [1, 2, 3]) {
    await stock({ a: n });
    await settle();
  }
  expect(saves).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(1_000);
  await stock({ a: 4 });
  await settle();
  expect(saves).toHaveBeenCalledTimes(2);
  await runner.stop();
});

describe('a process that is killed', () => {
  /** Copies each shelf's box to another shelf, by a command that derives from the event. */
  const copying = (pipeline: ReturnType<typeof kernelOver>['pipeline']) => ({
    react: async ({ id, event }: RecordedEvent) => {
      const { box, to } = event.data as { readonly box: string; readonly to: number };
      if (box.startsWith('copy')) return;
      const context = contextOf({ commandId: `copy of ${id}` });
      await pipeline.execute(stocking({ [`copy ${box}`]: to }, context, { id: 'copies' }));
    },
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'after %s reactions has each effect exactly once when it starts again',
    async (reactions) => {
      const { store, keys, pipeline, checkpoints, stock, runnerOf } = setUp();
      for (const box of ['a', 'b', 'c', 'd', 'e']) await stock({ [box]: 1 });
      let left = reactions;
      const { react } = copying(pipeline);
      // A kill: it reacts so often, once more without learning of it, saves no checkpoint, and is gone.
      const killed = runnerOf(async (recorded) => {
        await react(recorded);
        left -= 1;
        if (left < 0) await new Promise<never>(() => undefined);
      });
      checkpoints.fail = reactions % 2 === 0;
      await killed.start();
      await settle();

      checkpoints.fail = false;
      const restarted = kernelOver(store, keys);
      const runner = runnerOf(copying(restarted.pipeline).react);
      await runner.start();
      await settle();
      await runner.stop();
      const copies = [];
      for await (const page of store.readStream('test.shelf-copies')) copies.push(...page);
      expect(copies.map(({ data }) => data['box'])).toEqual([
        'copy a',
        'copy b',
        'copy c',
        'copy d',
        'copy e',
      ]);
    },
  );
});

describe('a failure', () => {
  it('is tried again, ever more slowly, and its event is never skipped', async () => {
    const { stock, runnerOf, retries } = setUp();
    const position = await stock({ a: 1 });
    await stock({ b: 1 });
    const seen: string[] = [];
    let failures = 12;
    const runner = runnerOf(async (recorded) => {
      if (failures-- > 0) throw new Error('down');
      return boxesSeen(seen)(recorded);
    });
    await runner.start();
    for (let turn = 0; turn < 12; turn += 1) {
      await settle();
      expect(seen).toEqual([]);
      expect(retries).toHaveLength(turn + 1);
      await jest.advanceTimersByTimeAsync(retries.at(-1)?.[1] ?? 0);
    }
    await settle();
    expect(seen).toEqual(['a', 'b']);
    const delays = [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000, 30000];
    expect(retries).toEqual(delays.map((delay) => [position, delay]));
    await runner.stop();
  });

  it('begins anew with a short wait after a reaction that worked', async () => {
    const { stock, runnerOf, retries } = setUp();
    for (const box of ['a', 'b']) await stock({ [box]: 1 });
    const tries = new Map<string, number>();
    const runner = runnerOf(async (recorded) => {
      const before = tries.get(recorded.id) ?? 0;
      tries.set(recorded.id, before + 1);
      if (before < 2) throw new Error('down');
    });
    await runner.start();
    for (let turn = 0; turn < 8; turn += 1) {
      await settle();
      await jest.advanceTimersByTimeAsync(200);
    }
    expect(retries.map(([, delay]) => delay)).toEqual([100, 200, 100, 200]);
    await runner.stop();
  });

  it('to read an event or to save is told and tried again, and crashes nothing', async () => {
    const { keys, pipeline, checkpoints, runnerOf, retries } = setUp();
    const gather = () => ({ ok: { boxes: { a: 1 }, note: 'personal' } });
    await pipeline.execute(stocking({}, contextOf(), { gather }));
    const find = jest.spyOn(keys, 'find').mockRejectedValueOnce(new Error('key store down'));
    checkpoints.fail = true;
    const seen: string[] = [];
    const runner = runnerOf(boxesSeen(seen));
    await runner.start();
    await settle();
    expect(find).toHaveBeenCalledTimes(1);
    expect(seen).toEqual([]);
    await jest.advanceTimersByTimeAsync(100);
    await settle();
    expect(seen).toEqual(['a']);
    expect(retries).toEqual([
      [expect.any(String), 100],
      [undefined, 100],
    ]);
    checkpoints.fail = false;
    await runner.stop();
    expect(checkpoints.kept.size).toBe(1);
    expect(seen).toEqual(['a']);
  });
});

describe('a checkpoint', () => {
  it.each<[string, (position: Position) => Partial<Checkpoint>]>([
    ['of another event', () => ({ eventId: 'another' })],
    ['of another log', () => ({ position: formatPosition('0123456789abcdef', 1) })],
    ['beyond the log', (position) => ({ position: position.replace(/\d$/, '9') as Position })],
  ])('%s is refused', async (_, change) => {
    const { store, checkpoints, stock, runnerOf } = setUp();
    const position = await stock({ a: 1 });
    const eventId = (await store.eventAt(position))?.id ?? '';
    await checkpoints.save('manager', { position, eventId, ...change(position) });
    const runner = runnerOf(() => Promise.reject(new Error('must not react')));
    await expect(runner.start()).rejects.toThrow(StoreRefusedError);
    await runner.stop();
  });
});

describe('stopping', () => {
  it('lets the reaction under way finish, begins no other, and saves what was reached', async () => {
    const { store, checkpoints, stock, runnerOf } = setUp();
    const position = await stock({ a: 1 });
    await stock({ b: 1 });
    const seen: string[] = [];
    let finish = (): void => undefined;
    const runner = runnerOf(async (recorded) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return boxesSeen(seen)(recorded);
    });
    await runner.start();
    await settle();
    let stopped = false;
    const stopping = runner.stop().then(() => (stopped = true));
    await settle();
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(seen).toEqual(['a']);
    expect(checkpoints.kept.get('manager')).toEqual({
      position,
      eventId: (await store.eventAt(position))?.id,
    });
  });

  it('does not wait for the next try of what failed', async () => {
    const { checkpoints, stock, runnerOf, retries } = setUp();
    await stock({ a: 1 });
    const runner = runnerOf(() => Promise.reject(new Error('down')));
    await runner.start();
    await settle();
    expect(retries).toHaveLength(1);
    await runner.stop();
    expect(checkpoints.kept.size).toBe(0);
  });

  it('does not fail where what was reached cannot be saved', async () => {
    const { checkpoints, retries, stock, runnerOf } = setUp();
    const runner = runnerOf(() => Promise.resolve());
    await runner.start();
    await settle();
    await stock({ a: 1 });
    await settle();
    await stock({ b: 1 });
    await settle();
    jest.spyOn(checkpoints, 'save').mockRejectedValue(new Error('The disk is full.'));
    await runner.stop();
    expect(retries).toEqual([[undefined, 0]]);
  });

  it('before starting is nothing', async () => {
    await setUp()
      .runnerOf(() => Promise.resolve())
      .stop();
  });
});
