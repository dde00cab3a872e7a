import type { AnyView, CheckedCondition, CheckedQuery } from '@tierbook/read-models';

/** An index of the view that gives a query's rows in its order. */
export interface ServingIndex {
  readonly fields: readonly string[];
  /** Its leading fields, each of which the query holds to one value; the sort field comes after them. */
  readonly prefix: readonly string[];
  /** No row that it gives is passed over: a page costs as much as its rows. */
  readonly isExact: boolean;
  /** The conditions are all of its own fields: rows are looked at in the index, and nowhere else. */
  readonly covers: boolean;
  /** It begins with a field of several keywords, and is a table beside the documents'. */
  readonly ofKeywords: boolean;
}

/**
 * The declared index that serves a query best: whose leading fields are all held to one value, the more the
 * better, and then ordered by the sort field. `undefined` where there is none.
 */
export function servingIndexOf(view: AnyView, query: CheckedQuery): ServingIndex | undefined {
  const { where, sort } = query;
  if ([sort, ...where].some(({ on }) => on.source === 'joined')) return undefined;
  const fixed = new Set(where.flatMap((each) => (isOne(each) ? each.on.field : [])));
  const indexes: readonly (readonly string[])[] = view.indexes;
  const [found] = indexes
    .filter((fields) => fields.includes(sort.on.field))
    .map((fields) => ({ fields, prefix: fields.slice(0, fields.indexOf(sort.on.field)) }))
    .filter(({ prefix }) => prefix.every((field) => fixed.has(field)))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  if (found === undefined) return undefined;
  const { fields, prefix } = found;
  const isExact = where.every((each) =>
    each.op === 'anyOf'
      ? isOne(each) && prefix.includes(each.on.field)
      : each.op !== 'contains' && each.on.field === sort.on.field,
  );
  const covers = where.every(({ on }) => fields.includes(on.field));
  const ofKeywords = where.some(({ on }) => on.kind === 'keywords' && on.field === fields[0]);
  return { fields, prefix, isExact, covers, ofKeywords };
}

/**
 * The conditions that one declared index finds rows by, in whatever order: those of its leading fields, and those of a
 * range of the next one. `[]` where no index is of use.
 */
export function indexedConditionsOf(
  view: AnyView,
  where: readonly CheckedCondition[],
): readonly CheckedCondition[] {
  const own = where.filter(({ on }) => on.source === 'own' && on.kind !== 'keywords');
  const indexes: readonly (readonly string[])[] = view.indexes;
  const [most = []] = indexes
    .map((fields) => {
      const chosen = own.filter(({ op, on }) => op === 'anyOf' && fields.includes(on.field));
      const held = new Set(chosen.map(({ on }) => on.field));
      const end = fields.findIndex((field) => !held.has(field));
      const leading = end < 0 ? fields : fields.slice(0, end);
      const ranges = own.filter(
        ({ op, on }) => op !== 'anyOf' && op !== 'contains' && on.field === fields[end],
      );
      return [...chosen.filter(({ on }) => leading.includes(on.field)), ...ranges];
    })
    .sort((a, b) => b.length - a.length);
  return most;
}

function isOne(condition: CheckedCondition): boolean {
  return condition.op === 'anyOf' && condition.values.length === 1;
}
