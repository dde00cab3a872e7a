import { setImmediate } from 'node:timers/promises';
import type {
  EventCodec,
  EventReader,
  Position,
  RecordedEvent,
  StoredEvent,
} from '@tierbook/eventing';
import type { FieldName } from './fields';
import { isTierbookEvent, type TierbookEvent } from './settings';
import { ThingRecord, type FieldChange } from './thing-record';

/** What happened, with what it changed. */
export interface HistoryEntry {
  readonly recorded: RecordedEvent<TierbookEvent>;
  readonly changes: readonly FieldChange[];
  /** What the subscriptions that it names were called then, by their ids. */
  readonly subscriptions: ReadonlyMap<string, string>;
}

/** Which events are asked for; each narrows. */
export interface HistoryFilter {
  /** Recorded at or after. */
  readonly from?: string | undefined;
  /** Recorded before. */
  readonly until?: string | undefined;
  /** Who did it. */
  readonly actor?: string | undefined;
  /** Whose agent or service did it. */
  readonly organisation?: string | undefined;
  /** A reseller that it concerns, or that did it. */
  readonly reseller?: string | undefined;
  /** A customer that it concerns. */
  readonly customer?: string | undefined;
  /** Any of these. */
  readonly types?: readonly string[] | undefined;
  /** What it changed. */
  readonly field?: FieldName | undefined;
  /** The thing within its stream that it is about, such as a subscription. */
  readonly thing?: string | undefined;
}

/** Where a page goes on from: an event's place, which it leaves out, and the time up to where it reached. */
export interface HistoryEdge {
  /** Towards newer events, or older ones. */
  readonly towards: 'newer' | 'older';
  /** A revision, or a position of the log; `null`: from the very beginning or end. */
  readonly key: number | Position | null;
  /** RFC 3339; `null` at the very beginning or end. */
  readonly at: string | null;
}

export interface HistoryPage {
  /** The oldest first. */
  readonly entries: readonly HistoryEntry[];
  readonly older: HistoryEdge | null;
  readonly newer: HistoryEdge | null;
  /** Where the last event stands that was looked at; `null` where there was none. */
  readonly last: Position | null;
  /** It ended because as much was read as one page may, and goes on. */
  readonly cutShort: boolean;
}

export interface HistoryRequest {
  /** One stream's, or without it the whole log's. */
  readonly stream?: string | undefined;
  readonly filter: HistoryFilter;
  readonly edge: HistoryEdge;
  readonly limit: number;
  /** Whether the reader may be shown it. */
  readonly sees: (stored: StoredEvent) => Promise<boolean>;
}

/** The most events that one page reads, and one more stream's: those asked for may lie far apart. */
export const MOST_READ = 10_000;

/** What the first page of a history goes on from. */
export function beginning(towards: HistoryEdge['towards']): HistoryEdge {
  return { towards, key: null, at: null };
}

/** Reads histories: what happened, and what each event changed of the thing that it is about. */
export class History {
  constructor(
    private readonly reader: EventReader,
    private readonly codec: EventCodec,
  ) {}

  /** A page on one side of its edge. Work is bounded: see `cutShort`. */
  async page(request: HistoryRequest): Promise<HistoryPage> {
    const { filter, edge, limit, sees } = request;
    const entries: HistoryEntry[] = [];
    const done = (last: StoredEvent | undefined, end: 'end' | 'more' | 'cut', at?: string) =>
      pageOf(request, entries, { last, end, at });
    let last: StoredEvent | undefined;
    let read = 0;
    for await (const chunk of this.chunks(request)) {
      const explained = new Explained(this.reader, this.codec, chunk.filter(isAskedFor(filter)));
      const before = read;
      for (const [index, stored] of chunk.entries()) {
        if (isBeyond(stored, filter, edge)) return done(last, 'end');
        read = before + index + explained.read;
        if (read >= MOST_READ && last !== undefined) return done(last, 'cut');
        if (explained.isWanted(stored) && (await sees(stored))) {
          const entry = await explained.entryOf(stored);
          if (entry !== undefined && hasChanged(entry, filter)) {
            if (entries.length === limit) return done(last, 'more', stored.metadata.recordedAt);
            entries.push(entry);
          }
        }
        last = stored;
      }
      read = before + chunk.length + explained.read;
      await setImmediate();
    }
    return done(last, 'end');
  }

  /** All of one stream's, the oldest first, read once. */
  async *all(stream: string): AsyncGenerator<HistoryEntry> {
    for await (const { entry } of folded(this.reader, this.codec, stream)) {
      if (entry !== undefined) yield entry;
    }
  }

  private async *chunks({
    stream,
    filter,
    edge: { towards, key },
  }: HistoryRequest): AsyncGenerator<readonly StoredEvent[]> {
    if (stream === undefined) {
      const position = key === null ? undefined : (key as Position);
      if (towards === 'newer') yield* this.newer(position, filter);
      else yield* this.older(position, filter);
      return;
    }
    const revision = key === null ? undefined : Number(key) + (towards === 'newer' ? 1 : -1);
    if (revision !== undefined && revision < 0) return;
    yield* this.reader.readStream(stream, {
      direction: towards === 'newer' ? 'forwards' : 'backwards',
      ...(revision === undefined ? {} : { fromRevision: revision }),
    });
  }

  /** The log from where the time asked for begins. */
  private async *newer(
    edge: Position | undefined,
    { from }: HistoryFilter,
  ): AsyncGenerator<readonly StoredEvent[]> {
    const isAnywhere = edge !== undefined || from === undefined;
    const after = isAnywhere ? edge : await this.reader.positionAt(justBefore(from));
    for await (const { events } of this.reader.readAll({ after })) yield events;
  }

  /** The log back from where the time asked for ends. */
  private async *older(
    edge: Position | undefined,
    { until }: HistoryFilter,
  ): AsyncGenerator<readonly StoredEvent[]> {
    if (edge !== undefined || until === undefined) {
      yield* this.reader.readBackwards({ before: edge });
      return;
    }
    const position = await this.reader.positionAt(justBefore(until));
    const last = position && (await this.reader.eventAt(position));
    if (last === undefined) return;
    yield [last];
    yield* this.reader.readBackwards({ before: last.position });
  }
}

function justBefore(time: string): string {
  return new Date(Date.parse(time) - 1).toISOString();
}

/** Events of one stretch with what they changed: each stream is folded once, when first asked for. */
class Explained {
  /** Events that had to be read for it. */
  read = 0;
  private readonly wanted = new Map<string, Set<number>>();
  private readonly entries = new Map<string, Map<number, HistoryEntry>>();

  constructor(
    private readonly reader: EventReader,
    private readonly codec: EventCodec,
    wanted: readonly StoredEvent[],
  ) {
    for (const { stream, revision } of wanted) {
      this.wanted.set(stream, (this.wanted.get(stream) ?? new Set()).add(revision));
    }
  }

  isWanted({ stream, revision }: StoredEvent): boolean {
    return this.wanted.get(stream)?.has(revision) ?? false;
  }

  async entryOf({ stream, revision }: StoredEvent): Promise<HistoryEntry | undefined> {
    const known = this.entries.get(stream) ?? (await this.fold(stream));
    this.entries.set(stream, known);
    return known.get(revision);
  }

  private async fold(stream: string): Promise<Map<number, HistoryEntry>> {
    const wanted = this.wanted.get(stream) ?? new Set();
    const entries = new Map<number, HistoryEntry>();
    const limit = Math.max(-1, ...wanted) + 1;
    for await (const { revision, entry } of folded(this.reader, this.codec, stream, limit)) {
      this.read += 1;
      if (entry !== undefined && wanted.has(revision)) entries.set(revision, entry);
    }
    return entries;
  }
}

/** A stream's events from the first on, each with what it changed; the kernel's own with nothing. */
async function* folded(
  reader: EventReader,
  codec: EventCodec,
  stream: string,
  limit = Infinity,
): AsyncGenerator<{ readonly revision: number; readonly entry: HistoryEntry | undefined }> {
  const record = new ThingRecord();
  for await (const page of reader.readStream(stream, { limit })) {
    for (const stored of page) {
      const recorded = await codec.decode(stored);
      const changes = record.apply(recorded.event);
      const subscriptions = record.subscriptionNames(recorded.event.data);
      const entry = isTold(recorded) ? { recorded, changes, subscriptions } : undefined;
      yield { revision: stored.revision, entry };
    }
    // A long stream lets others have their turn.
    await setImmediate();
  }
}

function isTold(recorded: RecordedEvent): recorded is RecordedEvent<TierbookEvent> {
  return isTierbookEvent(recorded.event);
}

/** All that can be told of an event without decoding it. */
function isAskedFor(filter: HistoryFilter): (stored: StoredEvent) => boolean {
  const { from, until, actor, organisation, reseller, customer, types, thing } = filter;
  return ({ type, data, metadata }) => {
    const { recordedAt, parties } = metadata;
    return (
      (from === undefined || recordedAt >= from) &&
      (until === undefined || recordedAt < until) &&
      (actor === undefined || metadata.actor.id === actor) &&
      (organisation === undefined || metadata.actor.organisation === organisation) &&
      (reseller === undefined ||
        metadata.actor.organisation === reseller ||
        parties.some(({ id, as }) => as !== 'customer' && id === reseller)) &&
      (customer === undefined ||
        parties.some(({ id, as }) => as === 'customer' && id === customer)) &&
      (types === undefined || types.includes(type)) &&
      (thing === undefined || isAbout(data, thing))
    );
  };
}

/** Whether the event is about a thing in its stream: a subscription, a delegation, a service. */
function isAbout(data: StoredEvent['data'], thing: string): boolean {
  const { subscriptionId, delegationId, serviceId, scope } = data;
  const scoped = (scope as { readonly subscriptionId?: string } | undefined)?.subscriptionId;
  return [subscriptionId, delegationId, serviceId, scoped].includes(thing);
}

/** Times of the log never fall: beyond the bound nothing more is found. */
function isBeyond({ metadata }: StoredEvent, filter: HistoryFilter, edge: HistoryEdge): boolean {
  const { recordedAt } = metadata;
  return edge.towards === 'newer'
    ? filter.until !== undefined && recordedAt >= filter.until
    : filter.from !== undefined && recordedAt < filter.from;
}

function hasChanged({ changes }: HistoryEntry, { field }: HistoryFilter): boolean {
  return field === undefined || changes.some((change) => change.field === field);
}

interface Ending {
  /** The last event that was looked at and counts to this page. */
  readonly last: StoredEvent | undefined;
  readonly end: 'end' | 'more' | 'cut';
  /** When the first event of the next page was recorded, where it is known. */
  readonly at?: string | undefined;
}

function pageOf(
  { stream, edge }: HistoryRequest,
  found: readonly HistoryEntry[],
  { last, end, at }: Ending,
): HistoryPage {
  const { towards } = edge;
  const isNewer = towards === 'newer';
  const keyOf = ({ revision, position }: Pick<StoredEvent, 'revision' | 'position'>) =>
    stream === undefined ? position : revision;
  const entries = isNewer ? found : found.toReversed();
  const first = found[0]?.recorded;
  const back = isNewer ? 'older' : 'newer';
  // Where the page came from there is more, if it came from somewhere.
  const behind: HistoryEdge | null =
    edge.key === null
      ? null
      : first === undefined
        ? { towards: back, key: null, at: null }
        : { towards: back, key: keyOf(first), at: edge.at };
  const ahead: HistoryEdge | null =
    end === 'end' || last === undefined
      ? null
      : { towards, key: keyOf(last), at: boundary(isNewer, found, last, at) };
  return {
    entries,
    older: isNewer ? behind : ahead,
    newer: isNewer ? ahead : behind,
    last: last?.position ?? null,
    cutShort: end === 'cut',
  };
}

/** The time that parts a page from the next: an event's own is that of the newer of the two. */
function boundary(
  isNewer: boolean,
  found: readonly HistoryEntry[],
  last: StoredEvent,
  next: string | undefined,
): string {
  if (isNewer) return next ?? last.metadata.recordedAt;
  return next === undefined
    ? last.metadata.recordedAt
    : (found.at(-1)?.recorded.metadata.recordedAt ?? last.metadata.recordedAt);
}
