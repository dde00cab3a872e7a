import type { Cursors } from './cursor';
import {
  MAX_LIMIT,
  type Condition,
  type Join,
  type ReadStore,
  type Row,
  type Sort,
  type Total,
  type ValueCount,
} from './read-store';
import type { ViewDefinition } from './view';

/** What every query needs: the views, and the key of the cursors that lists give out. */
export interface Reads {
  readonly store: ReadStore;
  readonly cursors: Cursors;
}

/** How a caller pages through a list. */
export interface Paging<Field extends string = string> {
  readonly sort?: { readonly field: Field; readonly direction: 'asc' | 'desc' } | undefined;
  /** `nextCursor` of the page before, with the same filter and sort. */
  readonly cursor?: string | undefined;
  /** 1 to 200 rows; 50 unless told. */
  readonly limit?: number | undefined;
  /** Also count all rows of the filter. */
  readonly count?: boolean | undefined;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  /** `null` on the last page. */
  readonly nextCursor: string | null;
  /** Exact to 10,000, then a lower bound; there when asked for. */
  readonly total?: Total;
}

/** Rows of a page for which no other number was asked. */
export const DEFAULT_LIMIT = 50;

/** Which rows of a view, and in which order. */
export interface Selection {
  readonly where: readonly Condition[];
  /** Conditions that move with time: a cursor outlives them, so it is not bound to them. */
  readonly moving?: readonly Condition[];
  readonly sort: Sort;
  readonly join?: Join;
  /** Fields by whose values the rows are counted too, when the caller asks for counts. */
  readonly countBy?: readonly string[];
}

/** A page of a view's rows, with what was counted by `countBy`. */
export interface FoundPage<Doc extends object> extends ListPage<Row<Doc>> {
  readonly counts?: Readonly<Record<string, readonly ValueCount[]>>;
}

/**
 * One page of a view, in the order asked for.
 *
 * @throws CursorInvalidError, InvalidQueryError, ViewBehindError
 */
export async function findPage<Doc extends object>(
  { store, cursors }: Reads,
  view: ViewDefinition<Doc>,
  { where, moving = [], sort, join, countBy }: Selection,
  { cursor, limit = DEFAULT_LIMIT, count }: Paging,
): Promise<FoundPage<Doc>> {
  const scope = { view: view.name, where, sort, join };
  const after = cursor === undefined ? undefined : cursors.open(cursor, scope);
  const { rows, next, total, counts } = await store.find(view, {
    where: [...where, ...moving],
    sort,
    join,
    after,
    limit,
    count,
    countBy: count === true ? countBy : undefined,
  });
  return {
    items: rows,
    nextCursor: next === undefined ? null : cursors.seal(next, scope),
    ...(total === undefined ? {} : { total }),
    ...(counts === undefined ? {} : { counts }),
  };
}

/** The same page with other items: nothing else of it is lost, and what was counted by field is left out. */
export function pageWith<T>(
  { nextCursor, total }: ListPage<unknown>,
  items: readonly T[],
): ListPage<T> {
  return { items, nextCursor, ...(total === undefined ? {} : { total }) };
}

/** The rows of these keys that exist, however many keys there are: `MAX_LIMIT` at a time. */
export async function getAll<Doc extends object>(
  store: ReadStore,
  view: ViewDefinition<Doc>,
  keys: Iterable<string>,
): Promise<ReadonlyMap<string, Row<Doc>>> {
  const wanted = [...new Set(keys)];
  const found = new Map<string, Row<Doc>>();
  for (let start = 0; start < wanted.length; start += MAX_LIMIT) {
    const rows = await store.getMany(view, wanted.slice(start, start + MAX_LIMIT));
    for (const [key, row] of rows) found.set(key, row);
  }
  return found;
}

/** Conditions for the filters that were given; `undefined` ones fall away. */
export function conditions(...given: readonly (Condition | undefined)[]): readonly Condition[] {
  return given.filter((condition) => condition !== undefined);
}

/** `field` is one of these, when any are given; `null` among them finds rows without one. */
export function oneOf(
  field: string,
  values: readonly (string | null)[] | undefined,
): Condition | undefined {
  return values === undefined ? undefined : { field, op: 'anyOf', values };
}

/** `field` lies from `from` on and before `before`, as far as they are given. */
export function between(
  field: string,
  from: string | undefined,
  before: string | undefined,
): Condition | undefined {
  if (from === undefined && before === undefined) return undefined;
  return {
    field,
    op: 'range',
    ...(from === undefined ? {} : { gte: from }),
    ...(before === undefined ? {} : { lt: before }),
  };
}

/** `field = value`, when a value is given; `null` finds rows without one. */
export function equals(field: string, value: string | null | undefined): Condition | undefined {
  return value === undefined ? undefined : { field, op: 'eq', value };
}
