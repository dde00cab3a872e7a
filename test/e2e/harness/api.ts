import { randomUUID } from 'node:crypto';

/** One request and its answer, for checks over all of them. */
export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** As it was sent, where it was text. */
  readonly body?: string;
  readonly answer: Answer;
}

export interface ReadOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A position that a command answered: the answer reflects it. A view that stays behind for longer than one read waits
   * is asked again, as its `view-behind` says: how fast a machine is, is no matter of these tests.
   */
  readonly position?: string;
}

export interface CommandOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Without one, a fresh one. `null`: none is sent. */
  readonly key?: string | null;
  /** A revision, as a command or a read answered it. */
  readonly ifMatch?: number;
  readonly dryRun?: boolean;
}

/** Calls the service over HTTP as the holder of one token. */
export class Api {
  constructor(
    private readonly baseUrl: string,
    private readonly token: string | undefined,
    private readonly exchanges: Exchange[],
  ) {}

  async get(path: string, { headers, position }: ReadOptions = {}): Promise<Answer> {
    if (position === undefined) return this.send('GET', path, { headers: { ...headers } });
    for (;;) {
      const answer = await this.send('GET', path, {
        headers: { ...headers, 'Tierbook-Position': position },
      });
      if (answer.status !== 503 || answer.code !== 'view-behind') return answer;
    }
  }

  /** Sends a command. A body that is text or bytes is sent as it stands. */
  post(path: string, body?: object | string, options?: CommandOptions): Promise<Answer> {
    return this.command('POST', path, body, options);
  }

  put(path: string, body?: object | string, options?: CommandOptions): Promise<Answer> {
    return this.command('PUT', path, body, options);
  }

  command(
    method: string,
    path: string,
    body?: object | string,
    { headers, key = randomUUID(), ifMatch, dryRun = false }: CommandOptions = {},
  ): Promise<Answer> {
    return this.send(method, dryRun ? `${path}?dryRun=true` : path, {
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(key === null ? {} : { 'Idempotency-Key': key }),
        ...(ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: textOrBytes(body) }),
    });
  }

  /** Sends a request as it stands, with the token. */
  async send(
    method: string,
    path: string,
    {
      headers = {},
      body,
    }: { headers?: Readonly<Record<string, string>>; body?: string | Uint8Array<ArrayBuffer> } = {},
  ): Promise<Answer> {
    const authorization = this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` };
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: { ...authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const answer = new Answer(response.status, response.headers, await response.text());
    this.exchanges.push({ method, path, answer, ...(typeof body === 'string' ? { body } : {}) });
    return answer;
  }
}

function textOrBytes(body: object | string): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

/** What the service answered. */
export class Answer {
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly text: string,
  ) {}

  /** @throws SyntaxError for an answer that is no JSON. */
  get body(): Readonly<Record<string, unknown>> {
    return JSON.parse(this.text) as Readonly<Record<string, unknown>>;
  }

  /** Of a problem: its code. */
  get code(): string {
    return this.string('code');
  }

  /** Of a command: the resource's id. */
  get id(): string {
    return this.string('resource', 'id');
  }

  /** Of a command: the log's position after it. */
  get position(): string {
    return this.string('position');
  }

  /** Of a command: the resource's revision. */
  get revision(): number {
    return Number(this.at('revision'));
  }

  /** The ETag's revision. */
  get etag(): number {
    return Number(/^"(\d+)"$/.exec(this.headers.get('etag') ?? '')?.[1]);
  }

  /** Of a list: its rows. */
  get items(): readonly Readonly<Record<string, unknown>>[] {
    return this.at('items') as readonly Readonly<Record<string, unknown>>[];
  }

  /** What stands in the body under these names and numbers. */
  at(...path: readonly (string | number)[]): unknown {
    return path.reduce<unknown>(
      (found, name) => (found as Readonly<Record<string, unknown>> | undefined)?.[name],
      this.body,
    );
  }

  /** @throws Error where no text stands there. */
  string(...path: readonly (string | number)[]): string {
    const found = this.at(...path);
    if (typeof found === 'string') return found;
    throw new Error(`No text at ${path.join('/')}: ${this.status} ${this.text.slice(0, 1_000)}`);
  }
}
