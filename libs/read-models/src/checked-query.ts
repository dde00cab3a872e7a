import { InvalidQueryError } from './errors';
import { fold } from './fold-text';
import {
  MAX_LIMIT,
  type Condition,
  type ListedPage,
  type ListQuery,
  type Page,
  type Query,
  type Row,
  type Scalar,
  type Scan,
  type SortKey,
} from './read-store';
import type { AnyView, FieldKind } from './view';

/** Texts to search for are at most so long; nothing that lists hold is longer. */
const MAX_TEXT = 200;
const MAX_ANY_OF = 200;
/** Shorter texts have no trigram. */
const TRIGRAM = 3;

/** A field that exists: of the view itself, or of the joined one. */
export interface FieldRef {
  readonly source: 'own' | 'joined';
  readonly field: string;
  readonly kind: FieldKind;
}

/** A condition with its values as the field is kept. `prefix` and `contains` hold no empty text. */
export type CheckedCondition =
  | { readonly on: FieldRef; readonly op: 'anyOf'; readonly values: readonly Scalar[] }
  | { readonly on: FieldRef; readonly op: 'prefix' | 'contains'; readonly value: string }
  | {
      readonly on: FieldRef;
      readonly op: 'gt' | 'gte' | 'lt' | 'lte';
      readonly value: Scalar;
    };

export interface CheckedQuery {
  readonly where: readonly CheckedCondition[];
  readonly sort: { readonly on: FieldRef; readonly direction: 'asc' | 'desc' };
  readonly after: SortKey | undefined;
  readonly limit: number;
  readonly countBy: readonly { readonly name: string; readonly on: FieldRef }[];
}

/**
 * What engines build their queries from: every field is one that the view declares, every value is a
 * text or a number of the field's kind and is folded as the field is.
 *
 * @throws InvalidQueryError
 */
export function checkQuery(view: AnyView, query: Query): CheckedQuery {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > MAX_LIMIT) {
    throw new InvalidQueryError(`A page holds 1 to ${String(MAX_LIMIT)} rows.`);
  }
  const { join, sort, after } = query;
  if (join !== undefined && fieldRef(view, undefined, join.by).kind !== 'keyword') {
    throw new InvalidQueryError(`"${join.by}" of ${view.name} holds no keys to join by.`);
  }
  const on = fieldRef(view, join?.view, sort.field);
  if (on.kind === 'keywords') throw new InvalidQueryError(`"${on.field}" is a list: no order.`);
  return {
    where: query.where.flatMap((each) => checked(fieldRef(view, join?.view, each.field), each)),
    sort: { on, direction: sort.direction },
    after: after && [kept(on, after[0]), after[1]],
    limit: query.limit,
    countBy: (query.countBy ?? []).map((name) => {
      const counted = fieldRef(view, join?.view, name);
      if (counted.kind === 'keyword' || counted.kind === 'number') return { name, on: counted };
      throw new InvalidQueryError(`"${name}" is neither a keyword nor a number to count by.`);
    }),
  };
}

/** A query whose rows come as text. */
export interface CheckedListQuery extends CheckedQuery {
  readonly listed: readonly string[];
  readonly beside: CheckedBeside;
}

export interface CheckedBeside {
  readonly view: AnyView;
  readonly on: FieldRef;
  readonly as: string;
  readonly listed: readonly string[];
}

/**
 * What a query for rows as lists show them is built from, as `checkQuery` checks it.
 * @throws InvalidQueryError
 */
export function checkListQuery(view: AnyView, query: ListQuery): CheckedListQuery {
  const { view: other, by, as } = query.beside;
  const on = fieldRef(view, undefined, by);
  if (on.kind !== 'keyword') throw new InvalidQueryError(`"${by}" is no keyword.`);
  const beside = { view: other, on, as, listed: listedOf(other) };
  return { ...checkQuery(view, query), listed: listedOf(view), beside };
}

function listedOf({ name, listed }: AnyView): readonly string[] {
  if (listed === undefined) throw new InvalidQueryError(`${name} lists no fields.`);
  return listed;
}

/**
 * The conditions of a scan, as `checkQuery` checks those of a query.
 * @throws InvalidQueryError
 */
export function checkScan(view: AnyView, { where }: Scan): readonly CheckedCondition[] {
  return where.flatMap((each) => checked(fieldRef(view, undefined, each.field), each));
}

/**
 * A document's value as the field is kept: folded where it is a text, missing ones as empty or 0, and a list as its
 * JSON text.
 */
export function scalarOf(kind: FieldKind, value: unknown): Scalar {
  if (kind === 'number') return typeof value === 'number' ? value : 0;
  if (kind === 'keywords') return JSON.stringify(keywordsOf(value));
  const text = typeof value === 'string' ? value : '';
  return kind === 'keyword' ? text : fold(text);
}

/** The texts that a `keywords` field of a document holds, each once. */
export function keywordsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return [...new Set(values.filter((each) => typeof each === 'string'))];
}

/** A page of documents as lists show it, for engines that keep no text of them. */
export async function listedPage(
  { rows, ...page }: Page<object>,
  { listed, beside }: Pick<CheckedListQuery, 'listed' | 'beside'>,
  readBeside: (keys: readonly string[]) => Promise<ReadonlyMap<string, Row<object>>>,
): Promise<ListedPage> {
  const listedRows = rows.map(({ key, doc }) => {
    return { key, besideKey: besideKeyOf(scalarOf('keyword', fieldsOf(doc)[beside.on.field])) };
  });
  const keys = new Set(listedRows.flatMap(({ besideKey }) => besideKey ?? []));
  const others = await readBeside([...keys]);
  const texts = rows.map(({ doc }, index) => {
    const key = listedRows[index]?.besideKey ?? null;
    const other = key === null ? undefined : others.get(key)?.doc;
    const shown = other === undefined ? besideNone(beside, key) : picked(other, beside.listed);
    return JSON.stringify({ ...picked(doc, listed), [beside.as]: shown });
  });
  return { ...page, rows: listedRows, text: Buffer.from(texts.join(',')) };
}

/** The key in a keyword as it is kept. */
export function besideKeyOf(kept: Scalar): string | null {
  return kept === '' ? null : String(kept);
}

/** What is shown where there is no row of that key. */
export function besideNone(
  { on, listed }: Pick<CheckedBeside, 'on' | 'listed'>,
  key: string | null,
): object | null {
  if (key === null) return null;
  return Object.fromEntries(listed.map((field) => [field, field === on.field ? key : null]));
}

function picked(doc: object, fields: readonly string[]): object {
  const source = fieldsOf(doc);
  return Object.fromEntries(fields.map((field) => [field, source[field]]));
}

function fieldsOf(doc: object): Readonly<Record<string, unknown>> {
  return { ...doc };
}

function fieldRef(view: AnyView, joined: AnyView | undefined, name: string): FieldRef {
  const prefix = joined === undefined ? undefined : `${joined.name}.`;
  const isJoined = prefix !== undefined && name.startsWith(prefix);
  const field = isJoined ? name.slice(prefix.length) : name;
  const fields: Readonly<Record<string, FieldKind | undefined>> =
    (isJoined ? joined : view)?.fields ?? {};
  const kind = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (kind === undefined) throw new InvalidQueryError(`${view.name} has no field "${name}".`);
  return { source: isJoined ? 'joined' : 'own', field, kind };
}

function checked(on: FieldRef, condition: Condition): readonly CheckedCondition[] {
  const { op } = condition;
  if (on.kind === 'keywords' && (on.source === 'joined' || (op !== 'eq' && op !== 'anyOf'))) {
    throw new InvalidQueryError(`Of "${on.field}", one or any of some can be asked for.`);
  }
  switch (condition.op) {
    case 'eq':
      return [{ on, op: 'anyOf', values: [kept(on, condition.value)] }];
    case 'anyOf':
      if (condition.values.length > MAX_ANY_OF) {
        throw new InvalidQueryError(`At most ${String(MAX_ANY_OF)} values fit in one condition.`);
      }
      return [{ on, op: 'anyOf', values: condition.values.map((value) => kept(on, value)) }];
    case 'prefix':
      return textual(on, 'prefix', condition.value);
    case 'contains':
      if (on.kind !== 'search') {
        throw new InvalidQueryError(`"${on.field}" cannot be searched for a part of it.`);
      }
      return textual(on, 'contains', condition.value);
    case 'range': {
      const bounds = (['gte', 'gt', 'lt', 'lte'] as const).map((op) => {
        const value = condition[op];
        return value === undefined ? undefined : { on, op, value: kept(on, value) };
      });
      return bounds.filter((bound) => bound !== undefined);
    }
  }
}

function textual(
  on: FieldRef,
  op: 'prefix' | 'contains',
  value: string,
): readonly CheckedCondition[] {
  if (on.kind === 'number') throw new InvalidQueryError(`"${on.field}" is a number.`);
  const text = String(kept(on, value));
  if (text.length > MAX_TEXT) {
    throw new InvalidQueryError(`A text to search for has at most ${String(MAX_TEXT)} characters.`);
  }
  if (text === '') {
    if (value === '') return [];
    throw new InvalidQueryError('A text to search for has more than accents and other marks.');
  }
  return [{ on, op: Array.from(text).length < TRIGRAM ? 'prefix' : op, value: text }];
}

function kept(on: FieldRef, value: Scalar | null): Scalar {
  if (on.kind === 'keywords' && typeof value === 'string') return value;
  const fits =
    (value === null && on.kind !== 'keywords') ||
    (on.kind === 'number' ? Number.isSafeInteger(value) : typeof value === 'string');
  if (!fits) {
    const kind = on.kind === 'number' ? 'a whole number' : 'a text';
    throw new InvalidQueryError(`"${on.field}" is compared with ${kind}.`);
  }
  return scalarOf(on.kind, value);
}
