import { isIP } from 'node:net';
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
  /** Where the last signed checkpoint of the audit log lies. */
  readonly auditCheckpointFile: string;
  /** Where people reach the service: invitation links and token issuer. No trailing slash. */
  readonly publicUrl: string;
  /** Begins every stream's name, so that one log can hold several deployments. */
  readonly namespace: string;
  readonly logLevel: LogLevel;
  /** Addresses and networks (CIDR) of the proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Origins of web pages that may call the API (CORS); none by default. */
  readonly corsOrigins: readonly string[];
  readonly rateLimits: RateLimitSettings;
}

/** Requests a second, in the long run. */
export interface RateLimitSettings {
  /** Of one caller: an organisation's agent or service. */
  readonly perCaller: number;
  /** From one address, or one IPv6 network of 64 bits. */
  readonly perAddress: number;
  /** From one address, with a token or a secret that is refused. */
  readonly refusedTokens: number;
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
    auditCheckpointFile: textOf(env, 'AUDIT_CHECKPOINT_FILE', join(dataDir, 'audit-checkpoint')),
    publicUrl: publicUrlOf(env, `http://localhost:${String(port)}`),
    namespace: namespaceOf(env),
    logLevel: logLevelOf(env),
    trustedProxies: listOf(env, 'TRUSTED_PROXIES', isAddressOrNetwork, 'addresses or networks'),
    corsOrigins: listOf(
      env,
      'CORS_ORIGINS',
      isOrigin,
      'origins such as https://portal.example.com',
    ),
    rateLimits: {
      perCaller: rateOf(env, 'RATE_LIMIT_PER_CALLER', '10000'),
      perAddress: rateOf(env, 'RATE_LIMIT_PER_ADDRESS', '20000'),
      refusedTokens: rateOf(env, 'RATE_LIMIT_REFUSED_TOKENS', '10'),
    },
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

function listOf(
  env: Environment,
  name: string,
  isOne: (text: string) => boolean,
  what: string,
): readonly string[] {
  const all = textOf(env, name, '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const wrong = all.find((each) => !isOne(each));
  if (wrong === undefined) return all;
  throw new ConfigurationError(`${name} names '${wrong}': give ${what}, separated by commas.`);
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const longest = { 4: 32, 6: 128 }[isIP(address)];
  if (longest === undefined || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function rateOf(env: Environment, name: string, otherwise: string): number {
  const text = textOf(env, name, otherwise);
  const rate = Number(text);
  if (/^\d{1,9}$/.test(text) && rate > 0) return rate;
  throw new ConfigurationError(`${name} is '${text}': give requests a second, 1 to 999999999.`);
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
export function schemeOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? url.slice(0, 8);
}

/**
 * Whether the views are built by processes of their own: where several processes can share every store. Development
 * does with one process.
 */
export function hasSeparateProjector(configuration: Configuration): boolean {
  return !configuration.development && storeUrls(configuration).every(isServer);
}

/** Whether a store is a server that may be away when this process starts. */
export function isNetworked(configuration: Configuration): boolean {
  return storeUrls(configuration).some(isServer);
}

function storeUrls(configuration: Configuration): readonly string[] {
  const { eventStoreUrl, readStoreUrl, stateStoreUrl, keyStoreUrl } = configuration;
  return [eventStoreUrl, readStoreUrl, stateStoreUrl, keyStoreUrl];
}

function isServer(url: string): boolean {
  return !url.startsWith('sqlite:');
}

/**
 * Checks that the engines let the projector run as a process of its own.
 * @throws ConfigurationError where a store is embedded: there it is a thread of the api process.
 */
export function requireSeparateProjector(configuration: Configuration): void {
  if (hasSeparateProjector(configuration)) return;
  throw new ConfigurationError(
    'Where a store is embedded (sqlite:), the projector runs inside the api process: start that with `npm run start:api`, and nothing else is needed.',
  );
}
