import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailedError } from './errors';

/** What `npm start` leaves for scripts in its data directory. */
export interface DevelopmentService {
  readonly baseUrl: string;
  readonly tokens: {
    readonly operator: string;
    readonly provider: string;
    readonly reseller: string;
  };
}

/** What a token says of itself, unverified. */
export interface TokenClaims {
  readonly iss?: string;
  readonly exp?: number;
  readonly organisation?: { readonly kind: string; readonly id?: string };
}

/**
 * The development service that was last started in this data directory; `undefined` where none was.
 * @throws CommandFailedError where its file cannot be used.
 */
export function readDevelopmentService(dataDir: string): DevelopmentService | undefined {
  const file = join(dataDir, 'development.json');
  const text = textOf(file);
  if (text === undefined) return undefined;
  const service = parsed(text);
  if (isDevelopmentService(service)) return service;
  throw new CommandFailedError(
    `${file} is not what \`npm start\` writes: run \`npm start\` again.`,
  );
}

/** The claims of a JWT (RFC 7519), which whoever receives it verifies; none where it is no JWT. */
export function claimsOf(token: string): TokenClaims {
  const [, payload = ''] = token.split('.');
  const claims = parsed(Buffer.from(payload, 'base64url').toString());
  return typeof claims === 'object' && claims !== null ? claims : {};
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isDevelopmentService(value: unknown): value is DevelopmentService {
  if (!hasText(value, 'baseUrl') || !('tokens' in value)) return false;
  return ['operator', 'provider', 'reseller'].every((name) => hasText(value.tokens, name));
}

function hasText(value: unknown, field: string): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Readonly<Record<string, unknown>>)[field] === 'string'
  );
}
