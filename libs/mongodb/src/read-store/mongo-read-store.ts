import type { Position } from '@tierbook/eventing';
import {
  checkListQuery,
  checkQuery,
  checkScan,
  inBatches,
  InvalidQueryError,
  listedPage,
  MAX_COUNTED_VALUES,
  MAX_EXACT_TOTAL,
  MAX_LIMIT,
  SCAN_BATCH,
  ViewBehindError,
  type AnyView,
  type Build,
  type ListedPage,
  type ListQuery,
  type Page,
  type ProjectionStore,
  type Query,
  type ReadStore,
  type Row,
  type Scalar,
  type Scan,
  type Total,
  type ValueCount,
  type ViewDefinition,
} from '@tierbook/read-models';
import type { Collection, Document } from 'mongodb';
import type { MongoPlace } from '../connection/mongo-url';
import { openDatabase, type MongoDatabase } from '../connection/open-database';
import { scanFilterOf, selectionOf, type Selection, type Source } from './selection';
import {
  collectionNameOf,
  FORMAT,
  buildField,
  buildsOf,
  records,
  type BuildRecord,
  type StoredView,
} from './view-records';

/** A rebuilt view taking the place of one that is read is met once; twice in one read is beyond belief. */
const MAX_SWAPS = 3;

/** The build of a view that serves. */
interface Serving extends Source {
  readonly generation: number;
  readonly position: Position | undefined;
}

interface FoundRow {
  readonly _id: string;
  readonly pos: Position;
  readonly doc: object;
  readonly value: Scalar;
}

/**
 * Opens the views kept in the database that the place names for reading, beside whoever writes them. A row is read whole, as
 * it stood at its position; a page read while the view is written may show rows of two moments.
 *
 * @throws StoreRefusedError, StoreUnavailableError as `openDatabase` does.
 */
export async function openMongoReadStore(
  place: MongoPlace,
): Promise<ReadStore & Pick<ProjectionStore, 'builds'>> {
  return new MongoReadStore(await openDatabase(place, FORMAT));
}

/** Finds a view's collection by the view's own record, and looks again afterwards: a swap drops what it replaces. */
export class MongoReadStore implements ReadStore {
  constructor(protected readonly database: MongoDatabase) {}

  get<Doc extends object>(view: ViewDefinition<Doc>, key: string): Promise<Row<Doc> | undefined> {
    return this.#reading([view], async ([own]) => {
      const found = await this.#documents(own).findOne({ _id: key }, { projection: ROW });
      return found?.doc ? toRow<Doc>(found) : undefined;
    });
  }

  getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>> {
    return this.#reading([view], async ([own]) => {
      const wanted = [...keys];
      if (wanted.length > MAX_LIMIT) {
        throw new InvalidQueryError(`At most ${String(MAX_LIMIT)} rows are read at once.`);
      }
      const found = await this.#documents(own)
        .find({ _id: { $in: wanted } }, { projection: ROW })
        .toArray();
      const rows = found.filter(({ doc }) => doc !== null).map((each) => toRow<Doc>(each));
      return new Map(rows.map((row) => [row.key, row]));
    });
  }

  async find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>> {
    // Async, so that what is wrong with the query rejects.
    const checked = await Promise.resolve(query).then((given) => checkQuery(view, given));
    const { join } = query;
    const views = join === undefined ? [view] : [view, join.view];
    return this.#reading(views, async ([own, other]) => {
      const joined = join && other && { ...other, by: join.by };
      const selection = selectionOf(checked, own, joined);
      const documents = this.#documents(own);
      const stages = [...selection.found, ...selection.page];
      const found = await documents.aggregate<FoundRow>(stages).toArray();
      const rows = found.slice(0, checked.limit);
      const last = rows.at(-1);
      return {
        rows: rows.map((row) => toRow<Doc>(row)),
        ...(found.length > rows.length && last ? { next: [last.value, last._id] } : {}),
        ...(query.count === true ? { total: await total(documents, selection) } : {}),
        ...(query.countBy === undefined ? {} : { counts: await counts(documents, selection) }),
      };
    });
  }

  async list(view: AnyView, query: ListQuery): Promise<ListedPage> {
    // Async, so that what is wrong with the query rejects.
    const listing = await Promise.resolve(query).then((given) => checkListQuery(view, given));
    const page = await this.find<object>(view as unknown as ViewDefinition<object>, query);
    return listedPage(page, listing, (keys) => this.getMany(query.beside.view, keys));
  }

  async *scan<Doc extends object>(
    view: ViewDefinition<Doc>,
    scan: Scan,
  ): AsyncIterable<readonly Row<Doc>[]> {
    const where = checkScan(view, scan);
    yield* inBatches(scan.after, async (last) => {
      const rows = await this.#reading([view], ([own]) =>
        this.#documents(own)
          .find(scanFilterOf(where, own, last), { projection: ROW })
          .sort({ _id: 1 })
          .limit(SCAN_BATCH)
          .toArray(),
      );
      return rows.map((row) => toRow<Doc>(row));
    });
  }

  builds(): Promise<readonly Build[]> {
    return this.database.run(async () => {
      const all = await records(this.database.db).find().sort({ _id: 1 }).toArray();
      return all.flatMap(buildsOf);
    });
  }

  async positionOf(view: AnyView): Promise<Position | undefined> {
    const { position } = await this.database.run(() => this.#serving(view));
    return position;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** Reads again where another build has taken a view's place meanwhile. */
  #reading<T>(
    views: readonly AnyView[],
    read: (serving: readonly [Serving, ...Serving[]]) => Promise<T>,
  ): Promise<T> {
    return this.database.run(async () => {
      let before = await this.#allServing(views);
      for (let swaps = 0; ; swaps++) {
        const outcome = await read(before).then(
          (result) => ({ result }),
          (error: unknown) => ({ error }),
        );
        const after = await this.#allServing(views);
        const isSame = after.every(({ collection }, at) => collection === before[at]?.collection);
        if (isSame || swaps === MAX_SWAPS) {
          if ('error' in outcome) throw outcome.error;
          return outcome.result;
        }
        before = after;
      }
    });
  }

  async #allServing(views: readonly AnyView[]): Promise<readonly [Serving, ...Serving[]]> {
    return (await Promise.all(views.map((view) => this.#serving(view)))) as [Serving, ...Serving[]];
  }

  async #serving(view: AnyView): Promise<Serving> {
    const record = await records(this.database.db).findOne({ _id: view.name });
    const build: BuildRecord | undefined =
      record?.serving == null ? undefined : record.builds[buildField(record.serving)];
    if (build === undefined) throw new ViewBehindError(view.name, 'is being built');
    const { version, generation, fields, position } = build;
    if (version < view.readableFrom || version > view.version) {
      throw new ViewBehindError(view.name, 'is being built anew');
    }
    const collection = collectionNameOf({ view: view.name, generation });
    return { view: view.name, collection, fields, generation, position };
  }

  #documents({ collection }: Source): Collection<StoredView> {
    return this.database.db.collection<StoredView>(collection);
  }
}

const ROW = { pos: 1, doc: 1 } as const;

function toRow<Doc>({ _id, pos, doc }: Pick<StoredView, '_id' | 'pos' | 'doc'>): Row<Doc> {
  return { key: _id, position: pos, doc: doc as Doc };
}

async function total(
  documents: Collection<StoredView>,
  { found }: Pick<Selection, 'found'>,
): Promise<Total> {
  const stages: Document[] = [...found, { $limit: MAX_EXACT_TOTAL + 1 }, { $count: 'total' }];
  const [counted] = await documents.aggregate<{ total: number }>(stages).toArray();
  return totalOf(counted?.total ?? 0);
}

async function counts(
  documents: Collection<StoredView>,
  { found, countBy }: Selection,
): Promise<Record<string, readonly ValueCount[]>> {
  const counted = await Promise.all(
    [...countBy].map(async ([name, path]) => {
      const groups = await documents
        .aggregate<{ _id: Scalar; count: number }>([
          ...found,
          { $limit: MAX_EXACT_TOTAL + 1 },
          { $group: { _id: `$${path}`, count: { $sum: 1 } } },
          { $sort: { count: -1, _id: 1 } },
        ])
        .toArray();
      return [name, valueCounts(groups)] as const;
    }),
  );
  return Object.fromEntries(counted);
}

function valueCounts(
  groups: readonly { readonly _id: Scalar; readonly count: number }[],
): readonly ValueCount[] {
  const rows = groups.reduce((sum, { count }) => sum + count, 0);
  return groups.slice(0, MAX_COUNTED_VALUES).map(({ _id, count }) => ({
    value: _id === '' ? null : _id,
    count: rows > MAX_EXACT_TOTAL ? { atLeast: Math.min(count, MAX_EXACT_TOTAL) } : count,
  }));
}

function totalOf(count: number): Total {
  return count > MAX_EXACT_TOTAL ? { atLeast: MAX_EXACT_TOTAL } : count;
}
