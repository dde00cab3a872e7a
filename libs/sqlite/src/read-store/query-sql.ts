import type { SQLInputValue } from 'node:sqlite';
import {
  ViewBehindError,
  type CheckedCondition,
  type CheckedQuery,
  type FieldKind,
  type FieldRef,
} from '@tierbook/read-models';

/** A build as queries use it: where its rows are, and the fields that it was built with. */
export interface Source {
  readonly view: string;
  readonly table: string;
  readonly searchTable: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
}

export interface Sql {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
}

/** A term with more hits than this is looked for along the sort index, a rarer one in the trigram index. */
export const RARE_TERM = 2_000;

/** No text holds this code point, the last one: what begins with a prefix sorts below prefix + LAST. */
const LAST = '\u{10FFFF}';

/**
 * The statements for a page, its total and its counts; the last parameter of each, a limit, is the caller's to add.
 * All that comes from a caller is a parameter; names come from the view's definition alone.
 *
 * @throws ViewBehindError when the build that serves is older than a field asked for.
 */
export function selectionOf(
  { where, sort, after, countBy }: CheckedQuery,
  own: Source,
  joined: (Source & { readonly by: string }) | undefined,
  isRare: (searchTable: string, match: string) => boolean,
): { readonly page: Sql; readonly count: Sql; readonly counts: ReadonlyMap<string, Sql> } {
  const column = (ref: FieldRef): string => {
    if (ref.source === 'own' || joined === undefined) return columnOf(own, 'd', ref);
    // No row to join counts as a row without values; a tombstone is one.
    return `coalesce(${columnOf(joined, 'j', ref)}, ${ref.kind === 'number' ? '0' : "''"})`;
  };
  const from =
    joined === undefined
      ? `${own.table} AS d`
      : `${own.table} AS d LEFT JOIN ${joined.table} AS j
          ON j.key = ${column({ source: 'own', field: joined.by, kind: 'keyword' })}`;
  const filters = where.map((condition) => {
    const source = condition.on.source === 'joined' && joined ? joined : own;
    const alias = source === own ? 'd' : 'j';
    return conditionSql(condition, column(condition.on), `${alias}.id`, source, isRare);
  });
  const all: readonly Sql[] = [{ sql: 'd.live = 1', parameters: [] }, ...filters];
  const by = column(sort.on);
  const order = sort.direction === 'asc' ? 'ASC' : 'DESC';
  const beyond: readonly Sql[] =
    after === undefined
      ? []
      : [{ sql: `(${by}, d.key) ${order === 'ASC' ? '>' : '<'} (?, ?)`, parameters: after }];
  const rows = and([...all, ...beyond]);
  const counted = and(all);
  return {
    page: {
      sql: `SELECT d.key, d.position, d.doc, ${by} AS sort_value FROM ${from} WHERE ${rows.sql}
        ORDER BY ${by} ${order}, d.key ${order} LIMIT ?`,
      parameters: rows.parameters,
    },
    count: {
      sql: `SELECT count(*) AS total FROM (SELECT 1 FROM ${from} WHERE ${counted.sql} LIMIT ?)`,
      parameters: counted.parameters,
    },
    counts: new Map(
      countBy.map(({ name, on }) => {
        const found = `SELECT ${column(on)} AS value FROM ${from} WHERE ${counted.sql} LIMIT ?`;
        const sql = `SELECT value, count(*) AS count FROM (${found})
          GROUP BY value ORDER BY count(*) DESC, value`;
        return [name, { sql, parameters: counted.parameters }];
      }),
    ),
  };
}

/** The statement for a batch of a scan; its last parameter, a limit, is the caller's to add. */
export function scanOf(
  where: readonly CheckedCondition[],
  own: Source,
  after: string | undefined,
): Sql {
  const rows = and([
    { sql: 'd.live = 1', parameters: [] },
    ...(after === undefined ? [] : [{ sql: 'd.key > ?', parameters: [after] }]),
    // Rows are taken by key, whatever the term: no index gives them in that order.
    ...where.map((each) =>
      conditionSql(each, columnOf(own, 'd', each.on), 'd.id', own, () => false),
    ),
  ]);
  return {
    sql: `SELECT d.key, d.position, d.doc FROM ${own.table} AS d WHERE ${rows.sql}
      ORDER BY d.key LIMIT ?`,
    parameters: rows.parameters,
  };
}

/** @throws ViewBehindError when the build that serves is older than the field. */
function columnOf({ view, fields }: Source, alias: 'd' | 'j', { field, kind }: FieldRef): string {
  if (fields[field] !== kind) throw new ViewBehindError(view, `is being built with ${field}`);
  return `${alias}."${field}"`;
}

function conditionSql(
  condition: CheckedCondition,
  column: string,
  id: string,
  { searchTable }: Source,
  isRare: (searchTable: string, match: string) => boolean,
): Sql {
  switch (condition.op) {
    case 'anyOf': {
      const { values } = condition;
      // `=` rather than `IN` for one value: the planner then reads the index in sort order.
      return values.length === 1
        ? { sql: `${column} = ?`, parameters: values }
        : { sql: `${column} IN (${values.map(() => '?').join(', ')})`, parameters: values };
    }
    case 'prefix':
      return {
        sql: `${column} >= ? AND ${column} < ?`,
        parameters: [condition.value, condition.value + LAST],
      };
    case 'contains': {
      const match = `"${condition.on.field}" : "${condition.value.replaceAll('"', '""')}"`;
      return isRare(searchTable, match)
        ? {
            sql: `${id} IN (SELECT rowid FROM ${searchTable} WHERE ${searchTable} MATCH ?)`,
            parameters: [match],
          }
        : { sql: `instr(${column}, ?) > 0`, parameters: [condition.value] };
    }
    case 'gt':
      return { sql: `${column} > ?`, parameters: [condition.value] };
    case 'gte':
      return { sql: `${column} >= ?`, parameters: [condition.value] };
    case 'lt':
      return { sql: `${column} < ?`, parameters: [condition.value] };
    case 'lte':
      return { sql: `${column} <= ?`, parameters: [condition.value] };
  }
}

function and(parts: readonly Sql[]): Sql {
  return {
    sql: parts.map(({ sql }) => sql).join(' AND '),
    parameters: parts.flatMap(({ parameters }) => parameters),
  };
}
