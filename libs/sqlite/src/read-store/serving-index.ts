import type { AnyView, CheckedQuery } from '@tierbook/read-models';

/** An index of the view that gives a query's rows in its order. */
export interface ServingIndex {
  /** Its leading fields, each of which the query holds to one value; the sort field comes after them. */
  readonly prefix: readonly string[];
  /** No row that it gives is passed over: a page costs as much as its rows. */
  readonly isExact: boolean;
  /** The conditions are all of its own fields: rows are looked at in the index, and nowhere else. */
  readonly covers: boolean;
}

/**
 * The declared index that serves a query best: whose leading fields are all held to one value, the more the
 * better, and then ordered by the sort field. `undefined` where there is none.
 */
export function servingIndexOf(view: AnyView, query: CheckedQuery): ServingIndex | undefined {
  const { where, sort } = query;
  if ([sort, ...where].some(({ on }) => on.source === 'joined')) return undefined;
  const fixed = new Set(
    where.flatMap((each) => (each.op === 'anyOf' && each.values.length === 1 ? each.on.field : [])),
  );
  const indexes: readonly (readonly string[])[] = view.indexes;
  const [found] = indexes
    .filter((fields) => fields.includes(sort.on.field))
    .map((fields) => ({ fields, prefix: fields.slice(0, fields.indexOf(sort.on.field)) }))
    .filter(({ prefix }) => prefix.every((field) => fixed.has(field)))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  if (found === undefined) return undefined;
  const { fields, prefix } = found;
  const isExact = where.every(({ on, op }) =>
    op === 'anyOf'
      ? fixed.has(on.field) && prefix.includes(on.field)
      : op !== 'contains' && on.field === sort.on.field,
  );
  const covers = where.every(({ on }) => fields.includes(on.field));
  return { prefix, isExact, covers };
}
