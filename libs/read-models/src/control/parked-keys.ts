import type { Clock, Position } from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import type { BuildId } from '../projection-store';
import { keyOf, recordsOf } from './state-records';

/** An event, as people are told of it. */
export interface EventName {
  readonly id: string;
  readonly type: string;
  readonly position: Position;
}

/** A document that stands still before an event that its projection could not apply. */
export interface ParkedKey {
  readonly view: string;
  /** Of the build that it is parked in. */
  readonly generation: number;
  readonly key: string;
  readonly event: EventName;
  /** What the projection threw. */
  readonly error: string;
  /** When it was found. RFC 3339, UTC. */
  readonly at: string;
  /** A rebuild stands still here as a whole, instead of parking a key that the serving build has not parked. */
  readonly stopsRebuild: boolean;
}

/** An event that waits, with its key's later ones; with `error`, the one that could not be applied. */
export interface Waiting {
  readonly key: string;
  readonly event: EventName;
  readonly error?: string;
}

const KEYS = 'parked-keys';
const EVENTS = 'parked-events';
const MAX_ERROR = 500;

/**
 * The documents that stand still, per build of a view, with their events that wait, in order. Kept in the
 * StateStore, since what waits is decided by people; the keys are also held in memory, the events are not.
 */
export class ParkedKeys {
  readonly #keys = new Map<string, Map<string, ParkedKey>>();

  private constructor(
    private readonly state: StateStore,
    private readonly clock: Clock,
  ) {}

  static async open(state: StateStore, clock: Clock): Promise<ParkedKeys> {
    const parked = new ParkedKeys(state, clock);
    for await (const { value } of recordsOf<ParkedKey>(state, KEYS)) parked.#hold(value);
    return parked;
  }

  of(build: BuildId): ReadonlyMap<string, ParkedKey> {
    return this.#keys.get(nameOf(build)) ?? new Map<string, ParkedKey>();
  }

  all(): readonly ParkedKey[] {
    return [...this.#keys.values()].flatMap((keys) => [...keys.values()]);
  }

  /** Durable when it answers; the same again changes nothing. */
  async park(build: BuildId, waiting: readonly Waiting[]): Promise<void> {
    await Promise.all(
      waiting.map(({ key, event }) =>
        this.state.put(EVENTS, keyOf(build.view, build.generation, key, event.position), {
          ...event,
        }),
      ),
    );
    for (const { key, event, error } of waiting) {
      if (error !== undefined) await this.#put(build, key, event, error, false);
    }
  }

  /** Notes where a rebuild stands still. */
  async stopRebuild(build: BuildId, key: string, event: EventName, error: string): Promise<void> {
    await this.#put(build, key, event, error, true);
  }

  /** The events of a parked key that wait, in order, from the one that could not be applied. */
  async *waiting(build: BuildId, key: string): AsyncGenerator<EventName> {
    const prefix = `${keyOf(build.view, build.generation, key)}/`;
    for await (const { value } of recordsOf<EventName>(this.state, EVENTS, prefix)) yield value;
  }

  /** Those before this event have been applied, and it could not be. */
  async advance(build: BuildId, key: string, event: EventName, error: string): Promise<void> {
    await this.#put(build, key, event, error, false);
    await this.#removeEvents(build, key, event.position);
  }

  /** The key stands still no more. */
  async release(build: BuildId, key: string): Promise<void> {
    await this.#removeEvents(build, key);
    await this.state.remove(KEYS, keyOf(build.view, build.generation, key));
    this.#keys.get(nameOf(build))?.delete(key);
  }

  /** The build is gone, or begins. */
  async forget(build: BuildId): Promise<void> {
    for (const key of [...this.of(build).keys()]) await this.release(build, key);
  }

  /** Forgets what was parked in builds that are gone. */
  async keepOnly(builds: readonly BuildId[]): Promise<void> {
    const kept = new Set(builds.map(nameOf));
    for (const each of this.all()) {
      if (!kept.has(nameOf(each))) await this.release(each, each.key);
    }
  }

  async #put(
    { view, generation }: BuildId,
    key: string,
    event: EventName,
    error: string,
    stopsRebuild: boolean,
  ): Promise<void> {
    const at = this.clock.now().toISOString();
    const said = error.slice(0, MAX_ERROR);
    const parked = { view, generation, key, event, error: said, at, stopsRebuild };
    await this.state.put(KEYS, keyOf(view, generation, key), { ...parked, event: { ...event } });
    this.#hold(parked);
  }

  async #removeEvents(build: BuildId, key: string, before?: Position): Promise<void> {
    for await (const { position } of this.waiting(build, key)) {
      if (before !== undefined && position >= before) return;
      await this.state.remove(EVENTS, keyOf(build.view, build.generation, key, position));
    }
  }

  #hold(parked: ParkedKey): void {
    const keys = this.#keys.get(nameOf(parked)) ?? new Map<string, ParkedKey>();
    this.#keys.set(nameOf(parked), keys.set(parked.key, parked));
  }
}

function nameOf({ view, generation }: BuildId): string {
  return keyOf(view, generation);
}
