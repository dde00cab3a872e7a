import { keysFromEnvironment, loadOrCreateDevelopmentKeys } from '@tierbook/identity';
import {
  ConfigurationError,
  createLogger,
  isNetworked,
  openTierbook,
  readConfiguration,
  writeServiceFile,
  type Logger,
} from '@tierbook/platform';
import { announceDevelopment, prepareDevelopment } from './development';
import { drain } from './drain';
import { createServer } from './server';
import { openWhenThere } from './waiting-room';

/** Failures that a person can put right: said in one line, without a stack. */
const EXPECTED = new Set([
  'ConfigurationError',
  'KeyFileError',
  'StoreLockedError',
  'StoreRefusedError',
  'StoreFullError',
  'StoreUnavailableError',
  'MissingPersonalKeyError',
  'UnreadableEventError',
]);

async function main(): Promise<void> {
  const configuration = readConfiguration(process.env, {
    development: isDevelopment(process.argv[2]),
  });
  const keys = configuration.development
    ? loadOrCreateDevelopmentKeys(configuration.dataDir)
    : keysFromEnvironment(process.env);
  const logger = createLogger(configuration.logLevel);
  const open = () =>
    openTierbook(configuration, keys, logger, (error) => {
      // The log's disk failed: what it holds is unknown until it is opened anew.
      logger.fatal({ err: error }, 'the event log failed');
      process.exit(1);
    });
  const tierbook = isNetworked(configuration)
    ? await openWhenThere(open, configuration, logger)
    : await open();
  const app = await createServer(tierbook, configuration, logger);
  const stop = stopOnce(logger, async () => {
    await drain(app);
    await tierbook.close();
  });
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const development = configuration.development
    ? await prepareDevelopment(app, tierbook)
    : undefined;
  await app.listen(configuration.port, configuration.host);
  const address = await app.getUrl();
  await writeServiceFile(configuration, address);
  logger.info({ address }, 'listening');
  if (development !== undefined) await announceDevelopment(development, configuration, address);
}

/** A mistyped mode must not pass for production. */
function isDevelopment(mode: string | undefined): boolean {
  if (mode === undefined || mode === 'development') return mode !== undefined;
  throw new ConfigurationError(`There is no mode '${mode}': give 'development', or nothing.`);
}

/** Stops accepting, lets what is under way finish, closes the stores, and ends with 0. */
function stopOnce(logger: Logger, close: () => Promise<void>): () => void {
  return () => {
    close().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.fatal({ err }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
}

function fail(error: unknown): void {
  const expected = error instanceof Error && EXPECTED.has(error.name);
  const portTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (portTaken)
    console.error('The port is taken: set PORT to another one, or stop what listens there.');
  else if (expected) console.error(error.message);
  else console.error(error);
  process.exit(1);
}

main().catch(fail);
