import type { StateStore } from '@tierbook/state';
import { recordsOf } from './state-records';

/** A view that somebody holds still. */
export interface PausedProjection {
  /** Who paused it: an opaque id. */
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

const PAUSED = 'paused-projections';

/** The views that are held still until they are resumed, also across restarts. */
export class PausedProjections {
  readonly #paused = new Map<string, PausedProjection>();

  private constructor(private readonly state: StateStore) {}

  static async open(state: StateStore): Promise<PausedProjections> {
    const paused = new PausedProjections(state);
    for await (const { key, value } of recordsOf<PausedProjection>(state, PAUSED)) {
      paused.#paused.set(key, value);
    }
    return paused;
  }

  of(view: string): PausedProjection | undefined {
    return this.#paused.get(view);
  }

  async pause(view: string, paused: PausedProjection): Promise<void> {
    await this.state.put(PAUSED, view, { ...paused });
    this.#paused.set(view, paused);
  }

  async resume(view: string): Promise<void> {
    await this.state.remove(PAUSED, view);
    this.#paused.delete(view);
  }
}
