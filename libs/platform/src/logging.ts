import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './configuration';

export type { Logger } from 'pino';

const STANDARD_OUTPUT = 1;
/** How long a line waits for others: what a kill may lose of them. */
const GATHERED_MS = 5;

/**
 * One JSON object a line on standard output. What is logged is named field by field where it is logged:
 * no request, header, body or event is ever given to it whole.
 */
export function createLogger(level: LogLevel): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    new GatheredLines(STANDARD_OUTPUT),
  );
}

/**
 * A file to which lines that come in quick succession are written at once, a few milliseconds late: each writing
 * wakes a thread, and is answered by one more turn of the event loop, which the next request would wait for.
 * Whatever ends the process from within, they are written before.
 */
export class GatheredLines implements DestinationStream {
  private readonly output: ReturnType<typeof pino.destination>;
  private lines = '';

  constructor(dest: number | string) {
    this.output = pino.destination({ dest, sync: false });
    process.once('exit', () => {
      this.flushSync();
    });
  }

  write(line: string): void {
    if (this.lines === '') {
      setTimeout(() => {
        this.handOver();
      }, GATHERED_MS);
    }
    this.lines += line;
  }

  /** Writes what is left, and waits for the disk; pino calls it after a fatal line. */
  flushSync(): void {
    this.handOver();
    this.output.flushSync();
  }

  /** The output writes by itself what it is given while it writes. */
  private handOver(): void {
    if (this.lines !== '') this.output.write(this.lines);
    this.lines = '';
  }
}

/** Nest's own messages, through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }

  fatal(message: unknown, context?: string): void {
    this.logger.fatal({ context }, String(message));
  }
}
