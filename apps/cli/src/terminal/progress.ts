import { formatCount, formatDuration, formatRate } from './format';

/** Where progress is shown: standard error. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const LINE_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

/**
 * How far a long task is, with its rate and what time is left: one line drawn anew on a terminal, elsewhere
 * a line every ten seconds.
 */
export class Progress {
  /** When the first was done: what is prepared before it says nothing of the rest. */
  private startedAt: number | undefined;
  private shownAt = 0;
  private done = 0;

  /**
   * @param total where it is known.
   * @param now milliseconds, on a clock that never goes back.
   */
  constructor(
    private readonly label: string,
    private readonly total: number | undefined,
    private readonly target: ProgressTarget = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {}

  advance(count = 1): void {
    this.done += count;
    const now = this.now();
    if (this.startedAt === undefined) {
      this.startedAt = now;
      this.shownAt = now;
    }
    const isTerminal = this.target.isTTY === true;
    if (now - this.shownAt < (isTerminal ? REDRAW_MS : LINE_EVERY_MS)) return;
    this.shownAt = now;
    const line = this.line(now - this.startedAt);
    const fitting = line.slice(0, (this.target.columns ?? 80) - 1);
    this.target.write(isTerminal ? `${CLEAR_LINE}${fitting}` : `${line}\n`);
  }

  /** Takes the line off the terminal. */
  end(): void {
    if (this.target.isTTY === true) this.target.write(CLEAR_LINE);
  }

  private line(elapsed: number): string {
    const perSecond = (this.done * 1_000) / elapsed;
    if (this.total === undefined) {
      return [`${this.label} ${formatCount(this.done)}`, formatRate(perSecond)].join('  ');
    }
    const left = ((this.total - this.done) * elapsed) / this.done;
    const percent = Math.floor((this.done * 100) / this.total);
    return [
      `${this.label} ${formatCount(this.done)}/${formatCount(this.total)}`,
      `${percent}%`,
      formatRate(perSecond),
      `about ${formatDuration(left)} left`,
    ].join('  ');
  }
}
