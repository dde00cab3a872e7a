import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreUnavailableError, type Position } from '@tierbook/eventing';
import {
  checkQuery,
  checkScan,
  inBatches,
  ViewBehindError,
  type AnyView,
  type ListedPage,
  type ListQuery,
  type Page,
  type Query,
  type ReadStore,
  type Row,
  type Scan,
  type ViewDefinition,
} from '@tierbook/read-models';
import type { FromReader, ToReader, Unnumbered } from './reader-messages';
import { servingIndexOf } from './serving-index';
import { openSqliteReadStore } from './sqlite-read-store';
import { DamagedViewsError, discardViews } from './views-file';

/** Questions that wait for the thread at most: a flood of searches is refused rather than piled up. */
const MOST_WAITING = 200;

type Question = Unnumbered<ToReader>;

interface Waiting {
  readonly resolve: (answer: FromReader) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Opens the views in the SQLite file at `path` for a thread that has other things to do: documents by key, and
 * pages that an index gives row by row, are read here; searches, counts, scans and whatever else passes over rows
 * are read in a thread of their own, which starts with the first of them. A file that turns out to be damaged is
 * discarded, so that whoever writes it builds the views again.
 *
 * @throws StoreRefusedError as `openSqliteReadStore` does.
 */
export function openThreadedReadStore({
  path,
  workerFile = join(__dirname, 'reader.worker.js'),
}: {
  readonly path: string;
  /** The thread's compiled program, for who runs uncompiled. */
  readonly workerFile?: string;
}): ReadStore {
  return new ThreadedReadStore(path, workerFile, openSqliteReadStore({ path }));
}

class ThreadedReadStore implements ReadStore {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #asked = 0;

  constructor(
    private readonly path: string,
    private readonly workerFile: string,
    private readonly here: ReadStore,
  ) {}

  get<Doc extends object>(view: ViewDefinition<Doc>, key: string): Promise<Row<Doc> | undefined> {
    return this.#undamaged(this.here.get(view, key));
  }

  getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>> {
    return this.#undamaged(this.here.getMany(view, keys));
  }

  async find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>> {
    if (isQuick(view, query)) return this.#undamaged(this.here.find(view, query));
    const { page } = await this.#ask({ kind: 'find', view, query }, 'found');
    return page as Page<Doc>;
  }

  async list(view: AnyView, query: ListQuery): Promise<ListedPage> {
    if (isQuick(view, query)) return this.#undamaged(this.here.list(view, query));
    const { page } = await this.#ask({ kind: 'list', view, query }, 'listed');
    return page;
  }

  async *scan<Doc extends object>(
    view: ViewDefinition<Doc>,
    scan: Scan,
  ): AsyncIterable<readonly Row<Doc>[]> {
    checkScan(view, scan);
    yield* inBatches(scan.after, async (after) => {
      const question: Question = { kind: 'scan', view, scan: { ...scan, after } };
      const { rows } = await this.#ask(question, 'scanned');
      return rows as readonly Row<Doc>[];
    });
  }

  positionOf(view: AnyView): Promise<Position | undefined> {
    return this.#undamaged(this.here.positionOf(view));
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    await this.here.close();
  }

  async #undamaged<T>(read: Promise<T>): Promise<T> {
    try {
      return await read;
    } catch (error) {
      if (error instanceof DamagedViewsError) discardViews(this.path);
      throw error;
    }
  }

  async #ask<Kind extends 'found' | 'listed' | 'scanned'>(
    question: Question,
    kind: Kind,
  ): Promise<Extract<FromReader, { readonly kind: Kind }>> {
    if (this.#waiting.size >= MOST_WAITING) {
      throw new StoreUnavailableError('Too many searches wait for the views: try again shortly.');
    }
    const id = ++this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<FromReader>();
    this.#waiting.set(id, { resolve, reject });
    this.#worker ??= this.#start();
    this.#worker.postMessage({ ...question, id });
    const answer = await this.#undamaged(
      promise.then((each) => {
        if (each.kind === 'damaged') throw new DamagedViewsError(this.path);
        return each;
      }),
    );
    if (answer.kind === 'behind') throw new ViewBehindError(answer.view, answer.why);
    if (answer.kind === 'failed') {
      throw new StoreUnavailableError(`The views could not be searched: ${answer.message}.`);
    }
    if (answer.kind !== kind) throw new Error(`The reader thread answered ${answer.kind}.`);
    return answer as Extract<FromReader, { readonly kind: Kind }>;
  }

  #start(): Worker {
    const worker = new Worker(this.workerFile, { workerData: this.path });
    worker.on('message', (answer: FromReader) => {
      this.#waiting.get(answer.id)?.resolve(answer);
      this.#waiting.delete(answer.id);
    });
    let failure = 'it was closed';
    worker.once('error', (error: unknown) => {
      failure = error instanceof Error ? error.message : String(error);
    });
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) {
        reject(new StoreUnavailableError(`The thread that searches the views ended: ${failure}.`));
      }
      this.#waiting.clear();
    });
    return worker;
  }
}

/** Whether an index gives just the page's rows, in order, and nothing is counted. */
function isQuick(view: AnyView, query: Query): boolean {
  const checked = checkQuery(view, query);
  const counts = query.count === true || checked.countBy.length > 0;
  return !counts && servingIndexOf(view, checked)?.isExact === true;
}
