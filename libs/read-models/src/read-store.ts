import type { Position } from '@tierbook/eventing';
import type { AnyView, ViewDefinition } from './view';

export type Scalar = string | number;

/**
 * One condition on one field. Texts are folded as the field is. `contains` with fewer than three
 * characters finds what begins with them. A range's bounds are those given, joined by "and".
 * An empty `anyOf` finds nothing.
 */
export type Condition =
  | { readonly field: string; readonly op: 'eq'; readonly value: Scalar | null }
  | { readonly field: string; readonly op: 'anyOf'; readonly values: readonly (Scalar | null)[] }
  | { readonly field: string; readonly op: 'prefix'; readonly value: string }
  | { readonly field: string; readonly op: 'contains'; readonly value: string }
  | {
      readonly field: string;
      readonly op: 'range';
      readonly gte?: Scalar;
      readonly gt?: Scalar;
      readonly lt?: Scalar;
      readonly lte?: Scalar;
    };

/** By a field, then by key, both in the same direction. */
export interface Sort {
  readonly field: string;
  readonly direction: 'asc' | 'desc';
}

/** Where a page ended: the last row's sort value, as the field is kept, and its key. */
export type SortKey = readonly [value: Scalar, key: string];

/**
 * Another view's row, found by the key that a keyword field of this one holds. Its fields can then be
 * filtered and sorted by as `<view>.<field>`; they count as missing where there is no such row.
 */
export interface Join {
  readonly view: AnyView;
  readonly by: string;
}

export const MAX_LIMIT = 200;
/** Totals are exact up to here, as far as not too many rows have to be looked at. */
export const MAX_EXACT_TOTAL = 10_000;
/** The most values of one field that are counted, the most frequent first. */
export const MAX_COUNTED_VALUES = 200;
/** The most rows of one batch of a scan. */
export const SCAN_BATCH = 500;

export interface Query {
  readonly where: readonly Condition[];
  readonly sort: Sort;
  /** Rows after this one only. */
  readonly after?: SortKey | undefined;
  /** 1 to `MAX_LIMIT`. */
  readonly limit: number;
  /** Also count all that the conditions find. */
  readonly count?: boolean | undefined;
  /** Also count all that the conditions find by the values of each of these fields: keywords or numbers. */
  readonly countBy?: readonly string[] | undefined;
  readonly join?: Join | undefined;
}

/**
 * What lists show beside each row: what they show of another view's row, whose key a keyword field of this one holds.
 * `null` where the field holds none; all `null` but the key where there is no such row.
 */
export interface Beside {
  readonly view: AnyView;
  readonly by: string;
  /** What it is called in the row. */
  readonly as: string;
}

/** A query whose rows come as lists show them. */
export interface ListQuery extends Query {
  readonly beside: Beside;
}

/** Which rows a scan gives, and where it goes on. */
export interface Scan {
  readonly where: readonly Condition[];
  /** Rows with a greater key only. */
  readonly after?: string | undefined;
}

export interface Row<Doc> {
  readonly key: string;
  /** Of the event that last changed the document. */
  readonly position: Position;
  readonly doc: Doc;
}

/** A row of a list. */
export interface ListedRow {
  readonly key: string;
  /** The key of the row that is shown beside it. */
  readonly besideKey: string | null;
}

/**
 * How many rows there are: exactly; or at least so many, where there are more than `MAX_EXACT_TOTAL`, or where an engine
 * would have to look at very many rows that no index holds to the conditions (SQLite: more than 50,000).
 */
export type Total = number | { readonly atLeast: number };

/** How many of the rows found hold one value of a field; `null` is a missing text. */
export interface ValueCount {
  readonly value: Scalar | null;
  readonly count: Total;
}

export interface PageOf<R> {
  readonly rows: readonly R[];
  /**
   * Set when more rows may follow. A page can have fewer rows than its limit and yet be followed: where a search is
   * for what many rows hold and another condition holds nearly all of them off, each page looks at so many rows only.
   */
  readonly next?: SortKey;
  /** Set when asked for. */
  readonly total?: Total;
  /**
   * For each field of `countBy`, its values by falling count, then by value. Exact where the total is; else of as many
   * rows as were counted, as `{ atLeast }`, and rarer values may be missing.
   */
  readonly counts?: Readonly<Record<string, readonly ValueCount[]>>;
}

export type Page<Doc> = PageOf<Row<Doc>>;

export interface ListedPage extends PageOf<ListedRow> {
  /** The rows as lists show them, in their order: JSON objects joined by commas, in UTF-8. */
  readonly text: Uint8Array;
}

/**
 * What queries read. Every adapter runs `testing/read-store.contract.ts` whole.
 *
 * Reads never wait: what a view must have reached first is the projector's to say (`waitFor`). Each method
 * reads one consistent moment of a view, also while it is written and while a rebuilt one takes its place.
 *
 * An adapter builds its filters from what `checkQuery` answers and from nothing else: fields that the view
 * declares, and texts and numbers folded as they are kept. No object of a caller reaches an engine.
 *
 * Programs that read the views past this port find each under a stable name, which a rebuild moves: a view of
 * the engine called as the view is, with `_` for `-`, of which each row has at least `key`, `position`, `doc`.
 *
 * All methods throw ViewBehindError while no readable version of the view has caught up, InvalidQueryError
 * for a query that does not fit the view, and StoreUnavailableError while the engine cannot be read.
 */
export interface ReadStore {
  get<Doc extends object>(view: ViewDefinition<Doc>, key: string): Promise<Row<Doc> | undefined>;
  /** The rows that exist, by key, in no order. At most `MAX_LIMIT` keys. */
  getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>>;
  find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>>;
  /**
   * What `find` answers, as lists show it: one text, which no program has to read and write anew.
   * @throws InvalidQueryError also for a view that lists no fields, beside another or as such a one.
   */
  list(view: AnyView, query: ListQuery): Promise<ListedPage>;
  /**
   * All rows of the conditions by key, in batches of 1 to `SCAN_BATCH`. Each batch is of one moment, the whole is
   * not: a row that was there all along comes exactly once, also when a rebuilt view takes its place meanwhile.
   * Holds nothing between batches.
   */
  scan<Doc extends object>(
    view: ViewDefinition<Doc>,
    scan: Scan,
  ): AsyncIterable<readonly Row<Doc>[]>;
  /** The position that the view reflects, `undefined` before the first event. */
  positionOf(view: AnyView): Promise<Position | undefined>;
  close(): Promise<void>;
}
