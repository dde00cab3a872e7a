import type { RecordedEvent } from './envelope';
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
  /** Told of a reaction that failed and will be tried again; after how many milliseconds. */
  readonly onRetry: (
    name: string,
    recorded: RecordedEvent,
    error: unknown,
    delayMs: number,
  ) => void;
}

const SAVE_EVERY_MS = 1_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

/** Runs one process manager over the log, in order, from its checkpoint, until stopped. */
export class ProcessManagerRunner {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private savedAt = 0;

  constructor(
    private readonly manager: ProcessManager,
    private readonly options: ProcessManagerOptions,
  ) {}

  /**
   * Begins after the last checkpoint. Once started it goes on by itself; the promise it returns ends
   * when it was stopped.
   *
   * @throws StoreRefusedError when the checkpoint's event is not in this log.
   */
  async start(): Promise<void> {
    const checkpoint = await this.options.checkpoints.load(this.manager.name);
    if (checkpoint !== undefined) await this.assertInLog(checkpoint);
    this.running = this.run(checkpoint?.position);
  }

  /** Lets the reaction under way finish and saves the checkpoint. */
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

  private async run(after: Position | undefined): Promise<void> {
    const { signal } = this.stopping;
    let reached: Checkpoint | undefined;
    for await (const batch of this.options.reader.subscribe({ after, signal })) {
      for (const stored of batch.events) {
        if (this.manager.reactsTo.has(stored.type)) {
          const done = await this.react(await this.options.codec.decode(stored));
          if (!done) return this.save(reached);
        }
        reached = { position: stored.position, eventId: stored.id };
      }
      if (Date.now() - this.savedAt >= SAVE_EVERY_MS) await this.save(reached);
    }
    await this.save(reached);
  }

  /** Tries until it works: an event is never skipped. Answers false when stopped before it worked. */
  private async react(recorded: RecordedEvent): Promise<boolean> {
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS)) {
      if (this.stopping.signal.aborted) return false;
      try {
        await this.manager.react(recorded);
        return true;
      } catch (error) {
        this.options.onRetry(this.manager.name, recorded, error, delayMs);
        await this.pause(delayMs);
      }
    }
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
    });
  }

  private async save(reached: Checkpoint | undefined): Promise<void> {
    if (reached === undefined) return;
    await this.options.checkpoints.save(this.manager.name, reached);
    this.savedAt = Date.now();
  }
}
