import type { Instant } from '@tierbook/domain';
import type { Clock, ProcessManager, RecordedEvent } from '@tierbook/eventing';
import { DueQueue } from './due-queue';

/** Something that is to happen at a time: what it is of, and when, `null` for never any more. */
export interface Due {
  readonly key: string;
  readonly at: Instant | null;
}

/** One kind of things that happen at their time, such as renewals. */
export interface Schedule {
  /** Names its keys apart from those of other schedules. */
  readonly name: string;
  readonly reactsTo: ReadonlySet<string>;
  /** What an event makes due. */
  readonly dueBy: (recorded: RecordedEvent) => readonly Due[];
  /**
   * Lets happen what is due by `now`, if anything is, and answers when this key is due next. It asks the
   * current state, so that waking it too early or twice changes nothing.
   */
  readonly wake: (key: string, now: Date) => Promise<Instant | null>;
}

/**
 * Wakes schedules when their time has come. What is due is known from events alone: a process that
 * starts reads them all again, so its checkpoint is not to be kept.
 */
export class Scheduler implements ProcessManager {
  readonly name = 'scheduler';
  readonly reactsTo: ReadonlySet<string>;
  private readonly queues: ReadonlyMap<Schedule, DueQueue>;

  constructor(
    private readonly clock: Clock,
    schedules: readonly Schedule[],
    private readonly onFailure: (schedule: string, key: string, error: unknown) => void,
  ) {
    this.reactsTo = new Set(schedules.flatMap(({ reactsTo }) => [...reactsTo]));
    this.queues = new Map(schedules.map((schedule) => [schedule, new DueQueue()]));
  }

  react(recorded: RecordedEvent): Promise<void> {
    for (const [schedule, queue] of this.queues) {
      if (!schedule.reactsTo.has(recorded.event.type)) continue;
      for (const { key, at } of schedule.dueBy(recorded)) set(queue, key, at);
    }
    return Promise.resolve();
  }

  /**
   * Wakes all that is due by the clock's time, until told to stop. What fails is told and tried again by
   * the next tick.
   */
  async tick(signal?: AbortSignal): Promise<void> {
    const now = this.clock.now();
    for (const [schedule, queue] of this.queues) {
      const failed: string[] = [];
      for (let key = queue.take(now.getTime()); key !== undefined;) {
        try {
          set(queue, key, await schedule.wake(key, now));
        } catch (error) {
          this.onFailure(schedule.name, key, error);
          failed.push(key);
        }
        key = signal?.aborted === true ? undefined : queue.take(now.getTime());
      }
      for (const key of failed) queue.set(key, now.getTime());
    }
  }
}

function set(queue: DueQueue, key: string, at: Instant | null): void {
  queue.set(key, at === null ? null : Date.parse(at));
}
