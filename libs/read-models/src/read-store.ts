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
/** Totals are exact up to here. */
export const MAX_EXACT_TOTAL = 10_000;

export interface Query {
  readonly where: readonly Condition[];
  readonly sort: Sort;
  /** Rows after this one only. */
  readonly after?: SortKey | undefined;
  /** 1 to `MAX_LIMIT`. */
  readonly limit: number;
  /** Also count all that the conditions find. */
  readonly count?: boolean | undefined;
  readonly join?: Join | undefined;
}

export interface Row<Doc> {
  readonly key: string;
  /** Of the event that last changed the document. */
  readonly position: Position;
  readonly doc: Doc;
}

export type Total = number | { readonly atLeast: number };

export interface Page<Doc> {
  readonly rows: readonly Row<Doc>[];
  /** Set when more rows follow. */
  readonly next?: SortKey;
  /** Set when asked for. */
  readonly total?: Total;
}

/**
 * What queries read. Every adapter runs `testing/read-store.contract.ts` whole.
 *
 * Reads never wait: what a view must have reached first is the projector's to say (`waitFor`). Each method
 * reads one consistent moment of a view, also while it is written and while a rebuilt one takes its place.
 *
 * All methods throw ViewBehindError while no readable version of the view has caught up, and
 * InvalidQueryError for a query that does not fit the view.
 */
export interface ReadStore {
  get<Doc extends object>(view: ViewDefinition<Doc>, key: string): Promise<Row<Doc> | undefined>;
  /** The rows that exist, by key, in no order. At most `MAX_LIMIT` keys. */
  getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>>;
  find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>>;
  /** The position that the view reflects, `undefined` before the first event. */
  positionOf(view: AnyView): Promise<Position | undefined>;
  close(): Promise<void>;
}
