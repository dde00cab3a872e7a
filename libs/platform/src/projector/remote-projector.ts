import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailableError, type Position } from '@tierbook/eventing';
import {
  PROJECTIONS,
  ViewBehindError,
  type ControlRequest,
  type ParkedKey,
  type ReadStore,
} from '@tierbook/read-models';
import type { StateStore, StateValue } from '@tierbook/state';
import { DEFAULT_WAIT_MS, type Projector, type ProjectorStatus } from './projector';
import { errorOf, type Failure } from './projector-messages';

/** Where the process that builds the views says how they stand, and hears what is asked of it. */
export const PROJECTOR = 'projector';
export const STATUS = 'status';
export const REQUESTS = 'projector-requests';
export const ANSWERS = 'projector-answers';

/** How often the projector says how it stands, and is listened to. */
export const STATUS_MS = 500;
/** A projector that has said nothing for so long does not run. */
const SILENT_MS = 5_000;
const LOOK_MS = 20;
const ANSWER_MS = 10_000;

/** What the projector answers to something asked. */
export type ProjectorAnswer = { readonly done: ParkedKey | null } | { readonly refused: Failure };

const UNHEARD: ProjectorStatus = {
  thread: 'restarting',
  failures: 0,
  views: PROJECTIONS.map(({ view }) => ({
    view: view.name,
    state: 'building',
    events: 0,
    eventsPerSecond: 0,
  })),
};

/** The projector as a process of its own: known by what it writes to the state store and to the views. */
export class RemoteProjector implements Projector {
  readonly #state: StateStore;
  readonly #views: ReadStore;
  readonly #ending = new AbortController();
  readonly #listening: Promise<void>;
  #status = UNHEARD;
  #version: number | undefined;
  #heardAt = -Infinity;

  private constructor(state: StateStore, views: ReadStore) {
    this.#state = state;
    this.#views = views;
    this.#listening = this.#listen();
  }

  static async start(state: StateStore, views: ReadStore): Promise<RemoteProjector> {
    const projector = new RemoteProjector(state, views);
    await projector.#hear();
    return projector;
  }

  async waitFor(name: string, position: Position, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    const view = PROJECTIONS.find((each) => each.view.name === name)?.view;
    if (view === undefined) throw new RangeError(`There is no view ${name}.`);
    const last = performance.now() + timeoutMs;
    for (;;) {
      const reached = await this.#views.positionOf(view).catch((error: unknown) => {
        if (error instanceof ViewBehindError) return undefined;
        throw error;
      });
      if (reached !== undefined && reached >= position) return;
      const { state, reason } = this.status().views.find((each) => each.view === name) ?? {};
      if (state === 'paused') throw new ViewBehindError(name, `stands still (${String(reason)})`);
      if (performance.now() >= last) {
        throw new ViewBehindError(name, `has not reached position ${position} yet`);
      }
      await pause(LOOK_MS);
    }
  }

  status(): ProjectorStatus {
    const isSilent = performance.now() - this.#heardAt > SILENT_MS;
    return isSilent ? { ...this.#status, thread: 'restarting' } : this.#status;
  }

  parkedIn(view: string): ReadonlySet<string> | undefined {
    const { parked } = this.#status.views.find((each) => each.view === view) ?? {};
    return parked === undefined ? undefined : new Set(parked);
  }

  get hasParked(): boolean {
    return this.#status.views.some(({ parked }) => parked !== undefined);
  }

  async control(request: ControlRequest): Promise<ParkedKey | undefined> {
    const id = randomUUID();
    await this.#state.put(REQUESTS, id, { ...request });
    const last = performance.now() + ANSWER_MS;
    while (performance.now() < last) {
      const answered = await this.#state.get<StateValue>(ANSWERS, id);
      if (answered !== undefined) {
        await this.#state.remove(ANSWERS, id);
        await this.#hear();
        const answer = answered.value as unknown as ProjectorAnswer;
        if ('refused' in answer) throw errorOf(answer.refused);
        return answer.done ?? undefined;
      }
      await pause(LOOK_MS * 5);
    }
    await this.#state.remove(REQUESTS, id);
    throw new StoreUnavailableError('No projector runs now: start one.');
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await pause(STATUS_MS, undefined, { signal }).catch(() => undefined);
      // What cannot be heard now is heard later; meanwhile it is silent.
      await this.#hear().catch(() => undefined);
    }
  }

  async #hear(): Promise<void> {
    const said = await this.#state.get<StateValue>(PROJECTOR, STATUS);
    if (said === undefined || said.version === this.#version) return;
    // What was said before this process listened may be old.
    if (this.#version !== undefined) this.#heardAt = performance.now();
    this.#version = said.version;
    this.#status = said.value as unknown as ProjectorStatus;
  }
}
