import {
  checkListQuery,
  checkQuery,
  checkScan,
  listedPage,
  scalarOf,
  type CheckedCondition,
  type FieldRef,
} from './checked-query';
import { InvalidQueryError, ViewBehindError } from './errors';
import { inBatches } from './in-batches';
import {
  MAX_PURGED,
  type Build,
  type BuildId,
  type BuildWrite,
  type Checkpoint,
  type DocumentWrite,
  type ProjectionStore,
  type StoredDocument,
} from './projection-store';
import {
  MAX_COUNTED_VALUES,
  MAX_EXACT_TOTAL,
  MAX_LIMIT,
  SCAN_BATCH,
  type ListedPage,
  type ListQuery,
  type Page,
  type Query,
  type ReadStore,
  type Row,
  type Scalar,
  type Scan,
  type SortKey,
  type Total,
  type ValueCount,
} from './read-store';
import type { AnyView, FieldKind, ViewDefinition } from './view';

type Position = Checkpoint['position'];

interface StoredBuild {
  readonly id: Build;
  readonly fields: Readonly<Record<string, FieldKind | undefined>>;
  serving: boolean;
  checkpoint: Checkpoint | undefined;
  /** Documents as text, so that no caller shares an object with the store; `null` is a tombstone. */
  readonly documents: Map<string, { readonly position: Position; readonly json: string | null }>;
}

/** Views in memory: keeps the whole contract, and nothing beyond its process. */
export class InMemoryReadStore implements ReadStore, ProjectionStore {
  readonly #builds: StoredBuild[] = [];

  get<Doc extends object>(view: ViewDefinition<Doc>, key: string): Promise<Row<Doc> | undefined> {
    return answer(() => rowOf<Doc>(this.#serving(view), key));
  }

  getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>> {
    return answer(() => {
      const wanted = [...keys];
      if (wanted.length > MAX_LIMIT) {
        throw new InvalidQueryError(`At most ${String(MAX_LIMIT)} rows are read at once.`);
      }
      const build = this.#serving(view);
      return new Map(
        wanted.flatMap((key) => {
          const row = rowOf<Doc>(build, key);
          return row === undefined ? [] : [[key, row] as const];
        }),
      );
    });
  }

  find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>> {
    return answer(() => {
      const { where, sort, after, limit, countBy } = checkQuery(view, query);
      const build = this.#serving(view);
      const joined = query.join && this.#serving(query.join.view);
      const refs = [sort, ...where, ...countBy].map(({ on }) => on);
      for (const { source, field, kind } of refs) {
        const { id, fields } = source === 'joined' && joined ? joined : build;
        if (fields[field] !== kind)
          throw new ViewBehindError(id.view, `is being built with ${field}`);
      }
      const value = (row: Row<object>, { source, field, kind }: FieldRef): Scalar => {
        if (source === 'own') return fieldOf(row.doc, { source, field, kind });
        const key = (row.doc as Readonly<Record<string, unknown>>)[query.join?.by ?? ''];
        const other =
          joined && typeof key === 'string' ? rowOf<object>(joined, key)?.doc : undefined;
        return scalarOf(kind, (other as Readonly<Record<string, unknown>> | undefined)?.[field]);
      };
      const turn = sort.direction === 'asc' ? 1 : -1;
      const keyOf = (row: Row<Doc>): SortKey => [value(row, sort.on), row.key];
      const found = [...build.documents.keys()]
        .flatMap((key) => rowOf<Doc>(build, key) ?? [])
        .filter((row) => where.every((condition) => holds(condition, value(row, condition.on))))
        .sort((a, b) => turn * compareKeys(keyOf(a), keyOf(b)));
      const rest = found.filter(
        (row) => after === undefined || turn * compareKeys(keyOf(row), after) > 0,
      );
      const rows = rest.slice(0, limit);
      const last = rows.at(-1);
      return {
        rows,
        ...(rest.length > limit && last !== undefined ? { next: keyOf(last) } : {}),
        ...(query.count === true ? { total: totalOf(found.length) } : {}),
        ...(query.countBy === undefined
          ? {}
          : {
              counts: Object.fromEntries(
                countBy.map(({ name, on }) => [name, countsOf(found.map((row) => value(row, on)))]),
              ),
            }),
      };
    });
  }

  async list(view: AnyView, query: ListQuery): Promise<ListedPage> {
    const listing = await answer(() => checkListQuery(view, query));
    const page = await this.find<object>(view as unknown as ViewDefinition<object>, query);
    return listedPage(page, listing, (keys) => this.getMany(query.beside.view, keys));
  }

  async *scan<Doc extends object>(
    view: ViewDefinition<Doc>,
    scan: Scan,
  ): AsyncIterable<readonly Row<Doc>[]> {
    const where = checkScan(view, scan);
    yield* inBatches(scan.after, (last) =>
      answer(() => {
        const build = this.#serving(view);
        const later = [...build.documents.keys()]
          .filter((key) => last === undefined || compare(key, last) > 0)
          .sort(compare)
          .flatMap((key) => rowOf<Doc>(build, key) ?? []);
        return later
          .filter(({ doc }) =>
            where.every((condition) => holds(condition, fieldOf(doc, condition.on))),
          )
          .slice(0, SCAN_BATCH);
      }),
    );
  }

  positionOf(view: AnyView): Promise<Position | undefined> {
    return answer(() => this.#serving(view).checkpoint?.position);
  }

  builds(): Promise<readonly Build[]> {
    return answer(() =>
      this.#builds.map(({ id, serving, checkpoint }) => ({ ...id, serving, checkpoint })),
    );
  }

  begin(view: AnyView): Promise<Build> {
    return answer(() => {
      const generations = this.#builds
        .filter(({ id }) => id.view === view.name)
        .map(({ id }) => id.generation);
      const generation = Math.max(0, ...generations) + 1;
      const { name, version, fields } = view;
      const id = { view: name, generation, version, serving: false, checkpoint: undefined };
      this.#builds.push({
        id,
        fields,
        serving: false,
        checkpoint: undefined,
        documents: new Map(),
      });
      return id;
    });
  }

  load(build: BuildId, keys: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>> {
    return answer(() => {
      const { documents } = this.#find(build);
      return new Map(
        keys.flatMap((key) => {
          const stored = documents.get(key);
          if (stored === undefined) return [];
          const { position, json } = stored;
          const doc = json === null ? null : (JSON.parse(json) as object);
          return [[key, { position, doc }] as const];
        }),
      );
    });
  }

  write(writes: readonly BuildWrite[]): Promise<void> {
    return answer(() => {
      const targets = writes.map((write) => ({ ...write, stored: this.#find(write.build) }));
      for (const { stored, documents, checkpoint } of targets) {
        for (const document of documents) put(stored, document);
        stored.checkpoint = checkpoint;
      }
    });
  }

  promote(build: BuildId): Promise<void> {
    return answer(() => {
      const promoted = this.#find(build);
      promoted.serving = true;
      this.#drop(({ id }) => id.view === build.view && id.generation !== build.generation);
    });
  }

  purge(build: BuildId, upTo: Position): Promise<number> {
    return answer(() => {
      const { documents } = this.#find(build);
      const purged = [...documents]
        .filter(([, { json, position }]) => json === null && position <= upTo)
        .slice(0, MAX_PURGED);
      for (const [key] of purged) documents.delete(key);
      return purged.length;
    });
  }

  /** What direct readers of a real engine see under this name. */
  direct(name: string): readonly { readonly key: string; readonly doc: unknown }[] {
    const serving = this.#builds.find(
      ({ id, serving }) => serving && id.view.replaceAll('-', '_') === name,
    );
    return [...(serving?.documents ?? [])].flatMap(([key, { json }]) =>
      json === null ? [] : { key, doc: JSON.parse(json) as unknown },
    );
  }

  discard(build: BuildId): Promise<void> {
    return answer(() => {
      this.#drop(({ id }) => id.view === build.view && id.generation === build.generation);
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #drop(isDropped: (build: StoredBuild) => boolean): void {
    const kept = this.#builds.filter((build) => !isDropped(build));
    this.#builds.splice(0, Infinity, ...kept);
  }

  #find({ view, generation }: BuildId): StoredBuild {
    const found = this.#builds.find(({ id }) => id.view === view && id.generation === generation);
    if (found === undefined) throw new Error(`No build ${String(generation)} of ${view}.`);
    return found;
  }

  #serving(view: AnyView): StoredBuild {
    const found = this.#builds.find(({ id, serving }) => serving && id.view === view.name);
    if (found === undefined) throw new ViewBehindError(view.name, 'is being built');
    if (found.id.version < view.readableFrom || found.id.version > view.version) {
      throw new ViewBehindError(view.name, 'is being built anew');
    }
    return found;
  }
}

function fieldOf(doc: object, { kind, field }: FieldRef): Scalar {
  return scalarOf(kind, (doc as Readonly<Record<string, unknown>>)[field]);
}

function put(build: StoredBuild, { key, position, doc }: DocumentWrite): void {
  const stored = build.documents.get(key);
  if (stored !== undefined && stored.position >= position) return;
  build.documents.set(key, { position, json: doc && JSON.stringify(doc) });
}

function rowOf<Doc>(build: StoredBuild, key: string): Row<Doc> | undefined {
  const stored = build.documents.get(key);
  if (stored === undefined || stored.json === null) return undefined;
  return { key, position: stored.position, doc: JSON.parse(stored.json) as Doc };
}

function holds(condition: CheckedCondition, value: Scalar): boolean {
  switch (condition.op) {
    case 'anyOf':
      return condition.on.kind === 'keywords'
        ? (JSON.parse(String(value)) as string[]).some((each) => condition.values.includes(each))
        : condition.values.includes(value);
    case 'prefix':
      return String(value).startsWith(condition.value);
    case 'contains':
      return String(value).includes(condition.value);
    case 'gt':
      return compare(value, condition.value) > 0;
    case 'gte':
      return compare(value, condition.value) >= 0;
    case 'lt':
      return compare(value, condition.value) < 0;
    case 'lte':
      return compare(value, condition.value) <= 0;
  }
}

function compareKeys([a, aKey]: SortKey, [b, bKey]: SortKey): number {
  return compare(a, b) || compare(aKey, bKey);
}

/** Texts by code point, as databases compare UTF-8. */
function compare(a: Scalar, b: Scalar): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function totalOf(count: number): Total {
  return count > MAX_EXACT_TOTAL ? { atLeast: MAX_EXACT_TOTAL } : count;
}

function countsOf(values: readonly Scalar[]): readonly ValueCount[] {
  const counts = new Map<Scalar, number>();
  for (const value of values.slice(0, MAX_EXACT_TOTAL)) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, aCount], [b, bCount]) => bCount - aCount || compare(a, b))
    .slice(0, MAX_COUNTED_VALUES)
    .map(([value, count]) => ({
      value: value === '' ? null : value,
      count: values.length > MAX_EXACT_TOTAL ? { atLeast: count } : count,
    }));
}

function answer<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
