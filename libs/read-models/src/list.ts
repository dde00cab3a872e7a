import type { Cursors } from './cursor';
import type { Condition, Join, ReadStore, Row, Sort, Total } from './read-store';
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

const DEFAULT_LIMIT = 50;

/** Which rows of a view, and in which order. */
export interface Selection {
  readonly where: readonly Condition[];
  /** Conditions that move with time: a cursor outlives them, so it is not bound to them. */
  readonly moving?: readonly Condition[];
  readonly sort: Sort;
  readonly join?: Join;
}

/**
 * One page of a view, in the order asked for.
 *
 * @throws CursorInvalidError, InvalidQueryError, ViewBehindError
 */
export async function findPage<Doc extends object>(
  { store, cursors }: Reads,
  view: ViewDefinition<Doc>,
  { where, moving = [], sort, join }: Selection,
  { cursor, limit = DEFAULT_LIMIT, count }: Paging,
): Promise<ListPage<Row<Doc>>> {
  const scope = { view: view.name, where, sort, join };
  const after = cursor === undefined ? undefined : cursors.open(cursor, scope);
  const { rows, next, total } = await store.find(view, {
    where: [...where, ...moving],
    sort,
    join,
    after,
    limit,
    count,
  });
  return {
    items: rows,
    nextCursor: next === undefined ? null : cursors.seal(next, scope),
    ...(total === undefined ? {} : { total }),
  };
}

/** Conditions for the filters that were given; `undefined` ones fall away. */
export function conditions(...given: readonly (Condition | undefined)[]): readonly Condition[] {
  return given.filter((condition) => condition !== undefined);
}

/** `field = value`, when a value is given; `null` finds rows without one. */
export function equals(field: string, value: string | null | undefined): Condition | undefined {
  return value === undefined ? undefined : { field, op: 'eq', value };
}
