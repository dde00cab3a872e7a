import {
  isKernelEvent,
  MissingPersonalKeyError,
  UnreadableEventError,
  type EventReader,
  type Position,
  type RecordedEvent,
  type StoredEvent,
} from '@tierbook/eventing';
import type { AnyProjection, Recorded } from '../projection';
import type { Build, BuildWrite, Checkpoint, ProjectionStore } from '../projection-store';
import { project, startOfAppend, type Obstacle } from './project';
import { ViewProgress, type ViewStatus } from './view-progress';

export interface ProjectionRunnerOptions {
  readonly reader: EventReader;
  readonly store: ProjectionStore;
  readonly projections: readonly AnyProjection[];
  /** Unseals and upcasts: `EventCodec.decode`. */
  readonly decode: (stored: StoredEvent) => Promise<RecordedEvent>;
  /** Called with those views that moved, paused or began to serve. Must not throw. */
  readonly onProgress?: (changed: readonly ViewStatus[]) => void;
}

/** A build that is moved on, and the projection that does it. */
interface Moving {
  readonly projection: AnyProjection;
  build: Build;
  pausedBy?: Obstacle;
  /** Another build serves in its place, and the store has dropped it. */
  isReplaced: boolean;
}

interface Decoded {
  readonly events: readonly Recorded[];
  /** What cannot be read: `events` ends before the append that it came in. */
  readonly obstacle?: Obstacle;
}

/**
 * Builds the views from the log and keeps them current, told of new events by the reader's subscription.
 *
 * A view whose projection has a new version is built beside the build that serves, which stays as it is
 * until the new one has caught up and takes its place. A build made from another log is dropped, and the
 * view built anew. An event that a view cannot take (a projection that throws, an unknown type, a newer
 * schema, a missing key) pauses that view just before the append that the event came in; others go on.
 *
 * Builds that stand at one checkpoint are moved on together: each event is read and decoded once for all.
 */
export class ProjectionRunner {
  readonly #options: ProjectionRunnerOptions;
  readonly #progress: ViewProgress;
  readonly #stopping = new AbortController();
  #moving: readonly Moving[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ProjectionRunnerOptions) {
    this.#options = options;
    this.#progress = new ViewProgress(options.projections.map(({ view }) => view.name));
  }

  /**
   * Runs until `stop`. Rejects when the log, the keys or the store fail: what is written stays right,
   * and a new runner goes on from it. `onPrepared` is called once every view has its builds.
   */
  async run(onPrepared?: () => void): Promise<void> {
    const lanes = new Map<Position | undefined, Moving[]>();
    this.#moving = await this.#prepare();
    for (const moving of this.#moving) {
      const at = moving.build.checkpoint?.position;
      lanes.set(at, [...(lanes.get(at) ?? []), moving]);
    }
    this.#options.onProgress?.(this.#progress.all());
    onPrepared?.();
    const runs = [...lanes].map(([after, lane]) => this.#runLane(after, lane));
    try {
      await Promise.all(runs);
    } finally {
      this.stop();
      await Promise.allSettled(runs);
    }
  }

  /** Ends `run` once the batch under way is written. */
  stop(): void {
    this.#stopping.abort();
  }

  status(): readonly ViewStatus[] {
    return this.#progress.all();
  }

  /** Resolves once the view reflects the position; rejects with the signal's reason when that aborts. */
  waitFor(view: string, position: Position, signal?: AbortSignal): Promise<void> {
    return this.#progress.waitFor(view, position, signal);
  }

  async #prepare(): Promise<readonly Moving[]> {
    const stored = await this.#options.store.builds();
    const moving: Moving[] = [];
    for (const projection of this.#options.projections) {
      const builds = stored.filter(({ view }) => view === projection.view.name);
      moving.push(...(await this.#prepareView(projection, builds)));
    }
    return moving;
  }

  /** The view's builds to move on. One of another version only serves: today's projection does not write to it. */
  async #prepareView(
    projection: AnyProjection,
    stored: readonly Build[],
  ): Promise<readonly Moving[]> {
    const { store } = this.#options;
    const { name, version } = projection.view;
    const usable: Build[] = [];
    for (const build of stored) {
      const isOfUse = build.serving || build.version === version;
      if (isOfUse && (await this.#isOfThisLog(build.checkpoint))) usable.push(build);
      else await store.discard(build);
    }
    const current = usable.filter((build) => build.version === version);
    if (current.length === 0) current.push(await store.begin(projection.view));
    const serving = usable.find((build) => build.serving);
    if (serving !== undefined) {
      const state = serving.version === version ? 'live' : 'building';
      this.#progress.update({ view: name, state, ...servedPosition(serving) });
    }
    return current.map((build) => ({ projection, build, isReplaced: false }));
  }

  /** Where a log was copied, restored or cut short, no such event stands at the checkpoint. */
  async #isOfThisLog(checkpoint: Checkpoint | undefined): Promise<boolean> {
    if (checkpoint === undefined) return true;
    const event = await this.#options.reader.eventAt(checkpoint.position);
    return event?.id === checkpoint.eventId;
  }

  async #runLane(after: Position | undefined, lane: readonly Moving[]): Promise<void> {
    const { signal } = this.#stopping;
    for await (const { events, caughtUp } of this.#options.reader.subscribe({ after, signal })) {
      const decoded = await this.#decode(events);
      await this.#inTurn(async () => {
        const running = lane.filter(isRunning);
        if (events.length > 0) await this.#move(running, events, decoded);
        if (caughtUp) for (const moving of running) await this.#promote(moving);
        this.#report(running);
      });
      if (!lane.some(isRunning)) return;
    }
  }

  /** One lane writes at a time, so that none writes to a build that another has just replaced. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The events up to the first append that cannot be read. */
  async #decode(stored: readonly StoredEvent[]): Promise<Decoded> {
    const results = await Promise.all(
      stored
        .filter(({ type }) => !isKernelEvent(type))
        .map((event) =>
          this.#options.decode(event).catch((error: unknown): Obstacle => {
            if (isUnreadable(error)) return { event, error };
            throw error;
          }),
        ),
    );
    const obstacle = results.find((result) => 'error' in result);
    // What is decoded is of a known type; no projection acts on a type that it does not name.
    const events = results.filter((result) => !('error' in result)) as readonly RecordedEvent[];
    if (obstacle === undefined) return { events: events as readonly Recorded[] };
    const start = stored[startOfAppend(stored, obstacle)]?.position ?? obstacle.event.position;
    const readable = events.filter(({ position }) => position < start);
    return { events: readable as readonly Recorded[], obstacle };
  }

  /** Writes what the events make of each build, up to what stands in its way. */
  async #move(
    running: readonly Moving[],
    stored: readonly StoredEvent[],
    decoded: Decoded,
  ): Promise<void> {
    const { store } = this.#options;
    const writes: BuildWrite[] = [];
    const written = new Map<Moving, Checkpoint>();
    const obstacles = new Map<Moving, Obstacle>();
    for (const moving of running) {
      const { documents, obstacle = decoded.obstacle } = await project(
        moving.projection,
        decoded.events,
        (keys) => store.load(moving.build, keys),
      );
      if (obstacle !== undefined) obstacles.set(moving, obstacle);
      const last = stored.slice(0, obstacle && startOfAppend(stored, obstacle)).at(-1);
      if (last === undefined) continue;
      const checkpoint = { position: last.position, eventId: last.id };
      writes.push({ build: moving.build, documents, checkpoint });
      written.set(moving, checkpoint);
    }
    if (writes.length > 0) await store.write(writes);
    for (const [moving, checkpoint] of written) moving.build = { ...moving.build, checkpoint };
    for (const [moving, obstacle] of obstacles) moving.pausedBy = obstacle;
  }

  /** Lets a build serve that has reached the log's end, once it is as far as the one that serves. */
  async #promote(moving: Moving): Promise<void> {
    const { build, pausedBy } = moving;
    if (build.serving || pausedBy !== undefined) return;
    const served = this.#progress.of(build.view).position;
    const reached = build.checkpoint?.position;
    if (served !== undefined && (reached === undefined || reached < served)) return;
    await this.#options.store.promote(build);
    for (const other of this.#moving) {
      if (other !== moving && other.build.view === build.view) other.isReplaced = true;
    }
    moving.build = { ...build, serving: true };
  }

  #report(moved: readonly Moving[]): void {
    const changed = moved.filter(({ isReplaced }) => !isReplaced).map(statusOf);
    const told = changed.filter((status) => status !== undefined);
    for (const status of told) {
      const before = this.#progress.of(status.view);
      this.#progress.update({ ...positionOf(before), ...status });
    }
    if (told.length > 0) {
      this.#options.onProgress?.(told.map(({ view }) => this.#progress.of(view)));
    }
  }
}

/** What a build's state says of its view; nothing while it is being built beside another. */
function statusOf({ build, pausedBy }: Moving): ViewStatus | undefined {
  const { view } = build;
  if (pausedBy !== undefined) {
    const { event, error } = pausedBy;
    const why = error instanceof Error ? error.message : String(error);
    const reason = `${event.type} ${event.id} at ${event.position}: ${why}`;
    return { view, state: 'paused', reason, ...(build.serving && servedPosition(build)) };
  }
  return build.serving ? { view, state: 'live', ...servedPosition(build) } : undefined;
}

function servedPosition({ checkpoint }: Build): Pick<ViewStatus, 'position'> {
  return checkpoint === undefined ? {} : { position: checkpoint.position };
}

function positionOf({ position }: ViewStatus): Pick<ViewStatus, 'position'> {
  return position === undefined ? {} : { position };
}

function isRunning({ pausedBy, isReplaced }: Moving): boolean {
  return pausedBy === undefined && !isReplaced;
}

/** Waiting would not help: the log or the keys must be put right, or Tierbook upgraded. */
function isUnreadable(error: unknown): boolean {
  return error instanceof UnreadableEventError || error instanceof MissingPersonalKeyError;
}
