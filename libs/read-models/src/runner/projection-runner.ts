import { setTimeout } from 'node:timers/promises';
import {
  isKernelEvent,
  MissingPersonalKeyError,
  UnreadableEventError,
  type EventBatch,
  type EventReader,
  type Position,
  type RecordedEvent,
  type StoredEvent,
} from '@tierbook/eventing';
import type { EventName, ParkedKey } from '../control/parked-keys';
import type { ProjectionState } from '../control/projection-state';
import { ControlRefusedError } from '../control/refused';
import type { AnyProjection, Recorded } from '../projection';
import type {
  Build,
  BuildWrite,
  Checkpoint,
  ProjectionStore,
  StoredDocument,
} from '../projection-store';
import { BatchSize, gathered } from './batches';
import { HeldDocuments, MOST_HELD } from './held-documents';
import { Purging } from './purging';
import { messageOf, project, startOfAppend, type Obstacle, type Rules } from './project';
import { ViewProgress, type RebuildStatus, type ViewStatus } from './view-progress';

export interface ProjectionRunnerOptions {
  readonly reader: EventReader;
  readonly store: ProjectionStore;
  readonly projections: readonly AnyProjection[];
  /** What is parked, skipped and paused. */
  readonly state: ProjectionState;
  /** Unseals and upcasts: `EventCodec.decode`. */
  readonly decode: (stored: StoredEvent) => Promise<RecordedEvent>;
  /** Called with those views that moved, paused or began to serve. Must not throw. */
  readonly onProgress?: (changed: readonly ViewStatus[]) => void;
  /** Milliseconds that never fall: `performance.now` where nothing else is given. */
  readonly elapsed?: () => number;
}

/** Who decided something, and why. */
export interface Decision {
  /** An opaque id. */
  readonly by: string;
  readonly why: string;
}

/** A view with more documents that stand still is at fault as a whole: it pauses. */
export const MAX_PARKED_KEYS = 1_000;

/** A build that is moved on, and the projection that does it. */
interface Moving {
  readonly projection: AnyProjection;
  build: Build;
  /** Events read for it since the runner started. */
  events: number;
  stoppedBy?: Obstacle;
  /** Nothing was ever written to it. */
  isEmpty: boolean;
  readonly held: HeldDocuments;
  readonly purging: Purging;
}

/** Builds that stand at one place and are moved on together: each event is read and decoded once for all. */
class Lane {
  readonly members = new Set<Moving>();
  readonly ending = new AbortController();
  /** The log's end was reached, and nothing has come since. */
  isCaughtUp = false;

  constructor(public position: Position | undefined) {}
}

interface Decoded {
  readonly events: readonly Recorded[];
  /** What cannot be read: `events` ends before the append that it came in. */
  readonly obstacle?: Obstacle;
}

const SCRUB_AGAIN_MS = 100;

/**
 * Builds the views from the log and keeps them current, told of new events by the reader's subscription.
 *
 * A view whose projection has a new version, or that is to be rebuilt, is built beside the build that serves,
 * until the new one has caught up and takes its place. A build made from another log is dropped, and the view
 * built anew.
 *
 * A document that cannot take an event is parked there with its later events, and others go on; but a rebuild
 * beside a serving build stops, where that one has not parked the document at the same event. An event that
 * cannot be read (an unknown type, a newer schema, a missing key), or of which a projection cannot say whom it
 * concerns, pauses the view just before the append that it came in.
 *
 * What is made of a build that does not serve yet is held in memory for a while (`HeldDocuments`), and written
 * with its checkpoint: one that is cut short goes on from there.
 */
export class ProjectionRunner {
  readonly #options: ProjectionRunnerOptions;
  readonly #progress: ViewProgress;
  readonly #stopping = new AbortController();
  readonly #stopped = Promise.withResolvers<undefined>();
  readonly #failing = Promise.withResolvers<never>();
  readonly #moving = new Set<Moving>();
  readonly #lanes = new Map<Lane, Promise<void>>();
  /** The build that serves, by view. */
  readonly #serving = new Map<string, Build>();
  #scrubbing: Promise<void> = Promise.resolve();
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
    try {
      await this.#inTurn(() => this.#prepare());
      // What an erasure left in the files when it was cut short.
      this.#scrub();
      onPrepared?.();
      await Promise.race([this.#failing.promise, this.#stopped.promise]);
    } finally {
      this.stop();
      await Promise.allSettled(this.#lanes.values());
      await this.#turn;
      await this.#scrubbing;
    }
  }

  /** Ends `run` once the batch under way is written. */
  stop(): void {
    this.#stopping.abort();
    this.#stopped.resolve(undefined);
  }

  status(): readonly ViewStatus[] {
    return this.#progress.all();
  }

  /** Resolves once the view reflects the position; rejects with the signal's reason when that aborts. */
  waitFor(view: string, position: Position, signal?: AbortSignal): Promise<void> {
    return this.#progress.waitFor(view, position, signal);
  }

  /**
   * Begins to build the view anew beside the build that serves. A rebuild that was stopped is dropped.
   * @throws ControlRefusedError `projection-unknown`, `projection-paused`, `rebuild-under-way`.
   */
  rebuild(view: string): Promise<void> {
    return this.#inTurn(async () => {
      const projection = this.#projectionOf(view);
      if (this.#options.state.paused.of(view) !== undefined) {
        throw new ControlRefusedError('projection-paused', `${view} is paused.`);
      }
      const beside = this.#movingOf(view).find(({ build }) => !build.serving);
      if (beside !== undefined) {
        if (beside.stoppedBy === undefined) {
          throw new ControlRefusedError('rebuild-under-way', `${view} is being built already.`);
        }
        await this.#discard(beside.build);
        this.#moving.delete(beside);
      }
      await this.#enter(await this.#begin(projection));
      this.#report([view]);
    });
  }

  /**
   * Holds the view still, and its rebuild, until it is resumed; also across restarts. Reads go on.
   * @throws ControlRefusedError `projection-unknown`.
   */
  pause(view: string, by: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#projectionOf(view);
      const { paused, clock } = this.#options.state;
      await paused.pause(view, { by, at: clock.now().toISOString() });
      for (const moving of this.#movingOf(view)) {
        this.#leave(moving);
        // It goes on from its checkpoint.
        moving.held.clear();
      }
      this.#report([view]);
    });
  }

  /**
   * Moves the view on, whoever or whatever has stopped it; an event that stood in its way is tried again.
   * @throws ControlRefusedError `projection-unknown`.
   */
  resume(view: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#projectionOf(view);
      await this.#options.state.paused.resume(view);
      for (const moving of this.#movingOf(view)) await this.#goOn(moving);
      this.#report([view]);
    });
  }

  /**
   * Applies a parked document's waiting events again, in order. Answers where it stands still now, if it does.
   * @throws ControlRefusedError `projection-unknown`, `key-not-parked`; UnreadableEventError.
   */
  retry(view: string, key: string): Promise<ParkedKey | undefined> {
    return this.#inTurn(() => this.#retry(view, key));
  }

  /**
   * Leaves the event that a document stands still at out of its fold for good, then retries.
   * @throws as `retry` does.
   */
  drop(view: string, key: string, { by, why }: Decision): Promise<ParkedKey | undefined> {
    return this.#inTurn(async () => {
      const { skipped, clock } = this.#options.state;
      const { event } = this.#parkedIn(view, key)[1];
      await skipped.add({ view, key, event, by, why, at: clock.now().toISOString() });
      return this.#retry(view, key);
    });
  }

  async #prepare(): Promise<void> {
    const stored = await this.#options.store.builds();
    await this.#options.state.parked.keepOnly(stored);
    for (const projection of this.#options.projections) {
      const builds = stored.filter(({ view }) => view === projection.view.name);
      await this.#prepareView(projection, builds);
    }
    this.#report(this.#options.projections.map(({ view }) => view.name));
  }

  /** The view's builds to move on. One of another version only serves: today's projection does not write to it. */
  async #prepareView(projection: AnyProjection, stored: readonly Build[]): Promise<void> {
    const { name, version } = projection.view;
    const current: Moving[] = [];
    for (const build of stored) {
      const isOfUse = build.serving || build.version === version;
      if (!isOfUse || !(await this.#isOfThisLog(build.checkpoint))) {
        await this.#discard(build);
        continue;
      }
      if (build.serving) this.#serving.set(name, build);
      if (build.version === version) current.push(movingOf(projection, build));
    }
    if (current.length === 0) current.push(await this.#begin(projection));
    for (const moving of current) this.#moving.add(moving);
    for (const moving of current) await this.#goOn(moving);
  }

  /** Where a log was copied, restored or cut short, no such event stands at the checkpoint. */
  async #isOfThisLog(checkpoint: Checkpoint | undefined): Promise<boolean> {
    if (checkpoint === undefined) return true;
    const event = await this.#options.reader.eventAt(checkpoint.position);
    return event?.id === checkpoint.eventId;
  }

  async #begin(projection: AnyProjection): Promise<Moving> {
    const build = await this.#options.store.begin(projection.view);
    // Of a build of that number in a views file that is no more.
    await this.#options.state.parked.forget(build);
    const moving = { ...movingOf(projection, build), isEmpty: true };
    this.#moving.add(moving);
    return moving;
  }

  async #discard(build: Build): Promise<void> {
    await this.#options.store.discard(build);
    await this.#options.state.parked.forget(build);
  }

  /** Lets a build be moved on, unless its view is paused. */
  async #goOn(moving: Moving): Promise<void> {
    const { view } = moving.build;
    if (this.#options.state.paused.of(view) !== undefined) return;
    const { parked } = this.#options.state;
    for (const { key, stopsRebuild } of parked.of(moving.build).values()) {
      if (stopsRebuild) await parked.release(moving.build, key);
    }
    delete moving.stoppedBy;
    await this.#enter(moving);
  }

  /** Into the lane that stands where the build does, or one of its own. */
  async #enter(moving: Moving): Promise<void> {
    const lanes = [...this.#lanes.keys()];
    if (lanes.some(({ members }) => members.has(moving))) return;
    const at = moving.build.checkpoint?.position;
    const found = lanes.find(({ position }) => position === at);
    const lane = found ?? new Lane(at);
    lane.members.add(moving);
    if (found === undefined) this.#startLane(lane);
    else if (found.isCaughtUp) await this.#promote(moving);
  }

  #leave(moving: Moving): void {
    for (const lane of this.#lanes.keys()) {
      if (lane.members.delete(moving) && lane.members.size === 0) this.#endLane(lane);
    }
  }

  #startLane(lane: Lane): void {
    const run = this.#runLane(lane).catch((error: unknown) => {
      this.#failing.reject(error);
    });
    this.#lanes.set(lane, run);
  }

  #endLane(lane: Lane): void {
    lane.ending.abort();
    this.#lanes.delete(lane);
  }

  async #runLane(lane: Lane): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, lane.ending.signal]);
    const subscription = this.#options.reader.subscribe({ after: lane.position, signal });
    const size = new BatchSize();
    for await (const batch of gathered(subscription, size)) {
      const started = performance.now();
      const decoded = await this.#decode(batch.events);
      await this.#inTurn(() => this.#advance(lane, batch, decoded));
      if (signal.aborted) return;
      if (batch.caughtUp) continue;
      size.took(performance.now() - started);
      // Else nothing else of this thread would have its turn before the log's end.
      await new Promise(setImmediate);
    }
  }

  async #advance(lane: Lane, batch: EventBatch, decoded: Decoded): Promise<void> {
    const { events, caughtUp } = batch;
    const views = [...lane.members].map(({ build }) => build.view);
    if (events.length > 0) await this.#move(lane, batch, decoded);
    else if (caughtUp) await this.#write([...lane.members]);
    lane.position = events.at(-1)?.position ?? lane.position;
    lane.isCaughtUp = caughtUp;
    if (caughtUp) {
      for (const moving of [...lane.members]) await this.#promote(moving);
      this.#join(lane);
    }
    this.#report(views);
  }

  /** Lanes that have come to stand at one place become one. */
  #join(lane: Lane): void {
    const { position, members } = lane;
    const other = [...this.#lanes.keys()].find(
      (each) => each !== lane && each.isCaughtUp && each.position === position,
    );
    if (other === undefined) return;
    for (const moving of members) other.members.add(moving);
    this.#endLane(lane);
  }

  /** One at a time: no lane writes to a build that another has just replaced, and nothing is decided meanwhile. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
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

  /** Folds the events for each build, up to what stands in its way, and writes what is due. */
  async #move(lane: Lane, { events, caughtUp }: EventBatch, decoded: Decoded): Promise<void> {
    const { state } = this.#options;
    const members = [...lane.members];
    for (const moving of members) {
      const {
        documents,
        waiting,
        obstacle = decoded.obstacle,
      } = await project(
        moving.projection,
        decoded.events,
        (keys) => this.#load(moving, keys),
        this.#rulesOf(moving.build),
      );
      if (waiting.length > 0) await state.parked.park(moving.build, waiting);
      if (obstacle !== undefined) await this.#stop(moving, obstacle);
      const last = events.slice(0, obstacle && startOfAppend(events, obstacle)).at(-1);
      if (last === undefined) continue;
      const checkpoint = { position: last.position, eventId: last.id };
      moving.held.hold(documents, checkpoint, this.#elapsed());
      moving.events += events.length;
    }
    const isMuch = [...this.#moving].reduce((sum, { held }) => sum + held.size, 0) > MOST_HELD;
    await this.#write(
      members.filter(
        ({ build, stoppedBy, held }) =>
          build.serving ||
          caughtUp ||
          stoppedBy !== undefined ||
          isMuch ||
          held.isOld(this.#elapsed()),
      ),
    );
    if (decoded.events.some(({ event }) => event.type === 'PersonalDataErased')) this.#scrub();
  }

  /** What is held of them, and what else is stored. */
  async #load(
    { build, held, isEmpty }: Moving,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, StoredDocument>> {
    const others = isEmpty ? [] : keys.filter((key) => held.get(key) === undefined);
    const documents = new Map(
      others.length === 0 ? undefined : await this.#options.store.load(build, others),
    );
    for (const key of keys) {
      const document = held.get(key);
      if (document !== undefined) documents.set(key, document);
    }
    return documents;
  }

  /** Writes what is held of these builds. */
  async #write(due: readonly Moving[]): Promise<void> {
    const writes = new Map<Moving, BuildWrite>();
    for (const moving of due) {
      const { build, held } = moving;
      const { checkpoint } = held;
      if (checkpoint !== undefined)
        writes.set(moving, { build, documents: held.documents(), checkpoint });
      moving.isEmpty &&= checkpoint === undefined;
    }
    if (writes.size > 0) await this.#options.store.write([...writes.values()]);
    for (const [moving, { checkpoint }] of writes) {
      moving.held.clear();
      moving.build = { ...moving.build, checkpoint };
      if (moving.build.serving) this.#serving.set(moving.build.view, moving.build);
      await this.#purge(moving, checkpoint.position);
    }
  }

  /** Forgets what was removed long ago, so that a view's file stays as large as what it holds. */
  async #purge({ build, purging }: Moving, reached: Position): Promise<void> {
    const upTo = purging.reached(reached, this.#elapsed());
    if (upTo !== undefined) purging.forgot(await this.#options.store.purge(build, upTo));
  }

  #elapsed(): number {
    return this.#options.elapsed?.() ?? performance.now();
  }

  /** Has what was erased gone from the store's files, tried again while readers keep it there. */
  #scrub(): void {
    const { store } = this.#options;
    const { signal } = this.#stopping;
    const until = async (): Promise<void> => {
      while (!signal.aborted && (await store.scrub?.()) === false) {
        await setTimeout(SCRUB_AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    };
    // Where the disk fails it, the next start does it.
    this.#scrubbing = this.#scrubbing.then(until).catch(() => undefined);
  }

  async #stop(moving: Moving, obstacle: Obstacle): Promise<void> {
    moving.stoppedBy = obstacle;
    this.#leave(moving);
    const { event, key, error } = obstacle;
    if (key === undefined || moving.build.serving) return;
    const name = { id: event.id, type: event.type, position: event.position };
    await this.#options.state.parked.stopRebuild(moving.build, key, name, messageOf(error));
  }

  #rulesOf(build: Build): Rules {
    const { parked, skipped } = this.#options.state;
    const keys = parked.of(build);
    const serving = this.#serving.get(build.view);
    const known = build.serving || serving === undefined ? undefined : parked.of(serving);
    return {
      isSkipped: (key, eventId) => skipped.has(build.view, key, eventId),
      parkedAt: (key) => keys.get(key)?.event.position,
      mayPark: (key, eventId, others) =>
        keys.size + others < MAX_PARKED_KEYS &&
        (known === undefined || known.get(key)?.event.id === eventId),
    };
  }

  /** Lets a build serve that has reached the log's end, once it is as far as the one that serves. */
  async #promote(moving: Moving): Promise<void> {
    const { store, state } = this.#options;
    const { build, stoppedBy } = moving;
    if (build.serving || stoppedBy !== undefined) return;
    const before = this.#serving.get(build.view);
    const served = before?.checkpoint?.position;
    const reached = build.checkpoint?.position;
    if (served !== undefined && (reached === undefined || reached < served)) return;
    await store.promote(build);
    moving.build = { ...build, serving: true };
    this.#serving.set(build.view, moving.build);
    for (const other of this.#movingOf(build.view)) {
      if (other === moving) continue;
      this.#leave(other);
      this.#moving.delete(other);
    }
    if (before !== undefined) await state.parked.forget(before);
  }

  async #retry(view: string, key: string): Promise<ParkedKey | undefined> {
    const { parked } = this.#options.state;
    const [moving, { event, stopsRebuild }] = this.#parkedIn(view, key);
    await this.#write([moving]);
    const { build } = moving;
    if (stopsRebuild) {
      await this.#goOn(moving);
    } else if (build.checkpoint !== undefined && build.checkpoint.position >= event.position) {
      await this.#applyWaiting(moving, key);
    }
    this.#report([view]);
    return parked.of(build).get(key);
  }

  /** What a document's waiting events make of it, up to one that it cannot take. */
  async #applyWaiting({ projection, build }: Moving, key: string): Promise<void> {
    const { store, state } = this.#options;
    const rules = {
      isSkipped: (_: string, eventId: string) => state.skipped.has(build.view, key, eventId),
      parkedAt: () => undefined,
      mayPark: () => true,
    };
    const { checkpoint } = build;
    if (checkpoint === undefined) return;
    for await (const event of state.parked.waiting(build, key)) {
      const recorded = await this.#recordedAt(event);
      const { documents, waiting } = await project(
        { ...projection, keysOf: () => [key] },
        [recorded],
        (keys) => store.load(build, keys),
        rules,
      );
      if (documents.length > 0) await store.write([{ build, documents, checkpoint }]);
      const [stuck] = waiting;
      if (stuck?.error !== undefined) {
        await state.parked.advance(build, key, event, stuck.error);
        return;
      }
    }
    await state.parked.release(build, key);
  }

  async #recordedAt({ id, position }: EventName): Promise<Recorded> {
    const stored = await this.#options.reader.eventAt(position);
    if (stored?.id !== id) throw new UnreadableEventError(`Event ${id} is not at ${position}.`);
    return (await this.#options.decode(stored)) as Recorded;
  }

  /** The build that a document stands still in, the one that serves before its rebuild, and where. */
  #parkedIn(view: string, key: string): readonly [Moving, ParkedKey] {
    this.#projectionOf(view);
    const { parked } = this.#options.state;
    const moving = this.#movingOf(view).toSorted(
      (a, b) => Number(b.build.serving) - Number(a.build.serving),
    );
    for (const each of moving) {
      const found = parked.of(each.build).get(key);
      if (found !== undefined) return [each, found];
    }
    throw new ControlRefusedError('key-not-parked', `${view} has not parked the key ${key}.`);
  }

  #projectionOf(view: string): AnyProjection {
    const found = this.#options.projections.find((each) => each.view.name === view);
    if (found !== undefined) return found;
    const names = this.#options.projections.map((each) => each.view.name).join(', ');
    throw new ControlRefusedError(
      'projection-unknown',
      `There is no projection ${view}: there are ${names}.`,
    );
  }

  #movingOf(view: string): readonly Moving[] {
    return [...this.#moving].filter(({ build }) => build.view === view);
  }

  #report(views: readonly string[]): void {
    const statuses = [...new Set(views)].map((view) => this.#statusOf(view));
    for (const status of statuses) this.#progress.update(status);
    if (statuses.length > 0) this.#options.onProgress?.(statuses);
  }

  #statusOf(view: string): ViewStatus {
    const { paused, parked } = this.#options.state;
    const moving = this.#movingOf(view);
    const serving = this.#serving.get(view);
    const live = moving.find(({ build }) => build.serving);
    const beside = moving.find(({ build }) => !build.serving);
    const heldBy = paused.of(view)?.by;
    const stoppedBy = (live ?? beside)?.stoppedBy;
    const keys = serving === undefined ? [] : [...parked.of(serving).keys()];
    return {
      view,
      ...pauseOf(heldBy, stoppedBy, live),
      ...(serving?.checkpoint === undefined ? {} : { position: serving.checkpoint.position }),
      ...(serving === undefined ? {} : { version: serving.version }),
      events: (live?.events ?? 0) + (beside?.events ?? 0),
      ...(keys.length === 0 ? {} : { parked: keys }),
      ...(beside === undefined ? {} : { rebuild: rebuildOf(beside) }),
    };
  }
}

function movingOf(projection: AnyProjection, build: Build): Moving {
  const [held, purging] = [new HeldDocuments(), new Purging()];
  return { projection, build, events: 0, isEmpty: false, held, purging };
}

function pauseOf(
  heldBy: string | undefined,
  stoppedBy: Obstacle | undefined,
  live: Moving | undefined,
): Pick<ViewStatus, 'state' | 'pausedBy' | 'reason'> {
  if (heldBy !== undefined) {
    return { state: 'paused', pausedBy: 'operator', reason: `paused by ${heldBy}` };
  }
  if (stoppedBy !== undefined) {
    return { state: 'paused', pausedBy: 'event', reason: reasonOf(stoppedBy) };
  }
  return { state: live === undefined ? 'building' : 'live' };
}

function rebuildOf({ build, held, stoppedBy }: Moving): RebuildStatus {
  const { version } = build;
  const checkpoint = held.checkpoint ?? build.checkpoint;
  return {
    version,
    ...(checkpoint === undefined ? {} : { position: checkpoint.position }),
    ...(stoppedBy === undefined ? {} : { stoppedBy: reasonOf(stoppedBy) }),
  };
}

function reasonOf({ event, error }: Obstacle): string {
  return `${event.type} ${event.id} at ${event.position}: ${messageOf(error)}`;
}

/** Waiting would not help: the log or the keys must be put right, or Tierbook upgraded. */
function isUnreadable(error: unknown): boolean {
  return error instanceof UnreadableEventError || error instanceof MissingPersonalKeyError;
}
