import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { StoreRefusedError, StoreUnavailableError, type Position } from '@tierbook/eventing';
import {
  besideKeyOf,
  besideNone,
  checkListQuery,
  checkQuery,
  checkScan,
  inBatches,
  InvalidQueryError,
  listedPage,
  MAX_COUNTED_VALUES,
  MAX_EXACT_TOTAL,
  MAX_LIMIT,
  MAX_PURGED,
  SCAN_BATCH,
  scalarOf,
  ViewBehindError,
  type AnyView,
  type Build,
  type BuildId,
  type BuildWrite,
  type CheckedBeside,
  type CheckedQuery,
  type DocumentWrite,
  type FieldKind,
  type ListedPage,
  type ListedRow,
  type ListQuery,
  type Page,
  type PageOf,
  type ProjectionStore,
  type Query,
  type ReadStore,
  type Row,
  type Scalar,
  type Scan,
  type SortKey,
  type StoredDocument,
  type Total,
  type ValueCount,
  type ViewDefinition,
} from '@tierbook/read-models';
import {
  openDurableDatabase,
  openDurableDatabaseForReading,
  type DurableFileFormat,
} from '../durable-store/open-durable-database';
import {
  directViewOf,
  directViewSchemaOf,
  keywordTableOf,
  keywordTablesOf,
  schemaOf,
  searchTableOf,
  tableOf,
} from './build-schema';
import { truncateWal } from '../durable-store/truncate-wal';
import { DamagedViewsError, discardViews, isDamage, OpenedFile } from './views-file';
import {
  listedTextOf,
  QuerySql,
  scanOf,
  shownTextsOf,
  type Along,
  type BesideText,
  type Counting,
  type Searching,
  type Shape,
  type Source,
  type Sql,
} from './query-sql';
import { indexedConditionsOf, servingIndexOf, type ServingIndex } from './serving-index';

const FORMAT: DurableFileFormat = {
  what: 'views file',
  applicationId: 0x54427677, // "TBvw"
  version: 3,
  schema: `
    CREATE TABLE builds (
      view       TEXT    NOT NULL,
      generation INTEGER NOT NULL,
      version    INTEGER NOT NULL,
      serving    INTEGER NOT NULL DEFAULT 0,
      position   TEXT,
      event_id   TEXT,
      fields     TEXT    NOT NULL,
      listed     TEXT    NOT NULL,
      PRIMARY KEY (view, generation)
    ) STRICT, WITHOUT ROWID;
  `,
};

/** Statements kept prepared: more than the shapes that queries have. */
const MAX_STATEMENTS = 500;

/** Of a key, that it is in a list that is given as JSON. */
const IS_ONE_OF = 'key IN (SELECT value FROM json_each(?))';

/** Rows that are looked at along the sort index before anything else: a term that many rows hold is met there. */
const FIRST_WALKED = 2_000;
/** Terms that at most so many rows hold are found by the trigram index. */
const RARE_TERM = 10_000;
/** The most rows that are looked at along the sort index for one page of a term that more rows hold: in some 20 ms. */
const MOST_WALKED = { inIndex: 100_000, inTable: 10_000 } as const;

/** The most rows that are looked at to count those of conditions that no index holds to. */
const MOST_COUNTED = 50_000;

interface BuildRow {
  readonly view: string;
  readonly generation: number;
  readonly version: number;
  readonly serving: number;
  readonly position: Position | null;
  readonly event_id: string | null;
  readonly fields: string;
  readonly listed: string;
}

/** A build that serves, as it stands in one version of the file's schema. */
interface Serving extends Source {
  readonly generation: number;
  readonly version: number;
  /** The fields that its documents' texts begin with. */
  readonly listed: string;
  /** Its tables that are indexes by keywords. */
  readonly keywordTables: ReadonlySet<string>;
}

/** A row of a page as its statement answers it: what it is made of, and last its sort value. */
type Found = readonly [key: string, first: string, second: string, sortValue: Scalar];

const TEXTS_OF_LISTS = new WeakMap<readonly string[], string>();

/** The fields that lists show, as a build keeps them. */
function textOfList(listed: readonly string[]): string {
  const known = TEXTS_OF_LISTS.get(listed);
  const text = known ?? JSON.stringify(listed);
  if (known === undefined) TEXTS_OF_LISTS.set(listed, text);
  return text;
}

interface DocumentRow {
  readonly key: string;
  readonly position: Position;
  readonly doc: string;
}

/** What a build's documents are written by: its fields in the order of their columns, and what their texts begin with. */
interface Layout {
  readonly table: string;
  readonly fields: readonly (readonly [string, FieldKind])[];
  /** Those that indexes are made of: `live`, then one for each field. */
  readonly columns: readonly string[];
  readonly listed: readonly string[];
  /** Reads what stands under keys, with its documents. */
  readonly load: string;
  /** The same without them. */
  readonly standing: string;
  readonly insert: string;
}

/** What stands under a key, without its document: `values` of its layout's columns. */
interface StandingRow {
  readonly id: number;
  readonly position: Position;
  readonly values: readonly Scalar[];
}

type StandingValues = readonly [key: string, id: number, position: Position, ...values: Scalar[]];

type LoadedValues = readonly [doc: string | null, ...StandingValues];

/** What stood under the keys that were asked for last. */
interface Loaded {
  /** `undefined` where nothing did. */
  readonly rows: ReadonlyMap<string, StandingRow | undefined>;
  /** SQLite's number of what others had written to the file by then. */
  readonly dataVersion: number;
}

/** How a page's rows are read. */
interface Reading<R> {
  readonly shape: Shape;
  readonly toRow: (found: Found) => R;
}

/**
 * Opens the views in the SQLite file at `path` for reading, beside the process or thread that writes them. Where
 * another file has taken the place of that one, it reads from the other within moments.
 *
 * @throws StoreRefusedError, in one line, when the file is not there, foreign, or of a newer version.
 */
export function openSqliteReadStore({
  path,
}: {
  readonly path: string;
}): ReadStore & Pick<ProjectionStore, 'builds'> {
  const open = () => openDurableDatabaseForReading(path, FORMAT);
  return new SqliteReadStore(open(), path, open);
}

/**
 * Opens the views in the SQLite file at `path` for writing and reading; the file is created (0600) when
 * it is not there. WAL with `synchronous=NORMAL`: a power loss may take the latest commits, whole, and
 * they are built again from the log. The WAL grows to 64 MB before it is copied into the file, so that a page that
 * changes often is copied seldom. What is deleted is overwritten (`secure_delete`). A damaged file is discarded,
 * when it is opened and later: all that it held is in the log.
 *
 * @throws StoreRefusedError as `openSqliteReadStore` does.
 */
export function openSqliteProjectionStore({
  path,
}: {
  readonly path: string;
}): ReadStore & ProjectionStore {
  const database = openUndamaged(path);
  database.exec(
    'PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 16000;',
  );
  return new SqliteProjectionStore(database, path);
}

/** A damaged SQLite of ours is laid out anew; a file that is none of ours is refused. */
function openUndamaged(path: string): DatabaseSync {
  try {
    return openDurableDatabase(path, FORMAT);
  } catch (error) {
    if (!(error instanceof StoreRefusedError) || !isDamage(error.cause, 'found')) throw error;
    discardViews(path);
    return openDurableDatabase(path, FORMAT);
  }
}

class SqliteReadStore implements ReadStore {
  readonly #statements = new Map<string, StatementSync>();
  /** Statements whose rows are read as lists of values, which is the faster way. */
  readonly #pages = new Map<string, StatementSync>();
  /** The builds that serve, as they stand in this version of the schema: each swap makes another. */
  readonly #known = new Map<string, Serving>();
  #knownSchema: number | undefined;
  readonly #file: OpenedFile;

  constructor(
    protected database: DatabaseSync,
    protected readonly path: string,
    private readonly reopen?: () => DatabaseSync,
  ) {
    this.#file = new OpenedFile(path);
  }

  get<Doc extends object>(view: ViewDefinition<Doc>, key: string): Promise<Row<Doc> | undefined> {
    return this.transaction('BEGIN', () => {
      const table = tableOf(this.#serving(view));
      const sql = `SELECT key, position, doc FROM ${table} WHERE key = ? AND doc IS NOT NULL`;
      const [row] = this.all<DocumentRow>(sql, key);
      return row && toRow<Doc>(row);
    });
  }

  getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>> {
    return this.transaction('BEGIN', () => {
      const wanted = [...keys];
      if (wanted.length > MAX_LIMIT) {
        throw new InvalidQueryError(`At most ${String(MAX_LIMIT)} rows are read at once.`);
      }
      const rows = this.documents(this.#serving(view), wanted);
      return new Map(rows.map((row) => [row.key, toRow<Doc>(row)]));
    });
  }

  find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>> {
    return this.transaction('BEGIN', () =>
      this.#find<Row<Doc>>(view, query, checkQuery(view, query), {
        shape: 'documents',
        toRow: ([key, position, doc]) => {
          return toRow({ key, position: position as Position, doc });
        },
      }),
    );
  }

  async list(view: AnyView, query: ListQuery): Promise<ListedPage> {
    const laidOut = await this.transaction('BEGIN', () => {
      const checked = checkListQuery(view, query);
      const { beside } = checked;
      const [own, other] = [this.#serving(view), this.#serving(beside.view)];
      if (own.listed !== textOfList(checked.listed)) return undefined;
      if (other.listed !== textOfList(beside.listed)) return undefined;
      const page = this.#find<ListedRow & { readonly id: Scalar }>(view, query, checked, {
        shape: checked,
        toRow: ([key, id, kept]) => ({ key, id, besideKey: besideKeyOf(kept) }),
      });
      const keys = new Set(page.rows.flatMap(({ besideKey }) => besideKey ?? []));
      const texts = this.#besideTexts(other, beside, [...keys]);
      const ids = page.rows.map(({ id }) => id);
      const [found] = this.values(listedTextOf(own, beside, ids, texts));
      const [text] = found as readonly [Uint8Array | null];
      return { ...page, text: text ?? new Uint8Array() };
    });
    if (laidOut !== undefined) return laidOut;
    // A build that serves was laid out for other lists.
    const page = await this.find<object>(view as unknown as ViewDefinition<object>, query);
    return listedPage(page, checkListQuery(view, query), (keys) =>
      this.getMany(query.beside.view, keys),
    );
  }

  async *scan<Doc extends object>(
    view: ViewDefinition<Doc>,
    scan: Scan,
  ): AsyncIterable<readonly Row<Doc>[]> {
    const where = checkScan(view, scan);
    yield* inBatches(scan.after, (last) =>
      this.transaction('BEGIN', () => {
        const { sql, parameters } = scanOf(where, this.#serving(view), last, SCAN_BATCH);
        return this.all<DocumentRow>(sql, ...parameters).map((row) => toRow<Doc>(row));
      }),
    );
  }

  builds(): Promise<readonly Build[]> {
    return this.transaction('BEGIN', () =>
      this.all<BuildRow>('SELECT * FROM builds ORDER BY view, generation').map(toBuild),
    );
  }

  positionOf(view: AnyView): Promise<Position | undefined> {
    return this.transaction('BEGIN', () => {
      const { generation } = this.#serving(view);
      const sql = 'SELECT position FROM builds WHERE view = ? AND generation = ?';
      const [row] = this.all<Pick<BuildRow, 'position'>>(sql, view.name, generation);
      return row?.position ?? undefined;
    });
  }

  close(): Promise<void> {
    this.#forget();
    if (this.database.isOpen) this.database.close();
    return Promise.resolve();
  }

  /** The rows that exist, in no order. */
  protected documents(build: BuildId, keys: readonly string[]): readonly DocumentRow[] {
    const sql = `SELECT key, position, doc FROM ${tableOf(build)} WHERE ${IS_ONE_OF} AND doc IS NOT NULL`;
    return this.all<DocumentRow>(sql, JSON.stringify(keys));
  }

  protected all<T>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.statement(sql).all(...parameters) as T[];
  }

  protected run(sql: string, ...parameters: SQLInputValue[]): void {
    this.statement(sql).run(...parameters);
  }

  protected statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    const prepared = this.database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /** Everything that `work` reads is of one moment; what it writes is written whole or not at all. */
  protected transaction<T>(begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): Promise<T> {
    return this.guarded(() => {
      this.run(begin);
      this.#checkFormat();
      const result = work();
      this.run('COMMIT');
      return result;
    });
  }

  /** Works on the file that is at the path now, and leaves no transaction open. */
  protected guarded<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (!this.database.isOpen) {
        throw new StoreUnavailableError(`The views file ${this.path} has been closed.`);
      }
      this.#followFile();
      try {
        resolve(work());
      } catch (error) {
        throw isDamage(error, 'met') ? new DamagedViewsError(this.path) : error;
      } finally {
        // SQLite rolls back by itself on some errors, a full disk among them.
        if (this.database.isTransaction) this.run('ROLLBACK');
      }
    });
  }

  /** What was opened may have been removed since, or another file have taken its place: SQLite would not notice. */
  #followFile(): void {
    if (this.#file.isStillThere()) return;
    const replaced = new StoreUnavailableError(
      `The views file ${this.path} was removed or replaced: the views are built again.`,
    );
    if (this.reopen === undefined) throw replaced;
    let next: DatabaseSync;
    try {
      next = this.reopen();
    } catch {
      throw replaced;
    }
    this.#forget();
    this.database.close();
    this.database = next;
    this.#file.note();
  }

  /** What was read of a file that is no longer the one that is read. */
  #forget(): void {
    this.#statements.clear();
    this.#pages.clear();
    this.#known.clear();
    this.#knownSchema = undefined;
  }

  /** A newer Tierbook may have laid the file out anew meanwhile, and another build have come to serve. */
  #checkFormat(): void {
    const [schema] = this.all<{ schema_version: number }>('PRAGMA schema_version');
    if (schema?.schema_version !== this.#knownSchema) this.#known.clear();
    this.#knownSchema = schema?.schema_version;
    const [row] = this.all<{ user_version: number }>('PRAGMA user_version');
    if ((row?.user_version ?? 0) <= FORMAT.version) return;
    throw new StoreUnavailableError(
      `The views file ${this.path} was written by a newer Tierbook meanwhile: upgrade this one.`,
    );
  }

  /** @throws ViewBehindError */
  #serving(view: AnyView): Serving {
    const known = this.#known.get(view.name) ?? this.#loadServing(view.name);
    if (known === undefined) throw new ViewBehindError(view.name, 'is being built');
    if (known.version < view.readableFrom || known.version > view.version) {
      throw new ViewBehindError(view.name, 'is being built anew');
    }
    return known;
  }

  #loadServing(name: string): Serving | undefined {
    const [row] = this.all<BuildRow>('SELECT * FROM builds WHERE view = ? AND serving = 1', name);
    if (row === undefined) return undefined;
    const { view, generation, version, listed } = row;
    const [table, searchTable] = [tableOf(row), searchTableOf(row)];
    const fields = JSON.parse(row.fields) as Source['fields'];
    const sql = `SELECT '"' || name || '"' AS name FROM sqlite_schema WHERE type = 'table' AND name GLOB ?`;
    const tables = this.all<{ name: string }>(sql, keywordTablesOf(row));
    const keywordTables = new Set(tables.map((each) => each.name));
    const serving: Serving = {
      view,
      generation,
      version,
      listed,
      table,
      searchTable,
      fields,
      keywordTables,
    };
    this.#known.set(name, serving);
    return serving;
  }

  /** What lists show of these rows; of what is not there, that. */
  #besideTexts(
    other: Serving,
    beside: CheckedBeside,
    keys: readonly string[],
  ): readonly BesideText[] {
    if (keys.length === 0) return [];
    const found = new Map(this.values(shownTextsOf(other, keys)) as readonly BesideText[]);
    return keys.map((key) => [key, found.get(key) ?? JSON.stringify(besideNone(beside, key))]);
  }

  #find<R>(
    view: AnyView,
    { join, count, countBy }: Query,
    checked: CheckedQuery,
    { shape, toRow }: Reading<R>,
  ): PageOf<R> {
    const joined = join && { ...this.#serving(join.view), by: join.by };
    const own = this.#serving(view);
    const statements = new QuerySql(checked, own, joined, shape);
    const index = servingIndexOf(view, checked);
    const along = alongOf(own, index);
    const walking = along && new QuerySql(checked, own, joined, shape, along);
    const { rows, next } = this.#page(statements, walking, index, checked.limit);
    const isCounted = count === true || countBy !== undefined;
    const counting = isCounted ? this.#counting(statements, view, checked) : 'by-rows';
    const isCut = typeof counting !== 'string' && this.#hasMore(statements.countEnd(counting));
    return {
      rows: rows.map(toRow),
      ...(next === undefined ? {} : { next }),
      ...(count === true
        ? { total: this.#total(statements.count(counting, MAX_EXACT_TOTAL + 1), isCut) }
        : {}),
      ...(countBy === undefined
        ? {}
        : { counts: this.#counts(statements.counts(counting, MAX_EXACT_TOTAL + 1), isCut) }),
    };
  }

  /** How rows are counted so that no more than `MOST_COUNTED` are looked at. */
  #counting(statements: QuerySql, view: AnyView, { where }: CheckedQuery): Counting {
    if (this.#searching(statements) === 'by-trigrams') return 'by-trigrams';
    const indexed = indexedConditionsOf(view, where);
    // Every row that the index finds is one: the count itself ends it.
    return indexed.length === where.length ? 'by-rows' : { indexed, rows: MOST_COUNTED };
  }

  #hasMore({ sql, parameters }: Sql): boolean {
    return this.values({ sql, parameters }).length > 0;
  }

  /** By trigrams where few enough rows hold the terms that finding them first is the faster way. */
  #searching(statements: QuerySql): Searching {
    const { match } = statements;
    if (match === undefined) return 'by-rows';
    const { sql, parameters } = statements.hits(match, RARE_TERM + 1);
    const [row] = this.all<{ total: number }>(sql, ...parameters);
    return (row?.total ?? 0) > RARE_TERM ? 'by-rows' : 'by-trigrams';
  }

  /**
   * A term that many rows hold is soon met along the sort index; one that few hold is found by the trigram index. One
   * that many hold and that is not met, since other conditions hold it off or its rows come late, ends the page
   * early: the next one goes on from there, and no page looks at more than `MOST_WALKED` rows.
   */
  #page(
    statements: QuerySql,
    walking: QuerySql | undefined,
    index: ServingIndex | undefined,
    limit: number,
  ): { readonly rows: readonly Found[]; readonly next?: SortKey } {
    const byRows = walking ?? statements;
    const rowsOf = (sql: Sql) => this.values(sql) as readonly Found[];
    const byTrigrams = () => pageOf(rowsOf(statements.page('by-trigrams', limit + 1)), limit);
    if (statements.match === undefined) {
      return pageOf(rowsOf(byRows.page('by-rows', limit + 1)), limit);
    }
    if (index === undefined) return byTrigrams();
    const met = rowsOf(byRows.walk(index, FIRST_WALKED, limit + 1));
    if (met.length > limit) return pageOf(met, limit);
    if (this.#searching(statements) === 'by-trigrams') return byTrigrams();
    const most = index.covers ? MOST_WALKED.inIndex : MOST_WALKED.inTable;
    const walked = rowsOf(byRows.walk(index, most, limit + 1));
    if (walked.length > limit) return pageOf(walked, limit);
    const [end] = this.values(byRows.walkEnd(index, most)) as readonly SortKey[];
    return { rows: walked, ...(end === undefined ? {} : { next: end }) };
  }

  /** Rows as lists of values. */
  protected values({ sql, parameters }: Sql): readonly unknown[] {
    const known = this.#pages.get(sql);
    const statement = known ?? this.database.prepare(sql);
    if (known === undefined) {
      if (this.#pages.size >= MAX_STATEMENTS) this.#pages.clear();
      statement.setReturnArrays(true);
      this.#pages.set(sql, statement);
    }
    return statement.all(...parameters);
  }

  #counts(counts: ReadonlyMap<string, Sql>, isCut: boolean): Record<string, readonly ValueCount[]> {
    return Object.fromEntries(
      [...counts].map(([name, { sql, parameters }]) => {
        const groups = this.all<{ value: Scalar; count: number }>(sql, ...parameters);
        return [name, valueCounts(groups, isCut)];
      }),
    );
  }

  #total(count: Sql, isCut: boolean): Total {
    const [row] = this.all<{ total: number }>(count.sql, ...count.parameters);
    const total = row?.total ?? 0;
    if (total > MAX_EXACT_TOTAL) return { atLeast: MAX_EXACT_TOTAL };
    return isCut ? { atLeast: total } : total;
  }
}

class SqliteProjectionStore extends SqliteReadStore implements ProjectionStore {
  /** The layouts of the builds that were written to. */
  readonly #layouts = new Map<string, Layout>();
  /** By table: what is loaded is mostly written next, and need not be looked for again. */
  readonly #loaded = new Map<string, Loaded>();

  constructor(database: DatabaseSync, path: string) {
    super(database, path);
    this.#dropOlderFormat();
  }

  protected override async guarded<T>(work: () => T): Promise<T> {
    try {
      return await super.guarded(work);
    } catch (error) {
      if (error instanceof DamagedViewsError) discardViews(this.path);
      throw error;
    }
  }

  begin(view: AnyView): Promise<Build> {
    return this.transaction('BEGIN IMMEDIATE', () => {
      const [row] = this.all<{ latest: number | null }>(
        'SELECT max(generation) AS latest FROM builds WHERE view = ?',
        view.name,
      );
      const build = { view: view.name, generation: (row?.latest ?? 0) + 1 };
      this.run(
        'INSERT INTO builds (view, generation, version, fields, listed) VALUES (?, ?, ?, ?, ?)',
        build.view,
        build.generation,
        view.version,
        JSON.stringify(view.fields),
        JSON.stringify(view.listed ?? []),
      );
      this.database.exec(schemaOf(build, view));
      return { ...build, version: view.version, serving: false, checkpoint: undefined };
    });
  }

  load(build: BuildId, keys: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>> {
    // One statement is of one moment by itself.
    return this.guarded(() => {
      const layout = this.#layoutOf(build);
      // Asked before: what others write in between makes it another one.
      const dataVersion = this.#dataVersion();
      const rows = new Map<string, StandingRow | undefined>(keys.map((key) => [key, undefined]));
      const documents = new Map<string, StoredDocument>();
      const parameters = [JSON.stringify(keys)];
      const found = this.values({ sql: layout.load, parameters }) as readonly LoadedValues[];
      for (const [doc, key, id, position, ...values] of found) {
        rows.set(key, { id, position, values });
        documents.set(key, { position, doc: doc === null ? null : (JSON.parse(doc) as object) });
      }
      this.#loaded.set(layout.table, { rows, dataVersion });
      return documents;
    });
  }

  write(writes: readonly BuildWrite[]): Promise<void> {
    return this.transaction('BEGIN IMMEDIATE', () => {
      const dataVersion = this.#dataVersion();
      for (const write of writes) this.#writeBuild(write, dataVersion);
    });
  }

  /** Overwritten in the file by `secure_delete`; what the WAL still holds of it goes with the WAL. */
  scrub(): Promise<boolean> {
    return new Promise((resolve) => {
      resolve(!this.database.isOpen || truncateWal(this.database));
    });
  }

  promote(build: BuildId): Promise<void> {
    return this.transaction('BEGIN IMMEDIATE', () => {
      const others = this.all<BuildRow>(
        'SELECT * FROM builds WHERE view = ? AND generation <> ?',
        build.view,
        build.generation,
      );
      for (const other of others) this.#drop(other);
      this.run(
        'UPDATE builds SET serving = 1 WHERE view = ? AND generation = ?',
        build.view,
        build.generation,
      );
      this.database.exec(
        directViewSchemaOf(build, Object.fromEntries(this.#layoutOf(build).fields)),
      );
    });
  }

  purge(build: BuildId, upTo: Position): Promise<number> {
    return this.transaction('BEGIN IMMEDIATE', () => {
      const table = tableOf(build);
      this.#loaded.delete(table);
      const { changes } = this.statement(
        `DELETE FROM ${table} WHERE id IN
          (SELECT id FROM ${table} WHERE live = 0 AND position <= ? LIMIT ${String(MAX_PURGED)})`,
      ).run(upTo);
      return Number(changes);
    });
  }

  discard(build: BuildId): Promise<void> {
    return this.transaction('BEGIN IMMEDIATE', () => {
      this.#drop(build);
    });
  }

  /** What an older layout holds is built again: nothing is in the views that is not in the log. */
  #dropOlderFormat(): void {
    const [row] = this.all<{ user_version: number }>('PRAGMA user_version');
    if (row?.user_version === FORMAT.version) return;
    this.run('BEGIN IMMEDIATE');
    for (const build of this.all<BuildRow>('SELECT * FROM builds')) this.#drop(build);
    this.database.exec(
      `DROP TABLE builds; ${FORMAT.schema}; PRAGMA user_version = ${String(FORMAT.version)}; COMMIT`,
    );
  }

  #writeBuild({ build, documents, checkpoint }: BuildWrite, dataVersion: number): void {
    const layout = this.#layoutOf(build);
    const standing = this.#standing(layout, documents, dataVersion);
    for (const document of documents) {
      const row = standing.get(document.key);
      // What stands at or after the position stays as it is.
      if (row === undefined) this.#insert(layout, document);
      else if (document.position > row.position) this.#update(layout, document, row);
    }
    this.run(
      'UPDATE builds SET position = ?, event_id = ? WHERE view = ? AND generation = ?',
      checkpoint.position,
      checkpoint.eventId,
      build.view,
      build.generation,
    );
  }

  /** What stands under the documents' keys: as it was loaded, where nobody can have written since. */
  #standing(
    { table, standing }: Layout,
    documents: readonly DocumentWrite[],
    dataVersion: number,
  ): ReadonlyMap<string, StandingRow | undefined> {
    const loaded = this.#loaded.get(table);
    this.#loaded.delete(table);
    const known = loaded?.dataVersion === dataVersion ? loaded.rows : undefined;
    if (documents.every(({ key }) => known?.has(key) === true)) return known ?? new Map();
    const parameters = [JSON.stringify(documents.map(({ key }) => key))];
    const rows = this.values({ sql: standing, parameters }) as readonly StandingValues[];
    return new Map(
      rows.map(([key, id, position, ...values]) => [key, { id, position, values }] as const),
    );
  }

  /** Another number once another connection has written to the file. */
  #dataVersion(): number {
    const [[version]] = this.values({ sql: 'PRAGMA data_version', parameters: [] }) as [[number]];
    return version;
  }

  #insert(layout: Layout, { key, position, doc }: DocumentWrite): void {
    const { text, length } = textOf(doc, layout.listed);
    this.run(layout.insert, key, position, text, length, ...valuesOf(doc, layout));
  }

  /** Names only the columns that change: SQLite then writes only the indexes that have one of them. */
  #update(layout: Layout, { position, doc }: DocumentWrite, row: StandingRow): void {
    const { table, columns, listed } = layout;
    const { text, length } = textOf(doc, listed);
    const parameters: SQLInputValue[] = [position, text, length];
    let changed = '';
    for (const [index, value] of valuesOf(doc, layout).entries()) {
      if (value === row.values[index]) continue;
      changed += `, ${columns[index] ?? ''} = ?`;
      parameters.push(value);
    }
    const sql = `UPDATE ${table} SET position = ?, doc = ?, listed = ?${changed} WHERE id = ?`;
    this.run(sql, ...parameters, row.id);
  }

  #layoutOf(build: BuildId): Layout {
    const table = tableOf(build);
    const known = this.#layouts.get(table);
    if (known !== undefined) return known;
    const [row] = this.all<BuildRow>(
      'SELECT * FROM builds WHERE view = ? AND generation = ?',
      build.view,
      build.generation,
    );
    if (row === undefined)
      throw new Error(`No build ${String(build.generation)} of ${build.view}.`);
    const fields = Object.entries(JSON.parse(row.fields) as Source['fields']);
    const columns = ['live', ...fields.map(([field]) => `"${field}"`)];
    const standing = `key, id, position, ${columns.join(', ')} FROM ${table} WHERE ${IS_ONE_OF}`;
    const layout: Layout = {
      table,
      fields,
      columns,
      listed: JSON.parse(row.listed) as readonly string[],
      load: `SELECT doc, ${standing}`,
      standing: `SELECT ${standing}`,
      insert: `INSERT INTO ${table} (key, position, doc, listed, ${columns.join(', ')})
        VALUES (?, ?, ?, ?${', ?'.repeat(columns.length)})`,
    };
    this.#layouts.set(table, layout);
    return layout;
  }

  #drop(build: BuildId): void {
    this.#layouts.delete(tableOf(build));
    this.#loaded.delete(tableOf(build));
    const isServing = 'SELECT 1 FROM builds WHERE view = ? AND generation = ? AND serving = 1';
    if (this.all(isServing, build.view, build.generation).length > 0) {
      this.database.exec(`DROP VIEW IF EXISTS ${directViewOf(build.view)}`);
    }
    const byKeywords = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ?`;
    for (const { name } of this.all<{ name: string }>(byKeywords, keywordTablesOf(build))) {
      this.database.exec(`DROP TABLE "${name}"`);
    }
    this.database.exec(`
      DROP TABLE IF EXISTS ${searchTableOf(build)};
      DROP TABLE IF EXISTS ${tableOf(build)};
    `);
    this.run('DELETE FROM builds WHERE view = ? AND generation = ?', build.view, build.generation);
  }
}

/** What the layout's columns hold of a document; of a tombstone, nothing. */
function valuesOf(doc: object | null, { fields }: Layout): readonly Scalar[] {
  const source = (doc ?? {}) as Readonly<Record<string, unknown>>;
  return [doc === null ? 0 : 1, ...fields.map(([field, kind]) => scalarOf(kind, source[field]))];
}

/** A document as its table keeps it, and how many characters of that lists show. */
function textOf(
  doc: object | null,
  listed: readonly string[],
): { readonly text: string | null; readonly length: number } {
  if (doc === null) return { text: null, length: 0 };
  if (listed.length === 0) return { text: JSON.stringify(doc), length: 0 };
  const rest: Record<string, unknown> = { ...doc };
  const first: Record<string, unknown> = {};
  for (const field of listed) {
    first[field] = rest[field];
    rest[field] = undefined;
  }
  const [head, tail] = [JSON.stringify(first).slice(0, -1), JSON.stringify(rest).slice(1)];
  const isWhole = head === '{' || tail === '}';
  // SQLite counts code points.
  const length = head.length - (head.match(SURROGATE_PAIRS) ?? []).length;
  return { text: isWhole ? head + tail : `${head},${tail}`, length };
}

const SURROGATE_PAIRS = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;

/** The table to read along, where the index is one by keywords and the build has it. */
function alongOf(build: Serving, index: ServingIndex | undefined): Along | undefined {
  if (index?.ofKeywords !== true) return undefined;
  const { fields } = index;
  const table = keywordTableOf(build, fields);
  return build.keywordTables.has(table) ? { table, fields } : undefined;
}

/** A page of so many rows, of which one more was asked for to see whether there are more. */
function pageOf(
  found: readonly Found[],
  limit: number,
): { readonly rows: readonly Found[]; readonly next?: SortKey } {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  if (found.length <= limit || last === undefined) return { rows };
  return { rows, next: [last[3], last[0]] };
}

function valueCounts(
  groups: readonly { readonly value: Scalar; readonly count: number }[],
  isCut: boolean,
): readonly ValueCount[] {
  const found = groups.reduce((sum, { count }) => sum + count, 0);
  return groups.slice(0, MAX_COUNTED_VALUES).map(({ value, count }) => ({
    value: value === '' ? null : value,
    count: isCut || found > MAX_EXACT_TOTAL ? { atLeast: Math.min(count, MAX_EXACT_TOTAL) } : count,
  }));
}

function toRow<Doc>({ key, position, doc }: DocumentRow): Row<Doc> {
  return { key, position, doc: JSON.parse(doc) as Doc };
}

function toBuild(row: BuildRow): Build {
  const { view, generation, version, position, event_id } = row;
  const checkpoint =
    position === null || event_id === null ? undefined : { position, eventId: event_id };
  return { view, generation, version, serving: row.serving === 1, checkpoint };
}
