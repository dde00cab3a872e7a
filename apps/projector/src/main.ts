import { setTimeout as pause } from 'node:timers/promises';
import { StoreFullError, StoreUnavailableError } from '@tierbook/eventing';
import { keysFromEnvironment } from '@tierbook/identity';
import {
  createLogger,
  readConfiguration,
  requireSeparateProjector,
  startProjectorProcess,
  type Logger,
} from '@tierbook/platform';

const RETRY_MS = 1_000;

/** Failures that a person can put right: said in one line, without a stack. */
const EXPECTED = new Set([
  'ConfigurationError',
  'KeyFileError',
  'StoreRefusedError',
  'MissingPersonalKeyError',
]);

/** Builds the views for all api processes; of several of these, one does at a time. */
async function main(): Promise<void> {
  const configuration = readConfiguration(process.env, { development: false });
  requireSeparateProjector(configuration);
  const keys = keysFromEnvironment(process.env);
  const logger = createLogger(configuration.logLevel);
  const projector = await whenThere(
    () => startProjectorProcess(configuration, keys, logger),
    logger,
  );
  const stop = (): void => {
    projector.stop().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.fatal({ err }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  logger.info('ready to build the views');
  await projector.ended;
}

/** A store on another machine may be away, or full, when this process starts: it is waited for. */
async function whenThere<T>(open: () => Promise<T>, logger: Logger): Promise<T> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!passes(error)) throw error;
      logger.warn({ reason: error.message }, 'waiting for a store');
      await pause(RETRY_MS);
    }
  }
}

function passes(error: unknown): error is Error {
  return error instanceof StoreUnavailableError || error instanceof StoreFullError;
}

main().catch((error: unknown) => {
  const expected = error instanceof Error && EXPECTED.has(error.name);
  console.error(expected ? error.message : error);
  process.exit(1);
});
