import { setTimeout as wait } from 'node:timers/promises';
import { CommandFailedError } from './errors';

/** A command or a read, as it is sent. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** From `/v1`. */
  readonly path: string;
  readonly token: string;
  /** Required for what is not a GET: the same key again is the same outcome. */
  readonly key?: string;
  readonly body?: object;
}

/** The API refused what was sent; the message says which rule, and what to do. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(
    readonly status: number,
    readonly code: string,
    request: ApiRequest,
    detail: string,
  ) {
    super(`${request.method} ${request.path} was refused: ${code}. ${detail}`);
  }
}

/** How long a request is tried, and what with. */
export interface ApiClientOptions {
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

const ATTEMPTS = 10;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
const LONGEST_ASKED_WAIT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Statuses after which the same command with the same key may be sent again. */
const AGAIN = new Set([429, 500, 503]);

/**
 * Sends commands until their outcome is known: what fails on the way, and what the service asks to repeat
 * (429, 500, 503 with Retry-After, a conflict with other writers), is sent again with the same key.
 */
export class ApiClient {
  private readonly baseUrl: string;
  private readonly fetch: typeof fetch;
  private readonly wait: (milliseconds: number) => Promise<unknown>;

  constructor(options: ApiClientOptions) {
    this.baseUrl = options.baseUrl;
    this.fetch = options.fetch ?? fetch;
    this.wait = options.wait ?? wait;
  }

  /**
   * The answer's body.
   * @throws RefusedError; CommandFailedError when the service cannot be reached, or asks to wait too often.
   */
  async send(request: ApiRequest): Promise<Readonly<Record<string, unknown>>> {
    let last = '';
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const response = await this.attempt(request).catch((error: unknown) => reasonOf(error));
      if (typeof response === 'string') {
        last = response;
      } else {
        const body = await bodyOf(response);
        if (response.ok) return body;
        const code = textIn(body, 'code') ?? 'no-code';
        if (!AGAIN.has(response.status) && code !== 'write-contention') {
          throw new RefusedError(response.status, code, request, detailOf(body));
        }
        last = `it answered ${response.status} ${code}`;
      }
      const asked = typeof response === 'string' ? null : response.headers.get('retry-after');
      if (attempt < ATTEMPTS) await this.wait(waitBefore(attempt, asked));
    }
    throw new CommandFailedError(
      `${this.baseUrl} did not take ${request.method} ${request.path} in ${ATTEMPTS} attempts (${last}): ` +
        'see to the service, then run the same command again; it goes on where it stopped.',
    );
  }

  private attempt({ method, path, token, key, body }: ApiRequest): Promise<Response> {
    return this.fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  }
}

/** What the service asks for (RFC 9110, 10.2.3), else longer with each attempt; drawn apart, so that callers do not return together. */
export function waitBefore(attempt: number, retryAfter: string | null): number {
  const asked = retryAfter === null ? Number.NaN : millisecondsOf(retryAfter);
  if (asked >= 0) return Math.min(LONGEST_ASKED_WAIT_MS, asked) + Math.random() * FIRST_WAIT_MS;
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return longest * (0.5 + Math.random() / 2);
}

function millisecondsOf(retryAfter: string): number {
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1_000;
  return Math.max(0, Date.parse(retryAfter) - Date.now());
}

/** A body that cannot be read is none: the status alone decides then. */
async function bodyOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function detailOf(body: Readonly<Record<string, unknown>>): string {
  const errors = Array.isArray(body['errors']) ? (body['errors'] as unknown[]) : [];
  const fields = errors.flatMap((error) =>
    typeof error === 'object' && error !== null && 'pointer' in error && 'detail' in error
      ? [`${String(error.pointer)}: ${String(error.detail)}`]
      : [],
  );
  return [textIn(body, 'detail') ?? '', ...fields].join(' ').trim();
}

function textIn(body: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value = body[field];
  return typeof value === 'string' ? value : undefined;
}

/** `fetch` says only that it failed; why stands in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
