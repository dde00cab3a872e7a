import { join } from 'node:path';

/** How the service runs. Everything is a variable of the environment; README.md has the table. */
export interface Configuration {
  /** Loopback only, keys made in the data directory. Never for production. */
  readonly development: boolean;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly eventStoreUrl: string;
  readonly readStoreUrl: string;
  readonly stateStoreUrl: string;
  readonly keyStoreUrl: string;
  /** Where people reach the service: invitation links and token issuer. No trailing slash. */
  readonly publicUrl: string;
  /** Begins every stream's name, so that one log can hold several deployments. */
  readonly namespace: string;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A setting is wrong. The message is one line that names it and says what it should be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration.
 * @throws ConfigurationError naming the first setting that cannot be used.
 */
export function readConfiguration(env: Environment, mode: { development: boolean }): Configuration {
  const { development } = mode;
  const dataDir = textOf(env, 'DATA_DIR', './data');
  const port = portOf(env);
  const file = (name: string): string => `sqlite:${join(dataDir, name)}`;
  return {
    development,
    // Development has keys that nobody chose and tokens on the screen: it answers this machine only.
    host: development ? '127.0.0.1' : textOf(env, 'HOST', '0.0.0.0'),
    port,
    dataDir,
    eventStoreUrl: textOf(env, 'EVENT_STORE_URL', file('events.db')),
    readStoreUrl: textOf(env, 'READ_STORE_URL', file('views.db')),
    stateStoreUrl: textOf(env, 'STATE_STORE_URL', file('state.db')),
    keyStoreUrl: textOf(env, 'KEY_STORE_URL', file('keys.db')),
    publicUrl: publicUrlOf(env, `http://localhost:${String(port)}`),
    namespace: namespaceOf(env),
    logLevel: logLevelOf(env),
  };
}

function textOf(env: Environment, name: string, otherwise: string): string {
  const value = env[name];
  return value === undefined || value === '' ? otherwise : value;
}

function portOf(env: Environment): number {
  const text = textOf(env, 'PORT', '3000');
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new ConfigurationError(`PORT is '${text}': give a number from 0 (any free one) to 65535.`);
}

function publicUrlOf(env: Environment, otherwise: string): string {
  const text = textOf(env, 'PUBLIC_URL', otherwise);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw new ConfigurationError(
    `PUBLIC_URL is '${text}': give the http(s) URL under which people reach this service.`,
  );
}

function namespaceOf(env: Environment): string {
  const text = textOf(env, 'STREAM_NAMESPACE', 'tierbook');
  if (/^[a-z][a-z0-9]{0,30}$/.test(text)) return text;
  throw new ConfigurationError(
    `STREAM_NAMESPACE is '${text}': give 1-31 lower-case letters and digits, a letter first.`,
  );
}

function logLevelOf(env: Environment): LogLevel {
  const text = textOf(env, 'LOG_LEVEL', 'info');
  const level = LOG_LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  throw new ConfigurationError(`LOG_LEVEL is '${text}': give one of ${LOG_LEVELS.join(', ')}.`);
}

/**
 * The path in a `sqlite:` URL.
 * @throws ConfigurationError for a URL of an engine that this version does not have.
 */
export function sqlitePathOf(setting: string, url: string): string {
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(url)?.[1];
  if (path !== undefined) return path;
  throw new ConfigurationError(
    `${setting} is '${schemeOf(url)}...': this version has the embedded engine only, sqlite:<path>.`,
  );
}

/** Only the scheme is shown: the rest may hold a password. */
function schemeOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? url.slice(0, 8);
}

/**
 * Checks that the engines let the projector run as a process of its own.
 * @throws ConfigurationError on the embedded engine, whose projector is a thread of the api process.
 */
export function requireSeparateProjector({ eventStoreUrl }: Configuration): void {
  sqlitePathOf('EVENT_STORE_URL', eventStoreUrl);
  throw new ConfigurationError(
    'On the embedded engine the projector runs inside the api process: start that with `npm run start:api`, and nothing else is needed.',
  );
}
