import { hash } from 'node:crypto';
import type { Clock, Fingerprint } from '@tierbook/eventing';
import type { StateRecord, StateStore, StateValue } from '@tierbook/state';

/** Who was refused, as its token says. All ids are opaque. */
export interface RefusedCaller {
  readonly kind: 'agent' | 'service' | 'operator';
  readonly id: string;
  /** Its id, or `operator`. */
  readonly organisation: string;
  readonly role: string;
}

/** A refused command: who sent which command at what, and which rule said no. Never its payload. */
export interface RefusedCommand {
  readonly caller: RefusedCaller;
  readonly command: string;
  /** The path that it was sent to. */
  readonly target: string;
  /** The problem's code. */
  readonly code: string;
  /** Of the command as received; `null` where it has no canonical form. */
  readonly fingerprint: Fingerprint | null;
  readonly correlationId: string;
  /** It only asked what would happen. */
  readonly dryRun: boolean;
}

interface Chained {
  /** From 1, without a gap. */
  readonly sequence: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly caller: RefusedCaller;
  /** SHA-256 over the hash of the entry before and this one, in hexadecimal. */
  readonly hash: string;
}

/** One entry of the log: a refused command, or how many more of one caller were not kept one by one. */
export type RefusalEntry =
  | (Chained & Omit<RefusedCommand, 'caller'> & { readonly kind: 'refusal' })
  | (Chained & {
      readonly kind: 'summary';
      /** When the first of those that it counts was refused. */
      readonly from: string;
      readonly counts: Readonly<Record<string, number>>;
    });

/** What stands for all entries up to now: whoever keeps it can tell whether one was changed or removed. */
export interface RefusalLogHead {
  readonly size: number;
  /** Of the last entry, in hexadecimal; that of nothing where there is none. */
  readonly hash: string;
}

/** What entries are asked for by; each narrows. */
export interface RefusalFilter {
  readonly organisation?: string | undefined;
  readonly caller?: string | undefined;
  readonly command?: string | undefined;
  readonly code?: string | undefined;
  /** An id that stands in the path that it was sent to. */
  readonly target?: string | undefined;
  /** Inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly until?: string | undefined;
}

export interface RefusalPage {
  /** The newest first. */
  readonly entries: readonly RefusalEntry[];
  /** Go on with entries before this one; absent at the log's beginning. A page may be short, or empty, and still go on. */
  readonly before?: number;
}

/** What was found by walking the whole chain: the first entry, from the newest on, that is not what it was. */
export type RefusalLogVerdict =
  | { readonly intact: true; readonly head: RefusalLogHead }
  | { readonly intact: false; readonly sequence: number; readonly reason: string };

export interface RefusalLogOptions {
  readonly state: StateStore;
  readonly clock: Clock;
  /** Told when entries could not be written; they are tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Entries that were chained together, and the hash of the one before them. */
interface Batch {
  readonly previous: string;
  readonly entries: readonly RefusalEntry[];
}

type Unchained = RefusalEntry extends infer E
  ? E extends RefusalEntry
    ? Omit<E, 'sequence' | 'hash'>
    : never
  : never;

/** What is known of one caller in its present window. */
interface Window {
  readonly caller: RefusedCaller;
  readonly since: number;
  kept: number;
  beyond: { readonly from: string; readonly counts: Map<string, number> } | undefined;
}

const COLLECTION = 'refusals';
/** Refusals kept one by one in a caller's window; those beyond are counted. */
export const KEPT_IN_A_WINDOW = 100;
export const WINDOW_MS = 600_000;
const MOST_WINDOWS = 10_000;
const MOST_IN_A_BATCH = 100;
/** Refusals that wait to be written; those beyond are counted. */
const MOST_PENDING = 1_000;
/** How long a refusal waits for others to be written with. */
const LINGER_MS = 200;
const RETRY_MS = 5_000;
const BATCHES_A_READ = 50;
/** Batches that one page looks through. */
const MOST_BATCHES_A_PAGE = 200;
/** Keys sort the newest batch first. */
const HIGHEST = 10 ** 15;

/** The hash of a log without entries. */
export const NO_REFUSALS: RefusalLogHead = {
  size: 0,
  hash: hash('sha256', 'tierbook refusal log v1'),
};

/**
 * The refused commands of known callers, in a hash chain kept in the StateStore. Writing never holds a
 * command up: entries are written together a moment later, and what a caller is refused beyond 100 times in
 * ten minutes is counted in one entry when they are over, so that nobody fills the disk by being refused.
 * A crash loses what was refused in the last moment, and the counts of windows that were not over.
 */
export class RefusalLog {
  /** By caller, the oldest window first. */
  private readonly windows = new Map<string, Window>();
  private pending: Unchained[] = [];
  private timer: NodeJS.Timeout | undefined;
  private timerEndsAt = Infinity;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: RefusalLogOptions) {}

  /** Notes the refusal; it is written within a moment. */
  record(refused: RefusedCommand): void {
    const { caller, code } = refused;
    const now = this.options.clock.now();
    const at = now.toISOString();
    const window = this.windowOf(caller, now.getTime());
    if (window.kept < KEPT_IN_A_WINDOW && this.pending.length < MOST_PENDING) {
      window.kept += 1;
      this.pending.push({ kind: 'refusal', at, ...refused });
    } else {
      window.beyond ??= { from: at, counts: new Map() };
      window.beyond.counts.set(code, (window.beyond.counts.get(code) ?? 0) + 1);
    }
    this.writeIn(LINGER_MS);
  }

  /** What stands for all that is written. */
  async head(): Promise<RefusalLogHead> {
    const [newest] = await this.options.state.list(COLLECTION, { limit: 1 });
    const last = newest && batchIn(newest).entries.at(-1);
    return last === undefined ? NO_REFUSALS : { size: last.sequence, hash: last.hash };
  }

  /** A page of the entries that the filter finds, the newest first. */
  async page(
    filter: RefusalFilter,
    { before, limit }: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<RefusalPage> {
    const entries: RefusalEntry[] = [];
    let seen: number | undefined;
    let batches = 0;
    for await (const { entries: newer } of this.batches(before)) {
      for (const entry of newer.toReversed()) {
        if (before !== undefined && entry.sequence >= before) continue;
        if (entries.length === limit || batches === MOST_BATCHES_A_PAGE) {
          return seen === undefined ? { entries } : { entries, before: seen };
        }
        seen = entry.sequence;
        if (isFoundBy(filter, entry)) entries.push(entry);
      }
      batches += 1;
    }
    return { entries };
  }

  /**
   * Walks the whole chain from its newest entry to the first, and holds it to heads of before, such as those that
   * checkpoints sign: alone it does not show that the newest entries are missing, or that it was written anew.
   */
  async verify(heads: readonly RefusalLogHead[] = []): Promise<RefusalLogVerdict> {
    const { size: end } = await this.head();
    const beyond = heads.find(({ size }) => size > end);
    if (beyond !== undefined) {
      const reason = `It ends after ${String(end)} entries, and the checkpoint signs ${String(beyond.size)}.`;
      return { intact: false, sequence: end, reason };
    }
    const signed = new Map(heads.map((each) => [each.size, each.hash]));
    let head: RefusalLogHead | undefined;
    let expected: RefusalLogHead | undefined;
    for await (const { previous, entries } of this.batches()) {
      let running = previous;
      for (const entry of entries) {
        if (entry.hash !== hashOf(running, entry)) return broken(entry, 'was changed');
        running = entry.hash;
        if ((signed.get(entry.sequence) ?? running) !== running) {
          return broken(entry, 'is not the one that the checkpoint signs');
        }
      }
      const [first, last] = [entries[0], entries.at(-1)];
      if (first === undefined || last === undefined) continue;
      if (last.sequence - first.sequence !== entries.length - 1) return broken(first, 'has a gap');
      if (
        expected !== undefined &&
        (expected.size !== last.sequence || expected.hash !== running)
      ) {
        return broken(last, 'is not followed by the entry after it');
      }
      head ??= { size: last.sequence, hash: last.hash };
      expected = { size: first.sequence - 1, hash: previous };
    }
    if (head === undefined || expected === undefined) return { intact: true, head: NO_REFUSALS };
    if (expected.size === 0 && expected.hash === NO_REFUSALS.hash) return { intact: true, head };
    return { intact: false, sequence: expected.size, reason: 'The entries before are missing.' };
  }

  /** Writes all that waits, and what the windows have counted. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    for (const [key, window] of this.windows) this.end(key, window);
    await this.write();
    clearTimeout(this.timer);
  }

  private windowOf(caller: RefusedCaller, now: number): Window {
    this.endWindows(now);
    const key = JSON.stringify([caller.organisation, caller.kind, caller.id, caller.role]);
    const known = this.windows.get(key);
    if (known !== undefined) return known;
    const window: Window = { caller, since: now, kept: 0, beyond: undefined };
    this.windows.set(key, window);
    return window;
  }

  /** Ends the windows whose time is over, and the oldest where there are too many. */
  private endWindows(now: number): void {
    for (const [key, window] of this.windows) {
      const age = now - window.since;
      // A clock that was set back would keep a window open for ever.
      const isOver = age >= WINDOW_MS || age < 0;
      if (!isOver && this.windows.size < MOST_WINDOWS) return;
      this.end(key, window);
    }
  }

  private end(key: string, { caller, beyond }: Window): void {
    this.windows.delete(key);
    if (beyond === undefined) return;
    const { from, counts } = beyond;
    const at = this.options.clock.now().toISOString();
    this.pending.push({ kind: 'summary', at, caller, from, counts: Object.fromEntries(counts) });
  }

  /** Writes after this delay, or sooner where it was already to be sooner. */
  private writeIn(delayMs: number): void {
    const endsAt = performance.now() + delayMs;
    if (this.timerEndsAt <= endsAt) return;
    clearTimeout(this.timer);
    this.timerEndsAt = endsAt;
    this.timer = setTimeout(() => {
      this.timerEndsAt = Infinity;
      this.endWindows(this.options.clock.now().getTime());
      void this.write();
    }, delayMs);
    this.timer.unref();
  }

  private write(): Promise<void> {
    this.writing = this.writing.then(() => this.writePending());
    return this.writing;
  }

  private async writePending(): Promise<void> {
    try {
      while (this.pending.length > 0) {
        const batch = this.pending.slice(0, MOST_IN_A_BATCH);
        await this.append(batch);
        this.pending = this.pending.slice(batch.length);
      }
    } catch (error) {
      this.options.onFailure(error);
      this.writeIn(RETRY_MS);
    }
    // What the windows have counted is written when they are over, though nobody is refused any more.
    if ([...this.windows.values()].some(({ beyond }) => beyond !== undefined)) {
      this.writeIn(WINDOW_MS);
    }
  }

  /** Chains the entries to the newest one; where another process has just done so, to its. */
  private async append(unchained: readonly Unchained[]): Promise<void> {
    for (;;) {
      const { size, hash: previous } = await this.head();
      let running = previous;
      const entries = unchained.map((each, index): RefusalEntry => {
        const entry = { ...each, sequence: size + 1 + index, hash: '' };
        running = hashOf(running, entry);
        return { ...entry, hash: running };
      });
      const batch = { previous, entries } as unknown as StateValue;
      const written = await this.options.state.put(COLLECTION, keyOf(size + 1), batch, 'absent');
      if (written !== undefined) return;
    }
  }

  /** The newest first; with `before`, those that begin before that entry. */
  private async *batches(before?: number): AsyncGenerator<Batch> {
    let after = before === undefined ? undefined : keyOf(before);
    for (;;) {
      const records = await this.options.state.list(COLLECTION, {
        limit: BATCHES_A_READ,
        ...(after === undefined ? {} : { after }),
      });
      for (const record of records) yield batchIn(record);
      after = records.at(-1)?.key;
      if (after === undefined) return;
    }
  }
}

function batchIn({ value }: StateRecord<StateValue>): Batch {
  return value as unknown as Batch;
}

/** A batch's key, by the sequence of its first entry. */
function keyOf(sequence: number): string {
  return String(HIGHEST - sequence);
}

/** Of fields in a fixed order, so that a store that reorders them changes nothing. */
function hashOf(previous: string, entry: RefusalEntry): string {
  const { sequence, at, kind, caller } = entry;
  const common = [sequence, at, kind, caller.kind, caller.id, caller.organisation, caller.role];
  const own =
    entry.kind === 'refusal'
      ? [
          entry.command,
          entry.target,
          entry.code,
          entry.fingerprint === null ? null : [entry.fingerprint.kid, entry.fingerprint.mac],
          entry.correlationId,
          entry.dryRun,
        ]
      : [entry.from, Object.entries(entry.counts).sort(([a], [b]) => (a < b ? -1 : 1))];
  return hash('sha256', JSON.stringify([previous, ...common, ...own]));
}

function isFoundBy(filter: RefusalFilter, entry: RefusalEntry): boolean {
  const { organisation, caller, command, code, target, from, until } = filter;
  const codes = entry.kind === 'refusal' ? [entry.code] : Object.keys(entry.counts);
  return (
    (organisation === undefined || entry.caller.organisation === organisation) &&
    (caller === undefined || entry.caller.id === caller) &&
    (command === undefined || (entry.kind === 'refusal' && entry.command === command)) &&
    (code === undefined || codes.includes(code)) &&
    (target === undefined ||
      (entry.kind === 'refusal' && entry.target.split('/').includes(target))) &&
    (from === undefined || entry.at >= from) &&
    (until === undefined || entry.at < until)
  );
}

function broken({ sequence }: RefusalEntry, what: string): RefusalLogVerdict {
  return { intact: false, sequence, reason: `Entry ${String(sequence)} ${what}.` };
}
