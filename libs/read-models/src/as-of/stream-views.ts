import {
  ERASED,
  eventsUpTo,
  isKernelEvent,
  type EventReader,
  type Position,
  type RecordedEvent,
  type StoredEvent,
} from '@tierbook/eventing';
import { customersProjection, customersView } from '../customers/customers.projection';
import { delegationsProjection } from '../delegations/delegations.projection';
import { InMemoryReadStore } from '../in-memory-read-store';
import { offersProjection, offersView } from '../offers/offers.projection';
import {
  partnershipRequestsProjection,
  partnershipRequestsView,
} from '../partnership-requests/partnership-requests.projection';
import type { AnyProjection, Recorded } from '../projection';
import type { Build } from '../projection-store';
import { providersProjection, providersView } from '../providers/providers.projection';
import type { ListedPage, ListQuery, Page, Query, ReadStore, Row, Scan } from '../read-store';
import { resellersProjection, resellersView } from '../resellers/resellers.projection';
import { project } from '../runner/project';
import { subscriptionsProjection } from '../subscriptions/subscriptions.projection';
import type { AnyView, ViewDefinition } from '../view';

/** The views whose documents are each made of one stream, by the streams' category. */
const MADE_OF = {
  customer: [customersProjection, subscriptionsProjection, delegationsProjection],
  reseller: [resellersProjection],
  provider: [providersProjection],
  offer: [offersProjection],
  partnershipRequest: [partnershipRequestsProjection],
} as const satisfies Readonly<Record<string, readonly AnyProjection[]>>;

/** A category of streams of which documents are made that are made of nothing else. */
export type StreamCategory = keyof typeof MADE_OF;

export const STREAM_CATEGORIES = Object.keys(MADE_OF) as readonly StreamCategory[];

/** Where a document is called as the stream that it is made of. */
const CALLED_AS: ReadonlyMap<string, StreamCategory> = new Map([
  [customersView.name, 'customer'],
  [resellersView.name, 'reseller'],
  [providersView.name, 'provider'],
  [offersView.name, 'offer'],
  [partnershipRequestsView.name, 'partnershipRequest'],
]);

export interface StreamViewsOptions {
  readonly reader: Pick<EventReader, 'readStream'>;
  /** Unseals and upcasts: `EventCodec.decode`. */
  readonly decode: (stored: StoredEvent) => Promise<RecordedEvent>;
  /** A stream's full name. */
  readonly streamOf: (category: string, id: string) => string;
  /** Whether somebody decided that the document is folded without the event (`SkippedEvents.has`). */
  readonly isSkipped: (view: string, key: string, eventId: string) => boolean;
  /** The last event to fold. */
  readonly position: Position;
  /** Told of each view of which a document cannot take an event, and stands still before it. */
  readonly onParked?: (view: string) => void;
  /** Told of each view of which a document's personal data have been erased since. */
  readonly onErased?: (view: string) => void;
}

/** Events that are folded at once. */
const BATCH = 1_000;

/**
 * The views as they were at a position, as far as their documents are each made of one stream: that stream is
 * folded, with the code that builds the views, when a document of it is asked for. `find`, `list` and `scan` go over
 * what has been folded, so that `fold` comes before them. Other views read as one that is being built.
 */
export class StreamViews implements ReadStore {
  readonly #memory = new InMemoryReadStore();
  readonly #builds = new Map<string, Build>();
  readonly #folding = new Map<string, Promise<void>>();

  private constructor(private readonly options: StreamViewsOptions) {}

  static async of(options: StreamViewsOptions): Promise<StreamViews> {
    const views = new StreamViews(options);
    for (const { view } of Object.values(MADE_OF).flat()) {
      const build = await views.#memory.begin(view);
      await views.#memory.promote(build);
      views.#builds.set(view.name, build);
    }
    return views;
  }

  /** Makes the documents of a stream, once. */
  fold(category: StreamCategory, id: string): Promise<void> {
    const stream = this.options.streamOf(category, id);
    const folding = this.#folding.get(stream) ?? this.#fold(MADE_OF[category], stream);
    this.#folding.set(stream, folding);
    return folding;
  }

  async get<Doc extends object>(
    view: ViewDefinition<Doc>,
    key: string,
  ): Promise<Row<Doc> | undefined> {
    await this.#foldFor(view, [key]);
    return this.#memory.get(view, key);
  }

  async getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>> {
    const wanted = [...keys];
    await this.#foldFor(view, wanted);
    return this.#memory.getMany(view, wanted);
  }

  find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>> {
    return this.#memory.find(view, query);
  }

  list(view: AnyView, query: ListQuery): Promise<ListedPage> {
    return this.#memory.list(view, query);
  }

  scan<Doc extends object>(
    view: ViewDefinition<Doc>,
    scan: Scan,
  ): AsyncIterable<readonly Row<Doc>[]> {
    return this.#memory.scan(view, scan);
  }

  positionOf(): Promise<Position> {
    return Promise.resolve(this.options.position);
  }

  close(): Promise<void> {
    return this.#memory.close();
  }

  async #foldFor({ name }: { readonly name: string }, keys: readonly string[]): Promise<void> {
    const category = CALLED_AS.get(name);
    if (category === undefined) return;
    for (const key of keys) await this.fold(category, key);
  }

  async #fold(projections: readonly AnyProjection[], stream: string): Promise<void> {
    const { reader, decode, position, onErased } = this.options;
    const parked = new Map<string, Position>();
    let batch: Recorded[] = [];
    let isErased = false;
    const flush = async () => {
      for (const projection of projections) await this.#project(projection, batch, parked);
      batch = [];
    };
    for await (const stored of eventsUpTo(reader, stream, position)) {
      if (isKernelEvent(stored.type)) continue;
      const recorded = (await decode(stored)) as Recorded;
      isErased ||= 'personal' in recorded.event && recorded.event.personal === ERASED;
      batch.push(recorded);
      if (batch.length === BATCH) await flush();
    }
    await flush();
    const [main] = projections;
    if (isErased && main !== undefined) onErased?.(main.view.name);
  }

  async #project(
    projection: AnyProjection,
    events: readonly Recorded[],
    parked: Map<string, Position>,
  ): Promise<void> {
    const { isSkipped, onParked } = this.options;
    const { name } = projection.view;
    const build = this.#builds.get(name);
    const last = events.at(-1);
    if (build === undefined || last === undefined) return;
    const { documents, waiting, obstacle } = await project(
      projection,
      events,
      (keys) => this.#memory.load(build, keys),
      {
        isSkipped: (key, eventId) => isSkipped(name, key, eventId),
        parkedAt: (key) => parked.get(`${name} ${key}`),
        mayPark: () => true,
      },
    );
    if (obstacle !== undefined) throw obstacle.error;
    for (const { key, event, error } of waiting) {
      if (error !== undefined) parked.set(`${name} ${key}`, event.position);
    }
    if (waiting.length > 0) onParked?.(name);
    const checkpoint = { position: last.position, eventId: last.id };
    await this.#memory.write([{ build, documents, checkpoint }]);
  }
}
