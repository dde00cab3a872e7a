import type { Cursors } from './cursor';
import {
  MAX_LIMIT,
  type Beside,
  type Condition,
  type Join,
  type PageOf,
  type Query,
  type ReadStore,
  type Row,
  type Sort,
  type Total,
  type ValueCount,
} from './read-store';
import type { AnyView, ViewDefinition } from './view';

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
  /** Exact, or a lower bound (`Total`); there when asked for. */
  readonly total?: Total;
}

/** Rows of a page for which no other number was asked. */
export const DEFAULT_LIMIT = 50;

/** Pages of the store that one page reads on over at most, while they hold nothing. */
const MOST_EMPTY = 8;

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

/** A page of what was found, with what was counted by `countBy`. */
export interface FoundPageOf<R> extends ListPage<R> {
  readonly counts?: Readonly<Record<string, readonly ValueCount[]>>;
}

export type FoundPage<Doc extends object> = FoundPageOf<Row<Doc>>;

/** A page whose rows are one text. */
export interface TextPage extends Omit<FoundPageOf<never>, 'items'> {
  /** JSON objects joined by commas, in UTF-8. */
  readonly text: Uint8Array;
}

/**
 * One page of a view, in the order asked for.
 *
 * @throws CursorInvalidError, InvalidQueryError, ViewBehindError
 */
export async function findPage<Doc extends object>(
  reads: Reads,
  view: ViewDefinition<Doc>,
  selection: Selection,
  paging: Paging,
): Promise<FoundPage<Doc>> {
  const read = (query: Query) => reads.store.find(view, query);
  const { last, ...page } = await paged(reads, view, selection, paging, read);
  return { items: last.rows, ...page };
}

/**
 * The same page as lists show it: one text, of each row's `listed` fields and what is shown beside them.
 *
 * @throws CursorInvalidError, InvalidQueryError, ViewBehindError
 */
export async function listPage<Doc extends object>(
  reads: Reads,
  view: ViewDefinition<Doc>,
  { beside, ...selection }: Selection & { readonly beside: Beside },
  paging: Paging,
): Promise<TextPage> {
  const read = (query: Query) => reads.store.list(view, { ...query, beside });
  const { last, ...page } = await paged(reads, view, selection, paging, read);
  return { text: last.text, ...page };
}

async function paged<P extends PageOf<unknown>>(
  { cursors }: Reads,
  view: Pick<AnyView, 'name'>,
  { where, moving = [], sort, join, countBy }: Selection,
  { cursor, limit = DEFAULT_LIMIT, count }: Paging,
  read: (query: Query) => Promise<P>,
): Promise<Omit<FoundPageOf<unknown>, 'items'> & { readonly last: P }> {
  const scope = { view: view.name, where, sort, join };
  const after = cursor === undefined ? undefined : cursors.open(cursor, scope);
  const query = { where: [...where, ...moving], sort, join, limit };
  const first = await read({
    ...query,
    after,
    count,
    countBy: count === true ? countBy : undefined,
  });
  const { total, counts } = first;
  let last = first;
  for (let empty = 1; empty < MOST_EMPTY; empty += 1) {
    if (last.rows.length > 0 || last.next === undefined) break;
    last = await read({ ...query, after: last.next });
  }
  return {
    last,
    nextCursor: last.next === undefined ? null : cursors.seal(last.next, scope),
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
