import type { SQLInputValue } from 'node:sqlite';
import {
  ViewBehindError,
  type CheckedBeside,
  type CheckedCondition,
  type CheckedListQuery,
  type CheckedQuery,
  type FieldKind,
  type FieldRef,
  type Scalar,
} from '@tierbook/read-models';
import type { ServingIndex } from './serving-index';

/** A build as queries use it: where its rows are, and the fields that it was built with. */
export interface Source {
  readonly view: string;
  readonly table: string;
  readonly searchTable: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
}

export type Joined = Source & { readonly by: string };

/** The index that rows are read along where it begins with a `keywords` field, and so is a table of its own. */
export interface Along {
  readonly table: string;
  readonly fields: readonly string[];
}

/** A statement. Where it ends in a limit, its last parameter is the caller's to add. */
export interface Sql {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
}

/** What of the rows found is read: documents, or what lists are then made of. */
export type Shape = 'documents' | Pick<CheckedListQuery, 'beside'>;

/** A text to show beside the rows whose keyword is that key. */
export type BesideText = readonly [key: string, text: string];

/** Rows are counted among the first `rows` that the conditions `indexed` find, which an index does, and no others. */
export interface Bounded {
  readonly indexed: readonly CheckedCondition[];
  readonly rows: number;
}

/** How rows are counted: all that are found in some way, or those among so many. */
export type Counting = Searching | Bounded;

/** How rows with a part of a text are found: all rows are looked at, or those that the trigram index names. */
export type Searching = 'by-rows' | 'by-trigrams';

/** No text holds this code point, the last one: what begins with a prefix sorts below prefix + LAST. */
const LAST = '\u{10FFFF}';
/** The most trigrams of one text that the index is asked for: with so many, it names few rows that have not the text. */
const MOST_TRIGRAMS = 24;

/**
 * The statements that answer a query. All values that come from a caller are parameters; names come from the view's
 * definition alone. Limits are numbers in the statement: one that is a parameter has SQLite plan anew at each execution.
 *
 * @throws ViewBehindError, from each of them, when the build that serves is older than a field asked for.
 */
export class QuerySql {
  readonly #query: CheckedQuery;
  readonly #own: Source;
  readonly #joined: Joined | undefined;
  readonly #shape: Shape;
  readonly #along: Along | undefined;

  constructor(
    query: CheckedQuery,
    own: Source,
    joined: Joined | undefined,
    shape: Shape,
    along?: Along,
  ) {
    this.#query = query;
    this.#own = own;
    this.#joined = joined;
    this.#shape = shape;
    this.#along = along;
  }

  /** What to ask the view's trigram index for; `undefined` where the query searches no text of its own. */
  get match(): string | undefined {
    const terms = this.#query.where.filter(
      ({ op, on }) => op === 'contains' && on.source === 'own',
    );
    if (terms.length === 0) return undefined;
    return terms
      .map(({ on, ...term }) => {
        const trigrams = trigramsOf('value' in term ? String(term.value) : '');
        const quoted = trigrams.map((each) => `"${each.replaceAll('"', '""')}"`);
        return `"${on.field}" : (${quoted.join(' AND ')})`;
      })
      .join(' AND ');
  }

  /** How many rows the trigram index names, counted no further than the limit. */
  hits(match: string, limit: number): Sql {
    const table = this.#own.searchTable;
    return {
      sql: `SELECT count(*) AS total FROM (SELECT 1 FROM ${table} WHERE ${table} MATCH ? LIMIT ${String(limit)})`,
      parameters: [match],
    };
  }

  /** The page, of `limit` rows at most. */
  page(searching: Searching, limit: number): Sql {
    const by = this.#column(this.#query.sort.on);
    return this.#select(
      searching,
      `${this.#shown()}, ${by}`,
      this.#beyond(),
      `ORDER BY ${this.#order(by, this.#key())} LIMIT ${String(limit)}`,
    );
  }

  /**
   * The page, as far as the first `rows` rows of the index's order hold it: no others are looked at. A page that
   * is not full may so be cut short.
   */
  walk(index: ServingIndex, rows: number, limit: number): Sql {
    const by = this.#column(this.#query.sort.on);
    const hit = and(
      this.#query.where
        .filter((each) => !isWithin(index, each))
        .map((each) => this.#condition(each)),
    );
    const walked = and([LIVE, ...this.#within(index), ...this.#beyond()]);
    return {
      sql: `SELECT ${this.#shown()}, w.sort_value FROM (
          SELECT d.id, d.key, ${by} AS sort_value, ${hit.sql} AS hit FROM ${this.#rows()}
          WHERE ${walked.sql} ORDER BY ${this.#order(by, this.#key())} LIMIT ${String(rows)}
        ) AS w CROSS JOIN ${this.#own.table} AS d ON d.id = w.id
        WHERE w.hit ORDER BY ${this.#order('w.sort_value', 'w.key')} LIMIT ${String(limit)}`,
      parameters: [...hit.parameters, ...walked.parameters],
    };
  }

  /** Where the first `rows` rows of the index's order end: nothing where it has fewer. */
  walkEnd(index: ServingIndex, rows: number): Sql {
    const by = this.#column(this.#query.sort.on);
    const { sql, parameters } = and([LIVE, ...this.#within(index), ...this.#beyond()]);
    return {
      sql: `SELECT ${by}, d.key FROM ${this.#rows()} WHERE ${sql}
        ORDER BY ${this.#order(by, this.#key())} LIMIT 1 OFFSET ${String(rows - 1)}`,
      parameters,
    };
  }

  /** How many rows all conditions find, counted no further than the limit. */
  count(counting: Counting, limit: number): Sql {
    const found = this.#counted(counting, '1', limit);
    return { ...found, sql: `SELECT count(*) AS total FROM (${found.sql})` };
  }

  /** For each field to count by, how many of the rows found hold which value: of as many rows as the limit says. */
  counts(counting: Counting, limit: number): ReadonlyMap<string, Sql> {
    return new Map(
      this.#query.countBy.map(({ name, on }) => {
        const found = this.#counted(counting, this.#column(on), limit);
        const sql = `SELECT value, count(*) AS count FROM (${found.sql})
          GROUP BY value ORDER BY count(*) DESC, value`;
        return [name, { ...found, sql }];
      }),
    );
  }

  /** A row where the conditions `indexed` find more rows than `rows`. */
  countEnd({ indexed, rows }: Bounded): Sql {
    const { sql, parameters } = and([LIVE, ...indexed.map((each) => this.#condition(each))]);
    return {
      sql: `SELECT 1 FROM ${this.#own.table} AS d WHERE ${sql} LIMIT 1 OFFSET ${String(rows)}`,
      parameters,
    };
  }

  /** A row for each row found, with this `value` of it. */
  #counted(counting: Counting, value: string, limit: number): Sql {
    if (typeof counting === 'string')
      return this.#select(counting, `${value} AS value`, [], `LIMIT ${String(limit)}`);
    const { indexed, rows } = counting;
    const among = and([LIVE, ...indexed.map((each) => this.#condition(each))]);
    const others = this.#query.where.filter((each) => !indexed.includes(each));
    const hit = and(others.map((each) => this.#condition(each)));
    return {
      sql: `SELECT value FROM (
          SELECT ${value} AS value, ${hit.sql} AS hit FROM ${this.#own.table} AS d ${this.#join()}
          WHERE ${among.sql} LIMIT ${String(rows)}
        ) WHERE hit LIMIT ${String(limit)}`,
      parameters: [...hit.parameters, ...among.parameters],
    };
  }

  /** The columns that a row is made of. */
  #shown(): string {
    if (this.#shape === 'documents') return 'd.key, d.position, d.doc';
    return `d.key, d.id, ${this.#column(this.#shape.beside.on)}`;
  }

  #within(index: ServingIndex): readonly Sql[] {
    return this.#query.where
      .filter((each) => isWithin(index, each))
      .map((each) => this.#condition(each));
  }

  #select(searching: Searching, what: string, beyond: readonly Sql[], end: string): Sql {
    const { table, searchTable } = this.#own;
    const match = searching === 'by-trigrams' ? this.match : undefined;
    // The trigram index folds more than we do, so that what it names is still looked at.
    const rows = and([LIVE, ...this.#query.where.map((each) => this.#condition(each)), ...beyond]);
    // CROSS JOIN, so that the rows that the trigram index names come first, whatever the planner thinks of them.
    const from =
      match === undefined
        ? `${this.#rows()} ${this.#join()}`
        : `${searchTable} CROSS JOIN ${table} AS d ON d.id = ${searchTable}.rowid ${this.#join()}`;
    const found = match === undefined ? '' : `${searchTable} MATCH ? AND `;
    return {
      sql: `SELECT ${what} FROM ${from} WHERE ${found}${rows.sql} ${end}`,
      parameters: [...(match === undefined ? [] : [match]), ...rows.parameters],
    };
  }

  /** What rows are read from, in the order of the index that they are read along. */
  #rows(): string {
    const documents = `${this.#own.table} AS d`;
    return this.#along === undefined
      ? documents
      : `${this.#along.table} AS e CROSS JOIN ${documents} ON d.id = e.id`;
  }

  #key(): string {
    return this.#along === undefined ? 'd.key' : 'e.key';
  }

  #join(): string {
    if (this.#joined === undefined) return '';
    const by = this.#column({ source: 'own', field: this.#joined.by, kind: 'keyword' });
    return `LEFT JOIN ${this.#joined.table} AS j ON j.key = ${by}`;
  }

  #beyond(): readonly Sql[] {
    const { after, sort } = this.#query;
    if (after === undefined) return [];
    const than = sort.direction === 'asc' ? '>' : '<';
    const place = `(${this.#column(sort.on)}, ${this.#key()})`;
    return [{ sql: `${place} ${than} (?, ?)`, parameters: after }];
  }

  #order(...by: readonly string[]): string {
    const direction = this.#query.sort.direction === 'asc' ? 'ASC' : 'DESC';
    return by.map((each) => `${each} ${direction}`).join(', ');
  }

  #condition(condition: CheckedCondition): Sql {
    const { on } = condition;
    const column = this.#column(on);
    if (on.kind !== 'keywords' || this.#along?.fields.includes(on.field) === true) {
      return conditionSql(condition, column);
    }
    return anyKeyword(condition, column);
  }

  #column(ref: FieldRef): string {
    if (this.#along?.fields.includes(ref.field) === true) {
      columnOf(this.#own, 'd', ref);
      return ref.kind === 'keywords' ? 'e.keyword' : `e."${ref.field}"`;
    }
    if (ref.source === 'own' || this.#joined === undefined) return columnOf(this.#own, 'd', ref);
    // No row to join counts as a row without values; a tombstone is one.
    return `coalesce(${columnOf(this.#joined, 'j', ref)}, ${ref.kind === 'number' ? '0' : "''"})`;
  }
}

/**
 * Rows as lists show them, joined by commas, as one value, with the texts that stand beside them. CROSS JOIN, so that
 * they come in the order of their ids; concat(), which copies each part once.
 */
export function listedTextOf(
  { table }: Source,
  { on, as }: CheckedBeside,
  ids: readonly Scalar[],
  texts: readonly BesideText[],
): Sql {
  const beside =
    texts.length === 0
      ? `'null'`
      : `CASE d."${on.field}" ${texts.map(() => 'WHEN ? THEN ?').join(' ')} ELSE 'null' END`;
  return {
    sql: `SELECT CAST(group_concat(text, ',') AS BLOB) FROM (
        SELECT concat(substr(d.doc, 1, d.listed), iif(d.listed > 1, ',', ''), ?, ${beside}, '}') AS text
        FROM json_each(?) AS i CROSS JOIN ${table} AS d ON d.id = i.value
      )`,
    parameters: [`${JSON.stringify(as)}:`, ...texts.flat(), JSON.stringify(ids)],
  };
}

/** What lists show of some rows, by key. */
export function shownTextsOf({ table }: Source, keys: readonly string[]): Sql {
  return {
    sql: `SELECT key, substr(doc, 1, listed) || '}' FROM ${table}
      WHERE live = 1 AND key ${keys.length === 1 ? '= ?' : 'IN (SELECT value FROM json_each(?))'}`,
    parameters: [keys.length === 1 ? String(keys[0]) : JSON.stringify(keys)],
  };
}

/** Whether the index gives such rows only that the condition holds of. */
function isWithin({ prefix }: ServingIndex, { on, op }: CheckedCondition): boolean {
  return op === 'anyOf' && prefix.includes(on.field);
}

/** Every three characters that follow each other in a text, each once. */
function trigramsOf(text: string): readonly string[] {
  const characters = Array.from(text);
  const all = characters.slice(2).map((last, index) => {
    return `${String(characters[index])}${String(characters[index + 1])}${last}`;
  });
  return [...new Set(all)].slice(0, MOST_TRIGRAMS);
}

const LIVE: Sql = { sql: 'd.live = 1', parameters: [] };

/** The statement for a batch of a scan. */
export function scanOf(
  where: readonly CheckedCondition[],
  own: Source,
  after: string | undefined,
  limit: number,
): Sql {
  const rows = and([
    LIVE,
    ...(after === undefined ? [] : [{ sql: 'd.key > ?', parameters: [after] }]),
    ...where.map((each) => {
      const column = columnOf(own, 'd', each.on);
      return each.on.kind === 'keywords' ? anyKeyword(each, column) : conditionSql(each, column);
    }),
  ]);
  return {
    sql: `SELECT d.key, d.position, d.doc FROM ${own.table} AS d WHERE ${rows.sql}
      ORDER BY d.key LIMIT ${String(limit)}`,
    parameters: rows.parameters,
  };
}

/** @throws ViewBehindError when the build that serves is older than the field. */
function columnOf({ view, fields }: Source, alias: 'd' | 'j', { field, kind }: FieldRef): string {
  if (fields[field] !== kind) throw new ViewBehindError(view, `is being built with ${field}`);
  return `${alias}."${field}"`;
}

/** Whether one of a row's keywords is what the condition asks for. */
function anyKeyword(condition: CheckedCondition, column: string): Sql {
  const { sql, parameters } = conditionSql(condition, 'value');
  return { sql: `EXISTS (SELECT 1 FROM json_each(${column}) WHERE ${sql})`, parameters };
}

function conditionSql(condition: CheckedCondition, column: string): Sql {
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
    case 'contains':
      return { sql: `instr(${column}, ?) > 0`, parameters: [condition.value] };
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
    sql: parts.length === 0 ? '1' : parts.map(({ sql }) => sql).join(' AND '),
    parameters: parts.flatMap(({ parameters }) => parameters),
  };
}
