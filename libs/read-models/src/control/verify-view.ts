import { isDeepStrictEqual } from 'node:util';
import type { Position } from '@tierbook/eventing';
import { MAX_LIMIT, type ReadStore, type Row } from '../read-store';
import type { AnyView, ViewDefinition } from '../view';

/** A document that is not what the log makes of it. Values are not told: they may be personal. */
export interface Difference {
  readonly key: string;
  /** `missing` in the view, there though the log makes none, or of other content. */
  readonly kind: 'missing' | 'unexpected' | 'different';
  /** The fields that differ; `position` among them where the last event that changed it does. */
  readonly fields?: readonly string[];
}

export interface Comparison {
  readonly documents: number;
  readonly differences: number;
  /** Of the differences, in the order of their keys. */
  readonly first: readonly Difference[];
  /** The view moved on while it was compared: these are to be compared again, when the fold has too. */
  readonly undecided: readonly string[];
}

const MOST_NAMED = 10;
/** More that change while they are compared are not kept: it is to be tried at a quieter time. */
const MOST_UNDECIDED = 10_000;

/** The view changes faster than it can be compared. */
export class ViewRestlessError extends Error {
  override readonly name = 'ViewRestlessError';
  constructor(view: string) {
    super(`${view} changes faster than it can be compared: pause it, or try at a quieter time.`);
  }
}

/**
 * Compares every document of a view with its fold up to a position, row by row in the order of keys, holding
 * one batch of each. The view may move on meanwhile.
 *
 * @param onCompared told how many more documents were compared.
 * @throws ViewBehindError, ViewRestlessError.
 */
export async function compareView(
  view: AnyView,
  { live, fold }: { readonly live: ReadStore; readonly fold: ReadStore },
  upTo: Position | undefined,
  onCompared: (documents: number) => void = () => undefined,
): Promise<Comparison> {
  const found = new Findings(view, live, upTo);
  const [theirs, ours] = [rowsOf(live, view), rowsOf(fold, view)];
  let [a, b] = [await theirs.next(), await ours.next()];
  while (a.done !== true || b.done !== true) {
    const order = a.done === true ? 1 : b.done === true ? -1 : compareKeys(a.value, b.value);
    await found.compare(
      order <= 0 && a.done !== true ? a.value : undefined,
      order >= 0 && b.done !== true ? b.value : undefined,
    );
    onCompared(1);
    if (order <= 0) a = await theirs.next();
    if (order >= 0) b = await ours.next();
  }
  return found.comparison();
}

/** Compares some documents again, with a fold that has gone on to this position. */
export async function compareKeysOf(
  view: AnyView,
  { live, fold }: { readonly live: ReadStore; readonly fold: ReadStore },
  upTo: Position | undefined,
  keys: readonly string[],
): Promise<Comparison> {
  const found = new Findings(view, live, upTo);
  const of = view as unknown as ViewDefinition<object>;
  for (let at = 0; at < keys.length; at += MAX_LIMIT) {
    const some = keys.slice(at, at + MAX_LIMIT);
    const [theirs, ours] = [await live.getMany(of, some), await fold.getMany(of, some)];
    for (const key of some) await found.compare(theirs.get(key), ours.get(key), key);
  }
  return found.comparison();
}

class Findings {
  #documents = 0;
  #differences = 0;
  readonly #first: Difference[] = [];
  readonly #undecided: string[] = [];

  constructor(
    private readonly view: AnyView,
    private readonly live: ReadStore,
    private readonly upTo: Position | undefined,
  ) {}

  /** What the view has, and what the fold has, under one key. */
  async compare(
    theirs: Row<object> | undefined,
    ours: Row<object> | undefined,
    key = theirs?.key ?? ours?.key ?? '',
  ): Promise<void> {
    this.#documents++;
    if (theirs?.position === ours?.position && isDeepStrictEqual(theirs?.doc, ours?.doc)) return;
    if (await this.#mayHaveChanged(theirs)) {
      if (this.#undecided.length === MOST_UNDECIDED) throw new ViewRestlessError(this.view.name);
      this.#undecided.push(key);
      return;
    }
    this.#differences++;
    if (this.#first.length < MOST_NAMED) this.#first.push(differenceOf(key, theirs, ours));
  }

  comparison(): Comparison {
    return {
      documents: this.#documents,
      differences: this.#differences,
      first: this.#first,
      undecided: this.#undecided,
    };
  }

  /** An event after the fold's last may have made, changed or removed what the view has. */
  async #mayHaveChanged(theirs: Row<object> | undefined): Promise<boolean> {
    const { upTo } = this;
    if (theirs !== undefined) return upTo === undefined || theirs.position > upTo;
    const reached = await this.live.positionOf(this.view);
    return reached !== undefined && (upTo === undefined || reached > upTo);
  }
}

function differenceOf(
  key: string,
  theirs: Row<object> | undefined,
  ours: Row<object> | undefined,
): Difference {
  if (theirs === undefined) return { key, kind: 'missing' };
  if (ours === undefined) return { key, kind: 'unexpected' };
  const [a, b] = [theirs.doc, ours.doc] as readonly Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);
  const fields = [...names].filter((name) => !isDeepStrictEqual(a?.[name], b?.[name]));
  const moved = theirs.position === ours.position ? [] : ['position'];
  return { key, kind: 'different', fields: [...fields, ...moved] };
}

async function* rowsOf(store: ReadStore, view: AnyView): AsyncGenerator<Row<object>, undefined> {
  // A view whose documents do not matter here.
  const of = view as unknown as ViewDefinition<object>;
  for await (const rows of store.scan(of, { where: [] })) yield* rows;
}

/** As stores order keys: by their UTF-8 bytes. */
function compareKeys({ key: a }: Row<object>, { key: b }: Row<object>): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
