import type { Clock } from '@tierbook/eventing';

/** One kind of things that happen at their time, such as renewals. */
export interface Schedule {
  readonly name: string;
  /**
   * What is due by `now`, as far as the views know, the longest due first. A view may lag, so that a key
   * comes late by its lag, or once more after it was woken.
   */
  readonly due: (now: Date) => AsyncIterable<string>;
  /**
   * Lets happen all that is due by `now`, if anything is. It asks the current state, so that waking a key
   * too early or twice changes nothing.
   */
  readonly wake: (key: string, now: Date) => Promise<void>;
}

/**
 * Wakes schedules when their time has come. It keeps nothing: what is due is asked of the views at each
 * tick, and whether it is, decided on current state.
 */
export class Scheduler {
  constructor(
    private readonly clock: Clock,
    private readonly schedules: readonly Schedule[],
    /** Told what failed and will be tried again by the next tick; `key` is missing where asking for keys did. */
    private readonly onFailure: (schedule: string, key: string | undefined, error: unknown) => void,
  ) {}

  /** Wakes all that is due by the clock's time, until told to stop. What fails holds back nothing else. */
  async tick(signal?: AbortSignal): Promise<void> {
    const now = this.clock.now();
    for (const schedule of this.schedules) {
      try {
        for await (const key of schedule.due(now)) {
          if (signal?.aborted === true) return;
          await this.wake(schedule, key, now);
        }
      } catch (error) {
        this.onFailure(schedule.name, undefined, error);
      }
    }
  }

  private async wake(schedule: Schedule, key: string, now: Date): Promise<void> {
    try {
      await schedule.wake(key, now);
    } catch (error) {
      this.onFailure(schedule.name, key, error);
    }
  }
}
