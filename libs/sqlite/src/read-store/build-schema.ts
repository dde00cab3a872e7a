import type { AnyView, BuildId, FieldKind } from '@tierbook/read-models';

/** The table of a build: `<view>_v<generation>`. */
export function tableOf({ view, generation }: BuildId): string {
  return `"${view.replaceAll('-', '_')}_v${String(generation)}"`;
}

/** The full-text index of a build's `search` fields. */
export function searchTableOf({ view, generation }: BuildId): string {
  return `"${view.replaceAll('-', '_')}_v${String(generation)}_search"`;
}

/** Which tables beside a build's own hold its indexes that begin with a `keywords` field, as a pattern for GLOB. */
export function keywordTablesOf({ view, generation }: BuildId): string {
  return `${view.replaceAll('-', '_')}_v${String(generation)}_by_*`;
}

/** The table of an index that begins with a `keywords` field: a row for each keyword of each document. */
export function keywordTableOf(build: BuildId, fields: readonly string[]): string {
  return `${tableOf(build).slice(0, -1)}_by_${fields.join('_')}"`;
}

/** The view that programs read past the port: the view's own name, whichever build serves. */
export function directViewOf(view: string): string {
  return `"${view.replaceAll('-', '_')}"`;
}

/**
 * Lets direct readers see a build under the view's own name: `key`, `position`, `doc` (JSON), and the fields of
 * the definition. Keywords and numbers are the indexed columns (missing ones empty or 0, lists as JSON), texts as they
 * were written.
 */
export function directViewSchemaOf(
  build: BuildId,
  fields: Readonly<Record<string, FieldKind>>,
): string {
  const columns = Object.entries(fields).map(([field, kind]) =>
    kind === 'keyword' || kind === 'keywords' || kind === 'number'
      ? `"${field}"`
      : `json_extract(doc, '$."${field}"') AS "${field}"`,
  );
  return `
    DROP VIEW IF EXISTS ${directViewOf(build.view)};
    CREATE VIEW ${directViewOf(build.view)} AS
      SELECT ${['key', 'position', 'doc', ...columns].join(', ')} FROM ${tableOf(build)} WHERE live = 1;
  `;
}

/**
 * What every build's table has. "doc" begins with the view's `listed` fields: its first "listed" characters are
 * those, without the brace that ends them, so that lists are read without reading JSON.
 */
const FIXED = [
  'id INTEGER PRIMARY KEY',
  'key TEXT NOT NULL UNIQUE',
  'position TEXT NOT NULL',
  'doc TEXT',
  'listed INTEGER NOT NULL',
  'live INTEGER NOT NULL',
];

/**
 * One table for a build's documents, a column for each field, an index for each list of fields.
 * A tombstone is a row without a document and with empty fields; indexes leave it out. They ask `live`, not
 * `doc`: an update of a document whose fields stay the same then touches no index.
 * The `search` fields stand, folded, in a trigram index beside it, which triggers keep in step. It knows which rows
 * have which trigrams, not where (`detail=column`): what it names is looked at anyway, and it is smaller and faster so.
 */
export function schemaOf(build: BuildId, view: AnyView): string {
  const table = tableOf(build);
  const fields = Object.entries(view.fields);
  const columns = fields.map(
    ([field, kind]) => `"${field}" ${kind === 'number' ? 'INTEGER' : 'TEXT'} NOT NULL`,
  );
  const kinds = new Map(fields);
  const ofKeywords = view.indexes.filter(([first = '']) => kinds.get(first) === 'keywords');
  const others = view.indexes.filter((of) => !ofKeywords.includes(of));
  const indexes = others.map((of: readonly string[], index) => {
    const name = `${table.slice(0, -1)}_by_${String(index + 1)}"`;
    const listed = [...of.map((field) => `"${field}"`), 'key'].join(', ');
    return `CREATE INDEX ${name} ON ${table} (${listed}) WHERE live = 1;`;
  });
  const searched = fields.flatMap(([field, kind]) => (kind === 'search' ? [`"${field}"`] : []));
  return `
    CREATE TABLE ${table} (
      ${[...FIXED, ...columns].join(',\n      ')}
    ) STRICT;
    ${indexes.join('\n    ')}
    CREATE INDEX ${table.slice(0, -1)}_tombstones" ON ${table} (position) WHERE live = 0;
    ${ofKeywords.map((of) => keywordSchema(build, of)).join('\n')}
    ${searched.length === 0 ? '' : searchSchema(build, searched)}
  `;
}

/** What a `keywords` field's index is: triggers keep it in step, and it holds what exists only. */
function keywordSchema(build: BuildId, [keywords = '', ...others]: readonly string[]): string {
  const table = tableOf(build);
  const index = keywordTableOf(build, [keywords, ...others]);
  const trigger = (name: string) => `${index.slice(0, -1)}_${name}"`;
  const columns = [...others.map((field) => `"${field}"`), 'key'];
  const watched = [keywords, ...others, 'live'].map((field) => `"${field}"`);
  const changed = watched.map((field) => `old.${field} <> new.${field}`).join(' OR ');
  const has = (row: 'old' | 'new') => `${row}."${keywords}" <> '[]'`;
  const held = (row: 'old' | 'new') => `(SELECT value FROM json_each(${row}."${keywords}"))`;
  const insert = `INSERT INTO ${index} SELECT value, ${columns.map((each) => `new.${each}`).join(', ')}, new.id
        FROM json_each(new."${keywords}") WHERE new.live = 1;`;
  const remove = `DELETE FROM ${index} WHERE keyword IN ${held('old')}
        AND ${columns.map((each) => `${each} = old.${each}`).join(' AND ')};`;
  return `
    CREATE TABLE ${index} (
      keyword NOT NULL, ${columns.map((each) => `${each} NOT NULL`).join(', ')}, id NOT NULL,
      PRIMARY KEY (keyword, ${columns.join(', ')})
    ) WITHOUT ROWID;
    CREATE TRIGGER ${trigger('inserted')} AFTER INSERT ON ${table} WHEN ${has('new')} BEGIN ${insert} END;
    CREATE TRIGGER ${trigger('updated')} AFTER UPDATE OF ${watched.join(', ')} ON ${table}
    WHEN (${has('old')} OR ${has('new')}) AND (${changed}) BEGIN
      ${remove}
      ${insert}
    END;
  `;
}

function searchSchema(build: BuildId, searched: readonly string[]): string {
  const table = tableOf(build);
  const search = searchTableOf(build);
  const trigger = (name: string) => `${table.slice(0, -1)}_${name}"`;
  const news = searched.map((field) => `new.${field}`).join(', ');
  const changed = searched.map((field) => `old.${field} <> new.${field}`).join(' OR ');
  const assignments = searched.map((field) => `${field} = new.${field}`).join(', ');
  return `
    CREATE VIRTUAL TABLE ${search} USING fts5(
      ${searched.join(', ')}, tokenize = 'trigram remove_diacritics 1', detail = column
    );
    INSERT INTO ${search} (${search}, rank) VALUES ('secure-delete', 1);
    CREATE TRIGGER ${trigger('inserted')} AFTER INSERT ON ${table} BEGIN
      INSERT INTO ${search} (rowid, ${searched.join(', ')}) VALUES (new.id, ${news});
    END;
    CREATE TRIGGER ${trigger('updated')} AFTER UPDATE OF ${searched.join(', ')} ON ${table}
    WHEN ${changed} BEGIN
      UPDATE ${search} SET ${assignments} WHERE rowid = new.id;
    END;
    CREATE TRIGGER ${trigger('deleted')} AFTER DELETE ON ${table} BEGIN
      DELETE FROM ${search} WHERE rowid = old.id;
    END;
  `;
}
