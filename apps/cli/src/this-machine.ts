import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keysFromEnvironment, type KeyMaterial } from '@tierbook/identity';
import { readConfiguration, type Configuration } from '@tierbook/platform';
import { claimsOf, readDevelopmentService } from './development-service';
import { CommandFailedError } from './errors';

const DEVELOPMENT_KEYS = 'keys.json';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration that a service started with the same environment would have.
 *
 * @param dataDir takes the place of DATA_DIR.
 * @throws ConfigurationError naming the setting that cannot be used.
 */
export function configurationHere(env: Environment, dataDir: string | undefined): Configuration {
  const settings = dataDir === undefined ? env : { ...env, DATA_DIR: dataDir };
  return readConfiguration(settings, { development: !namesKeyFile(env) });
}

/** What names a store by itself, wherever DATA_DIR is. */
const PLACES = [
  'EVENT_STORE_URL',
  'READ_STORE_URL',
  'STATE_STORE_URL',
  'KEY_STORE_URL',
  'AUDIT_CHECKPOINT_FILE',
] as const;

/**
 * As `configurationHere`; but where a data directory is given, such as a copy or a backup, all is read there and
 * nothing where the environment says that this machine's own service has it.
 */
export function configurationOf(env: Environment, dataDir: string | undefined): Configuration {
  if (dataDir === undefined) return configurationHere(env, dataDir);
  const places = Object.fromEntries(PLACES.map((name) => [name, '']));
  return configurationHere({ ...env, ...places }, dataDir);
}

/**
 * The keys that TIERBOOK_KEYS_FILE names, else those of development in the data directory. None are made.
 * @throws KeyFileError, CommandFailedError: one line that says what to do.
 */
export function keysHere(env: Environment, { dataDir }: Configuration): KeyMaterial {
  if (namesKeyFile(env)) return keysFromEnvironment(env);
  return developmentKeys(dataDir);
}

/** Where the keys of `keysHere` lie. */
export function keyFileHere(env: Environment, dataDir: string | undefined): string {
  const { dataDir: directory } = configurationHere(env, dataDir);
  return namesKeyFile(env) ? (env['TIERBOOK_KEYS_FILE'] ?? '') : join(directory, DEVELOPMENT_KEYS);
}

/**
 * The keys that `npm start` made in the data directory.
 * @throws KeyFileError, CommandFailedError: one line that says what to do.
 */
export function developmentKeys(dataDir: string): KeyMaterial {
  const file = join(dataDir, DEVELOPMENT_KEYS);
  if (existsSync(file)) return keysFromEnvironment({ TIERBOOK_KEYS_FILE: file });
  throw new CommandFailedError(
    `There are no keys in ${dataDir}: run \`npm start\` once, or name their file by TIERBOOK_KEYS_FILE.`,
  );
}

function namesKeyFile(env: Environment): boolean {
  return (env['TIERBOOK_KEYS_FILE'] ?? '') !== '';
}

/**
 * Who issues this machine's tokens: what PUBLIC_URL or PORT says; else what the development service's own
 * tokens say, as it may have been started on another port.
 */
export function issuerHere(env: Environment, { dataDir, publicUrl }: Configuration): string {
  const isSaid = [env['PUBLIC_URL'], env['PORT'], env['TIERBOOK_KEYS_FILE']].some(
    (value) => (value ?? '') !== '',
  );
  const service = isSaid ? undefined : readDevelopmentService(dataDir);
  return claimsOf(service?.tokens.operator ?? '').iss ?? publicUrl;
}
