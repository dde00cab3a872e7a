import type { Aggregate } from './aggregate';
import type { DomainEvent, RecordedEvent } from './envelope';
import type { EventCodec } from './event-codec';
import { eventsUpTo, type EventReader } from './event-store';
import { isKernelEvent } from './kernel-events';
import type { Position } from './position';

/** An aggregate as its stream stands at `revision` (-1: the stream does not exist). */
export interface LoadedAggregate<S> {
  readonly state: S;
  readonly revision: number;
  /** Revision of the first event of an accepted command: those that follow it with its id are its own, too. */
  readonly firstOf: (commandId: string) => number | undefined;
  /** Revision of the last event that touched the resource (`null`: the aggregate itself), -1 where none did. */
  readonly lastTouched: (resource: string | null) => number;
}

/** What absorbing an event needs of it. */
export type Absorbable<E extends DomainEvent> = Pick<
  RecordedEvent<E>,
  'revision' | 'event' | 'metadata'
>;

interface Entry {
  state: unknown;
  revision: number;
  /** By command, the revision of its first event: there is one for each command ever accepted, so no more is kept of it. */
  readonly commands: Map<string, number>;
  readonly touched: Map<string | null, number>;
  /** What the cache has counted for it. */
  countedWeight: number;
}

/** Weight that the cache holds: one per aggregate, remembered command and touched resource. */
const DEFAULT_CACHE_WEIGHT = 160_000;

/** The full name of an aggregate's stream. */
export function streamName(namespace: string, category: string, id: string): string {
  return `${namespace}.${category}-${id}`;
}

/**
 * Loads aggregates: the cached state and the events since. What it answers is current, because the
 * stream's tail is read every time; the cache only spares reading the beginning again.
 */
export class AggregateStore {
  private readonly cache = new Map<string, Entry>();
  private weight = 0;

  constructor(
    private readonly reader: EventReader,
    private readonly codec: EventCodec,
    private readonly namespace: string,
    private readonly cacheWeight = DEFAULT_CACHE_WEIGHT,
  ) {}

  /** The stream's full name. */
  streamOf(category: string, id: string): string {
    return streamName(this.namespace, category, id);
  }

  /** The aggregate as it stands now. Never answers stale state. */
  async load<C, S, E extends DomainEvent, K extends string>(
    aggregate: Aggregate<C, S, E, K>,
    id: string,
  ): Promise<LoadedAggregate<S>> {
    const stream = this.streamOf(aggregate.category, id);
    const entry = this.cache.get(stream) ?? emptyEntry(aggregate.initialState);
    if (this.reader.endsAt?.(stream, entry.revision) !== true) {
      await this.readOn(aggregate, stream, entry);
    }
    this.keep(stream, entry);
    return loaded<S>(entry);
  }

  /** Takes in what the stream holds after the entry. */
  private async readOn<C, S, E extends DomainEvent, K extends string>(
    aggregate: Aggregate<C, S, E, K>,
    stream: string,
    entry: Entry,
  ): Promise<void> {
    // The entry is shared, so what one command wrote goes in at once: nobody sees half of it.
    let command: RecordedEvent<E>[] = [];
    for await (const page of this.reader.readStream(stream, { fromRevision: entry.revision + 1 })) {
      for (const stored of page) {
        const recorded = this.codec.decodeSealed<E>(stored);
        if (command[0] && command[0].metadata.commandId !== recorded.metadata.commandId) {
          absorbInto(entry, aggregate, command);
          command = [];
        }
        command.push(recorded);
      }
    }
    absorbInto(entry, aggregate, command);
  }

  /** The aggregate as its events up to a position make it, folded afresh. */
  async loadAsOf<C, S, E extends DomainEvent, K extends string>(
    aggregate: Aggregate<C, S, E, K>,
    id: string,
    position: Position,
  ): Promise<LoadedAggregate<S>> {
    const entry = emptyEntry(aggregate.initialState);
    const stream = this.streamOf(aggregate.category, id);
    for await (const stored of eventsUpTo(this.reader, stream, position)) {
      absorbInto(entry, aggregate, [this.codec.decodeSealed<E>(stored)]);
    }
    return loaded<S>(entry);
  }

  /**
   * Takes in events that this process has just appended, so that they need not be read back.
   *
   * @param decided the state that they were decided on, and the one that they leave of it.
   */
  absorb<C, S, E extends DomainEvent, K extends string>(
    aggregate: Aggregate<C, S, E, K>,
    id: string,
    events: readonly Absorbable<E>[],
    decided?: { readonly from: S; readonly to: S },
  ): void {
    const stream = this.streamOf(aggregate.category, id);
    const entry = this.cache.get(stream) ?? emptyEntry(aggregate.initialState);
    // Nobody sees what is between the first and the last of them, so they need not be folded a second time.
    const isFolded =
      decided !== undefined &&
      decided.from === entry.state &&
      events[0]?.revision === entry.revision + 1;
    const folded = isFolded ? { ...aggregate, evolve: () => decided.to } : aggregate;
    absorbInto(entry, folded, events);
    this.keep(stream, entry);
  }

  /** Puts the entry last in the order of use, and keeps to the weight. */
  private keep(stream: string, entry: Entry): void {
    if (entry.revision < 0) return;
    this.drop(stream);
    entry.countedWeight = 1 + entry.commands.size + entry.touched.size;
    this.weight += entry.countedWeight;
    this.cache.set(stream, entry);
    if (this.weight > this.cacheWeight) this.dropOldest(stream);
  }

  /** A sixteenth at once: finding the first entry of a map takes as long as it has had others before it. */
  private dropOldest(kept: string): void {
    const weight = this.cacheWeight - Math.floor(this.cacheWeight / 16);
    for (const oldest of this.cache.keys()) {
      if (this.weight <= weight || oldest === kept) return;
      this.drop(oldest);
    }
  }

  private drop(stream: string): void {
    this.weight -= this.cache.get(stream)?.countedWeight ?? 0;
    this.cache.delete(stream);
  }
}

function loaded<S>({ state, revision, commands, touched }: Entry): LoadedAggregate<S> {
  return {
    state: state as S,
    revision,
    firstOf: (commandId) => commands.get(commandId),
    lastTouched: (resource) => touched.get(resource) ?? -1,
  };
}

/** Takes in a run of events of which another load may have taken in the first ones meanwhile. */
function absorbInto<C, S, E extends DomainEvent, K extends string>(
  entry: Entry,
  aggregate: Aggregate<C, S, E, K>,
  events: readonly Absorbable<E>[],
): void {
  for (const { revision, event, metadata } of events) {
    if (revision !== entry.revision + 1) continue;
    const ours = !isKernelEvent(event.type);
    // What may throw comes first: an event is taken in whole or not at all.
    const state = ours ? aggregate.evolve(entry.state as S, event) : entry.state;
    const touched = ours ? [null, ...(aggregate.touches?.(event) ?? [])] : [];
    entry.state = state;
    entry.revision = revision;
    if (!entry.commands.has(metadata.commandId)) entry.commands.set(metadata.commandId, revision);
    for (const resource of touched) entry.touched.set(resource, revision);
  }
}

function emptyEntry(initialState: unknown): Entry {
  return {
    state: initialState,
    revision: -1,
    commands: new Map(),
    touched: new Map(),
    countedWeight: 0,
  };
}
