import type { Position } from '@tierbook/eventing';
import {
  keywordsOf,
  scalarOf,
  type AnyView,
  type Build,
  type BuildId,
  type DocumentWrite,
  type FieldKind,
  type Scalar,
} from '@tierbook/read-models';
import type { Collection, Db, IndexDescription } from 'mongodb';

export const FORMAT = { what: 'views', version: 1 };

export type Fields = Readonly<Record<string, FieldKind>>;

/** What is known of a build, in the record of its view. */
export interface BuildRecord {
  readonly generation: number;
  readonly version: number;
  readonly fields: Fields;
  readonly indexes: readonly (readonly string[])[];
  readonly position?: Position;
  readonly eventId?: string;
}

/**
 * The one document that says what there is of a view: changing which build serves, and which are there, is then one
 * write. `fence` is that of the writer that changed it last.
 */
export interface ViewRecord {
  readonly _id: string;
  readonly fence: number;
  /** The highest generation that there ever was: no collection's name is used twice. */
  readonly latest: number;
  readonly serving: number | null;
  readonly builds: Readonly<Record<string, BuildRecord>>;
}

/** A document of a view, or the tombstone of one. */
export interface StoredView {
  readonly _id: string;
  readonly pos: Position;
  readonly doc: object | null;
  /** The fields that the view declares, as they are compared; a tombstone has none. */
  readonly f?: Readonly<Record<string, Scalar | readonly string[]>>;
  /** The trigrams of each `search` field. */
  readonly g?: Readonly<Record<string, readonly string[]>>;
  /** A tombstone's position. */
  readonly gone?: Position;
}

/** The last code point, which no folded text holds: what begins with a prefix sorts below prefix + LAST. */
export const LAST = '\u{10FFFF}';

export function records(db: Db): Collection<ViewRecord> {
  return db.collection<ViewRecord>('builds');
}

export function buildField(generation: number): string {
  return `g${String(generation)}`;
}

/** Where a view's direct readers find it. */
export function directNameOf(view: string): string {
  return view.replaceAll('-', '_');
}

/** The name of the collection that holds a build: `<view>_v<generation>`. */
export function collectionNameOf({ view, generation }: BuildId): string {
  return `${directNameOf(view)}_v${String(generation)}`;
}

export function documentsOf(db: Db, build: BuildId): Collection<StoredView> {
  return db.collection<StoredView>(collectionNameOf(build));
}

/** The names in a view's record that are collections. */
export function collectionsOf({ _id, builds }: ViewRecord): readonly string[] {
  return Object.values(builds).map(({ generation }) => collectionNameOf({ view: _id, generation }));
}

export function buildsOf({ _id, serving, builds }: ViewRecord): readonly Build[] {
  return Object.values(builds)
    .toSorted((a, b) => a.generation - b.generation)
    .map(({ generation, version, position, eventId }) => ({
      view: _id,
      generation,
      version,
      serving: serving === generation,
      checkpoint:
        position === undefined || eventId === undefined ? undefined : { position, eventId },
    }));
}

export function newBuildRecord(view: AnyView, generation: number): BuildRecord {
  const { version, indexes } = view;
  return { generation, version, fields: view.fields as Fields, indexes };
}

/** An index for each list of fields, the key last; one for each field that is searched, by its trigrams; tombstones. */
export function indexesOf({ fields, indexes }: BuildRecord): IndexDescription[] {
  const listed = indexes.map((of) => ({
    key: Object.fromEntries([...of.map((field) => [`f.${field}`, 1] as const), ['_id', 1]]),
  }));
  const searched = Object.entries(fields).flatMap(([field, kind]) =>
    kind === 'search' ? [{ key: { [`g.${field}`]: 1 } }] : [],
  );
  return [...listed, ...searched, { key: { gone: 1 }, sparse: true }];
}

/** What is stored in place of what stood under the key. */
export function storedView(
  fields: Fields,
  { position, doc }: DocumentWrite,
): Omit<StoredView, '_id'> {
  if (doc === null) return { pos: position, doc, gone: position };
  const source = doc as Readonly<Record<string, unknown>>;
  const kinds = Object.entries(fields);
  const f = Object.fromEntries(
    kinds.map(([field, kind]) => [
      field,
      kind === 'keywords' ? keywordsOf(source[field]) : scalarOf(kind, source[field]),
    ]),
  );
  const g = Object.fromEntries(
    kinds
      .filter(([, kind]) => kind === 'search')
      .map(([field]) => [field, trigramsOf(String(f[field]))]),
  );
  return { pos: position, doc, f, g };
}

/** Every three characters that stand together, each once. */
export function trigramsOf(text: string): readonly string[] {
  const characters = Array.from(text);
  const found = new Set<string>();
  for (let at = 0; at + 3 <= characters.length; at++) {
    found.add(characters.slice(at, at + 3).join(''));
  }
  return [...found];
}
