import { expect } from '@jest/globals';

/** An event as the feed and histories show it. */
export interface FeedEvent {
  readonly id: string;
  readonly type: string;
  readonly position: string;
  readonly revision: number;
  readonly correlationId: string;
  readonly causationId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly personal?: Readonly<Record<string, unknown>>;
}

/** Reads a stream of Server-Sent Events, as far as it is asked to. */
export class EventStream {
  private text = '';

  private constructor(
    readonly contentType: string,
    private readonly reader: ReadableStreamDefaultReader<string>,
    private readonly aborting: AbortController,
  ) {}

  static async open(
    baseUrl: string,
    token: string,
    query = '',
    headers: Record<string, string> = {},
  ) {
    const aborting = new AbortController();
    const response = await fetch(`${baseUrl}/v1/events${query}`, {
      headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream', ...headers },
      signal: aborting.signal,
    });
    if (response.body === null) throw new Error('The stream has no body.');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    return new EventStream(response.headers.get('content-type') ?? '', reader, aborting);
  }

  /** The next so many events; waits for them. */
  async take(count: number): Promise<readonly FeedEvent[]> {
    const events: FeedEvent[] = [];
    while (events.length < count) {
      const end = this.text.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await this.reader.read();
        if (done) throw new Error(`The stream ended after ${events.length} events.`);
        this.text += value;
        continue;
      }
      const lines = this.text.slice(0, end).split('\n');
      this.text = this.text.slice(end + 2);
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field('data');
      if (data === undefined) continue;
      const event = JSON.parse(data) as FeedEvent;
      expect([field('id'), field('event')]).toEqual([event.position, event.type]);
      events.push(event);
    }
    return events;
  }

  /** Resolves when the service ends the stream. */
  async ended(): Promise<void> {
    for (;;) if ((await this.reader.read()).done) return;
  }

  close(): void {
    this.aborting.abort();
  }
}
