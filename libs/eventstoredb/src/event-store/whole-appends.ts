import type { StoredEvent } from '@tierbook/eventing';

/** Events that wait for the rest of an append before it counts as cut short. */
const MAX_HELD = 2_000;

/**
 * Gives events on only up to where no append is half there. An append to several streams is several writes
 * here, between which others may stand; one that was cut short would be waited for in vain, so that it is
 * let go after `MAX_HELD` more events, or when the reader says so.
 */
export class WholeAppends {
  #events: StoredEvent[] = [];
  #commits: bigint[] = [];
  /** Events of these that make no half append. */
  #whole = 0;
  /** What the next event of the append that was added to last looks like: nearly always the very next. */
  #next: Place | undefined;
  /** The same of each other open append, and how many such appends there are. */
  readonly #awaited = new Map<string, number>();

  /** Events that were taken in and not given on. */
  get size(): number {
    return this.#events.length;
  }

  /** Whether events can be taken. */
  get isReady(): boolean {
    return this.#whole > 0;
  }

  add(event: StoredEvent, commit: bigint): void {
    const { append, commandId } = event.metadata;
    this.#events.push(event);
    this.#commits.push(commit);
    if (append.of > 1) this.#follow({ commandId, ...append });
    if (this.#next === undefined && this.#awaited.size === 0) this.#whole = this.#events.length;
    else if (this.#events.length - this.#whole > MAX_HELD) this.release();
  }

  /** What is missing does not come: all that is here counts as whole. */
  release(): void {
    this.#next = undefined;
    this.#awaited.clear();
    this.#whole = this.#events.length;
  }

  /** The events that can be given on, and the commit position of the last. */
  take(): { readonly events: readonly StoredEvent[]; readonly upTo: bigint | undefined } {
    const upTo = this.#commits[this.#whole - 1];
    const events = this.#events.slice(0, this.#whole);
    this.#events = this.#events.slice(this.#whole);
    this.#commits = this.#commits.slice(this.#whole);
    this.#whole = 0;
    return { events, upTo };
  }

  #follow(place: Place): void {
    const { commandId, of, index } = place;
    if (this.#next !== undefined && isSame(this.#next, place)) this.#next = undefined;
    else if (index > 0) this.#count(place, -1);
    if (index === of - 1) return;
    if (this.#next !== undefined) this.#count(this.#next, 1);
    this.#next = { commandId, of, index: index + 1 };
  }

  #count(place: Place, by: 1 | -1): void {
    const key = keyOf(place);
    const count = (this.#awaited.get(key) ?? 0) + by;
    if (count > 0) this.#awaited.set(key, count);
    else this.#awaited.delete(key);
  }
}

/** Of an event in its append. */
interface Place {
  readonly commandId: string;
  readonly of: number;
  readonly index: number;
}

function isSame(one: Place, other: Place): boolean {
  return one.index === other.index && one.of === other.of && one.commandId === other.commandId;
}

function keyOf({ commandId, of, index }: Place): string {
  return `${commandId} ${String(of)} ${String(index)}`;
}
