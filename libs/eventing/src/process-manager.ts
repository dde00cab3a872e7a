import type { RecordedEvent, StoredEvent } from './envelope';
import { StoreRefusedError } from './errors';
import type { EventCodec } from './event-codec';
import type { EventReader } from './event-store';
import type { Position } from './position';

/** How far a process manager has come: with the id of the event there, so that another log is noticed. */
export interface Checkpoint {
  readonly position: Position;
  readonly eventId: string;
}

/** Where checkpoints are kept: durable, outside log and views. */
export interface Checkpoints {
  load(name: string): Promise<Checkpoint | undefined>;
  save(name: string, checkpoint: Checkpoint): Promise<void>;
}

/**
 * Reacts to events with commands of its own. Its effects carry commandIds derived from the event,
 * so that reacting twice changes nothing the second time.
 */
export interface ProcessManager {
  readonly name: string;
  readonly reactsTo: ReadonlySet<string>;
  react(recorded: RecordedEvent): Promise<void>;
}

export interface ProcessManagerOptions {
  readonly reader: EventReader;
  readonly codec: EventCodec;
  readonly checkpoints: Checkpoints;
  /**
   * Told of a failure that will be tried again, and after how many milliseconds (0: at the next start). `at` is the event that was
   * being reacted to; empty where reading the log or saving the checkpoint failed.
   */
  readonly onRetry: (
    name: string,
    at: Partial<Pick<StoredEvent, 'id' | 'position'>>,
    error: unknown,
    delayMs: number,
  ) => void;
}

const SAVE_EVERY_MS = 1_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

/**
 * Runs one process manager over the log, in order, from its checkpoint, until stopped. Whatever fails is
 * tried again, ever more slowly: an event is never skipped.
 */
export class ProcessManagerRunner {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  /** The last event reacted to, or the checkpoint begun from. */
  private reached: Checkpoint | undefined;
  /** How far the log has nothing more for this manager. */
  private passed: Position | undefined;
  private saved: Checkpoint | undefined;
  private savedAt = -Infinity;
  private reactingTo: StoredEvent | undefined;
  private delayMs = FIRST_RETRY_MS;

  constructor(
    private readonly manager: ProcessManager,
    private readonly options: ProcessManagerOptions,
  ) {}

  /**
   * Begins after the last checkpoint, and goes on by itself until stopped.
   *
   * @throws StoreRefusedError when the checkpoint's event is not in this log.
   */
  async start(): Promise<void> {
    this.saved = await this.options.checkpoints.load(this.manager.name);
    if (this.saved !== undefined) await this.assertInLog(this.saved);
    this.reached = this.saved;
    this.running = this.run();
  }

  /** Lets the reaction under way finish and saves the checkpoint; where that fails, the next start goes on from an older one. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async assertInLog({ position, eventId }: Checkpoint): Promise<void> {
    const found = await this.options.reader.eventAt(position);
    if (found?.id === eventId) return;
    throw new StoreRefusedError(
      `The checkpoint of process manager ${this.manager.name} names event ${eventId} at ${position}, ` +
        'which is not in this log: log and state do not belong together. Restore both from one backup.',
    );
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.follow();
      } catch (error) {
        this.options.onRetry(this.manager.name, this.reactingTo ?? {}, error, this.delayMs);
        await this.pause(this.delayMs);
        this.delayMs = Math.min(this.delayMs * 2, LONGEST_RETRY_MS);
      }
    }
    // What is not saved, on a full disk perhaps, is reacted to again, which changes nothing.
    await this.save().catch((error: unknown) => {
      this.options.onRetry(this.manager.name, {}, error, 0);
    });
  }

  /** Reacts to what comes after the last event reached, until stopped or something fails. */
  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    const after = this.reached?.position;
    const types = this.manager.reactsTo;
    this.reactingTo = undefined;
    for await (const batch of this.options.reader.subscribe({ after, signal, types })) {
      for (const stored of batch.events) {
        if (signal.aborted) return;
        await this.react(stored);
        this.reached = { position: stored.position, eventId: stored.id };
      }
      this.passed = batch.upTo;
      if (performance.now() - this.savedAt >= SAVE_EVERY_MS) await this.save();
    }
  }

  private async react(stored: StoredEvent): Promise<void> {
    this.reactingTo = stored;
    await this.manager.react(await this.options.codec.decode(stored));
    this.reactingTo = undefined;
    this.delayMs = FIRST_RETRY_MS;
  }

  /** A start need not pass by again what was not for this manager. */
  private async moveOverOthers(): Promise<void> {
    const { passed, reached } = this;
    if (passed === undefined || (reached !== undefined && passed <= reached.position)) return;
    const event = await this.options.reader.eventAt(passed);
    if (event !== undefined) this.reached = { position: passed, eventId: event.id };
  }

  private pause(delayMs: number): Promise<void> {
    const { signal } = this.stopping;
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, delayMs);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  }

  private async save(): Promise<void> {
    await this.moveOverOthers();
    if (this.reached === undefined || this.reached === this.saved) return;
    await this.options.checkpoints.save(this.manager.name, this.reached);
    this.saved = this.reached;
    this.savedAt = performance.now();
  }
}
