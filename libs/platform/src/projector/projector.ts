import type { Position } from '@tierbook/eventing';
import type { ControlRequest, ParkedKey, ViewStatus } from '@tierbook/read-models';

export interface ProjectorStatus {
  /** `restarting`: it failed and is started again shortly; views stand still meanwhile. */
  readonly thread: 'running' | 'restarting' | 'stopped';
  /** Since it was started. */
  readonly failures: number;
  readonly lastFailure?: string;
  readonly views: readonly MovingViewStatus[];
}

/** How a view stands, and how fast it is moved. */
export interface MovingViewStatus extends ViewStatus {
  /** Over the last ten seconds; a rebuild's beside it included. */
  readonly eventsPerSecond: number;
}

/** What builds the views, as those see it who read them: a thread of this process, or another process. */
export interface Projector {
  /**
   * Resolves once the view reflects the position, which is one of this log and not beyond its head.
   * @throws ViewBehindError when it does not within `timeoutMs`, or the view is paused.
   */
  waitFor(view: string, position: Position, timeoutMs?: number): Promise<void>;
  status(): ProjectorStatus;
  /** The keys of a view's documents that stand still before an event; `undefined` where none does. */
  parkedIn(view: string): ReadonlySet<string> | undefined;
  /** Whether any document of any view stands still. */
  readonly hasParked: boolean;
  /**
   * Has it do something.
   * @throws ControlRefusedError; StoreUnavailableError while it does not run.
   */
  control(request: ControlRequest): Promise<ParkedKey | undefined>;
  stop(): Promise<void>;
}

/** The longest that a read waits for its view, unless told. */
export const DEFAULT_WAIT_MS = 5_000;
