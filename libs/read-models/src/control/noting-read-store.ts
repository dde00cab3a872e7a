import type { Position } from '@tierbook/eventing';
import type { ListedPage, ListQuery, Page, Query, ReadStore, Row, Scan } from '../read-store';
import type { AnyView, ViewDefinition } from '../view';

/** Which documents stand still, and who is told that one was read. */
export interface ParkedDocuments {
  /** The view's keys that stand still; `undefined` where none does. */
  readonly parkedIn: (view: string) => ReadonlySet<string> | undefined;
  /** Called for each view of which a read met such a key, whether there is a document under it or not. */
  readonly onRead: (view: string) => void;
}

/** Reads as the store does, and notes reads of documents that stand still before an event. */
export class NotingReadStore implements ReadStore {
  constructor(
    private readonly store: ReadStore,
    private readonly documents: ParkedDocuments,
  ) {}

  async get<Doc extends object>(
    view: ViewDefinition<Doc>,
    key: string,
  ): Promise<Row<Doc> | undefined> {
    const row = await this.store.get(view, key);
    this.#note(view, [key]);
    return row;
  }

  async getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>> {
    const wanted = [...keys];
    const rows = await this.store.getMany(view, wanted);
    this.#note(view, wanted);
    return rows;
  }

  async find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>> {
    const page = await this.store.find(view, query);
    this.#noteAll(view, page.rows);
    return page;
  }

  async list(view: AnyView, query: ListQuery): Promise<ListedPage> {
    const page = await this.store.list(view, query);
    this.#noteAll(view, page.rows);
    if (this.documents.parkedIn(query.beside.view.name) !== undefined) {
      this.#note(
        query.beside.view,
        page.rows.flatMap(({ besideKey }) => besideKey ?? []),
      );
    }
    return page;
  }

  async *scan<Doc extends object>(
    view: ViewDefinition<Doc>,
    scan: Scan,
  ): AsyncGenerator<readonly Row<Doc>[]> {
    for await (const rows of this.store.scan(view, scan)) {
      this.#noteAll(view, rows);
      yield rows;
    }
  }

  positionOf(view: AnyView): Promise<Position | undefined> {
    return this.store.positionOf(view);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  #noteAll(view: AnyView, rows: readonly { readonly key: string }[]): void {
    if (this.documents.parkedIn(view.name) === undefined) return;
    this.#note(
      view,
      rows.map(({ key }) => key),
    );
  }

  #note({ name }: { readonly name: string }, keys: readonly string[]): void {
    const parked = this.documents.parkedIn(name);
    if (parked !== undefined && keys.some((key) => parked.has(key))) this.documents.onRead(name);
  }
}
