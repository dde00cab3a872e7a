import type { Position } from '@tierbook/eventing';
import type { ProjectionStore } from '../projection-store';
import type { ReadStore } from '../read-store';
import type { AnyProjection } from '../projection';
import { replay, type ReplayOptions } from './replay';
import { compareKeysOf, compareView, ViewRestlessError, type Comparison } from './verify-view';

export interface VerifyOptions extends Omit<ReplayOptions, 'upTo' | 'store'> {
  /** The views to verify; read beside whoever writes them. */
  readonly live: ReadStore;
  /** Empty; the log is folded into it afresh. */
  readonly scratch: ReadStore & ProjectionStore;
  readonly onCompared?: (documents: number) => void;
}

export interface VerifiedView extends Omit<Comparison, 'undecided'> {
  readonly view: string;
  /** What was folded up to. */
  readonly position: Position | undefined;
  /** Why it could not be compared: an event in the log that cannot be read, or a view that serves nothing. */
  readonly unverified?: string;
}

const ROUNDS = 10;

/**
 * Folds the log afresh with the code that builds the views, and compares every document of each view with the
 * fold up to where the view stands. What changes meanwhile is compared again, with a fold that has gone on.
 * Memory does not grow with log or views.
 *
 * @throws ViewRestlessError where a view cannot be compared while it changes.
 */
export async function verifyViews(options: VerifyOptions): Promise<readonly VerifiedView[]> {
  const { projections, live, scratch } = options;
  const verified: VerifiedView[] = [];
  const standing = new Map<Position | undefined, AnyProjection[]>();
  for (const projection of projections) {
    try {
      const at = await live.positionOf(projection.view);
      standing.set(at, [...(standing.get(at) ?? []), projection]);
    } catch (error) {
      verified.push(unverified(projection, undefined, error));
    }
  }
  for (const [upTo, group] of standing) {
    const folded = await replay({ ...options, store: scratch, projections: group, upTo });
    for (const projection of group) {
      const { reason } = folded.find(({ view }) => view === projection.view.name) ?? {};
      if (reason !== undefined) verified.push(unverified(projection, upTo, reason));
      else verified.push(await verifyView(options, projection, upTo));
    }
  }
  return verified.toSorted((a, b) => orderOf(projections, a) - orderOf(projections, b));
}

async function verifyView(
  options: VerifyOptions,
  projection: AnyProjection,
  upTo: Position | undefined,
): Promise<VerifiedView> {
  const { live, scratch, onCompared } = options;
  const { view } = projection;
  const stores = { live, fold: scratch };
  const whole = await compareView(view, stores, upTo, onCompared);
  let { differences, first, undecided } = whole;
  for (let round = 1; undecided.length > 0; round++) {
    if (round > ROUNDS) throw new ViewRestlessError(view.name);
    const reached = await live.positionOf(view);
    await replay({ ...options, store: scratch, projections: [projection], upTo: reached });
    const again = await compareKeysOf(view, stores, reached, undecided);
    differences += again.differences;
    first = [...first, ...again.first];
    ({ undecided } = again);
  }
  return { view: view.name, position: upTo, documents: whole.documents, differences, first };
}

function unverified(
  { view }: AnyProjection,
  position: Position | undefined,
  reason: unknown,
): VerifiedView {
  const why = reason instanceof Error ? reason.message : String(reason);
  const none = { documents: 0, differences: 0, first: [] };
  return { view: view.name, position, ...none, unverified: why };
}

function orderOf(projections: readonly AnyProjection[], { view }: VerifiedView): number {
  return projections.findIndex((each) => each.view.name === view);
}
