import {
  ViewBehindError,
  type CheckedCondition,
  type CheckedQuery,
  type FieldRef,
} from '@tierbook/read-models';
import type { Document } from 'mongodb';
import { LAST, trigramsOf, type Fields } from './view-records';

/** A build as queries use it: where its documents are, and the fields that it was built with. */
export interface Source {
  readonly view: string;
  readonly collection: string;
  readonly fields: Fields;
}

export type JoinedSource = Source & { readonly by: string };

/** A page as the stages of an aggregation: `found` are all rows of the conditions, `page` those of the page. */
export interface Selection {
  readonly found: readonly Document[];
  /** Each row has `value`, what it is sorted by. */
  readonly page: readonly Document[];
  /** The path of each field to count by. */
  readonly countBy: ReadonlyMap<string, string>;
}

/**
 * Built of checked names and values alone: no object of a caller is in it.
 * @throws ViewBehindError when the build that serves is older than a field asked for.
 */
export function selectionOf(
  { where, sort, after, limit, countBy }: CheckedQuery,
  own: Source,
  joined: JoinedSource | undefined,
): Selection {
  const pathOf = (ref: FieldRef): string => {
    const source = ref.source === 'joined' && joined !== undefined ? joined : own;
    return knownPath(source, ref, source === joined ? 'joined' : 'f');
  };
  const conditions = where.map((each) => ({
    isJoined: each.on.source === 'joined',
    filter: filterOf(each, pathOf(each.on)),
  }));
  const by = pathOf(sort.on);
  // Tombstones have no fields.
  const exists = joined === undefined ? by : `f.${joined.by}`;
  const kind = joined === undefined ? sort.on.kind : 'keyword';
  const ofOwn = conditions.filter(({ isJoined }) => !isJoined).map(({ filter }) => filter);
  const ofJoined = conditions.filter(({ isJoined }) => isJoined).map(({ filter }) => filter);
  const counted = countBy.map(({ name, on }) => [name, pathOf(on)] as const);
  const beyond = after === undefined ? [] : [beyondOf(by, sort.direction, after)];
  const direction = sort.direction === 'asc' ? 1 : -1;
  return {
    found: [
      match([anyOf(exists, kind), ...ofOwn]),
      ...(joined === undefined ? [] : [...lookup(joined), match(ofJoined)]),
    ],
    page: [
      match(beyond),
      { $sort: { [by]: direction, _id: direction } },
      { $limit: limit + 1 },
      { $project: { pos: 1, doc: 1, value: `$${by}` } },
    ],
    countBy: new Map(counted),
  };
}

/** The rows of the conditions with a greater key. */
export function scanFilterOf(
  where: readonly CheckedCondition[],
  own: Source,
  after: string | undefined,
): Document {
  const conditions = where.map((each) => filterOf(each, knownPath(own, each.on, 'f')));
  const beyond = after === undefined ? [] : [{ _id: { $gt: after } }];
  return { $and: [{ gone: { $exists: false } }, ...beyond, ...conditions] };
}

function knownPath({ view, fields }: Source, { field, kind }: FieldRef, prefix: string): string {
  if (fields[field] !== kind) throw new ViewBehindError(view, `is being built with ${field}`);
  return `${prefix}.${field}`;
}

/** The joined row's fields under `joined`; those of a row that is not there, or a tombstone, count as missing. */
function lookup({ collection, by, fields }: JoinedSource): readonly Document[] {
  const missing = Object.entries(fields).map(([field, kind]) => [
    field,
    { $ifNull: [`$joined.${field}`, kind === 'number' ? 0 : ''] },
  ]);
  return [
    { $lookup: { from: collection, localField: `f.${by}`, foreignField: '_id', as: 'joined' } },
    { $addFields: { joined: { $arrayElemAt: ['$joined.f', 0] } } },
    { $addFields: { joined: Object.fromEntries(missing) as Document } },
  ];
}

function match(filters: readonly Document[]): Document {
  return { $match: filters.length === 0 ? {} : { $and: filters } };
}

function anyOf(path: string, kind: FieldRef['kind']): Document {
  return { [path]: { $gte: kind === 'number' ? -Infinity : '' } };
}

/** The first part lets an index begin where the page before ended. */
function beyondOf(
  path: string,
  direction: 'asc' | 'desc',
  [value, key]: NonNullable<CheckedQuery['after']>,
): Document {
  const [from, past] = direction === 'asc' ? ['$gte', '$gt'] : ['$lte', '$lt'];
  return {
    [path]: { [from]: value },
    $or: [{ [path]: { [past]: value } }, { [path]: value, _id: { [past]: key } }],
  };
}

function filterOf(condition: CheckedCondition, path: string): Document {
  switch (condition.op) {
    case 'anyOf': {
      const { values } = condition;
      return { [path]: values.length === 1 ? { $eq: values[0] } : { $in: values } };
    }
    case 'prefix':
      return { [path]: { $gte: condition.value, $lt: condition.value + LAST } };
    case 'contains': {
      const holds = { [path]: { $regex: escaped(condition.value) } };
      if (condition.on.source === 'joined') return holds;
      // The index finds what has all the trigrams; whether they stand together is looked at then.
      return { [`g.${condition.on.field}`]: { $all: trigramsOf(condition.value) }, ...holds };
    }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { [path]: { [`$${condition.op}`]: condition.value } };
  }
}

/** As a regular expression that finds the text itself. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/#-]/g, '\\$&');
}
