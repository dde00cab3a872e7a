import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './configuration';

export type { Logger } from 'pino';

const STANDARD_OUTPUT = 1;
/** Bytes that are not kept for the end of the turn. */
const LARGEST_WRITE = 8_192;

/**
 * One JSON object a line on standard output. What is logged is named field by field where it is logged:
 * no request, header, body or event is ever given to it whole.
 */
export function createLogger(level: LogLevel): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, new LinesOfATurn());
}

/**
 * Standard output, to which the lines of one turn of the event loop are written at once, as each writing is a call of
 * the operating system. Whatever ends the process from within, they are written before.
 */
class LinesOfATurn implements DestinationStream {
  private readonly output = pino.destination({ dest: STANDARD_OUTPUT, minLength: LARGEST_WRITE });
  private isDue = false;

  constructor() {
    process.once('exit', () => {
      this.flushSync();
    });
  }

  write(line: string): void {
    this.output.write(line);
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.output.flush();
    });
  }

  /** Writes what is left, and waits for the disk; pino calls it after a fatal line. */
  flushSync(): void {
    this.output.flushSync();
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
