import { Controller, Get, Inject, Query, type BeforeApplicationShutdown } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Position } from '@tierbook/eventing';
import type { Principal } from '@tierbook/identity';
import { LOGGER, TIERBOOK, type Logger, type Tierbook } from '@tierbook/platform';
import { stillHolds } from '../http/bearer';
import { ProblemError } from '../http/problems';
import { ReadYourWrites } from '../http/read-your-writes';
import { Reader } from '../http/reader';
import { correlationIdOf, HttpExchange, type Exchange } from '../http/request';
import { ReadRoute } from '../http/routes';
import { POSITION, ref, text } from '../http/schemas';
import { EventFeed } from './event-feed';
import { Histories, type HistoryAnswer } from './histories';
import { EventsQuery } from './history.dto';
import { HISTORY_PROBLEMS } from './history.problems';
import { streamEvents, wantsServerSentEvents } from './server-sent-events';

/** A page of all that the caller may see. */
export interface EventPage extends HistoryAnswer {
  /** Where to go on from; also when there were none of the caller's among those read. `null`: an empty log. */
  readonly nextPosition: string | null;
  /** The end of the log was reached. */
  readonly caughtUp: boolean;
}

const EVENT_STREAM = text(
  "Server-Sent Events (WHATWG HTML): `event` is an event's type, `id` its position, `data` the Event as JSON. A comment comes every 15 s.",
);

@ApiTags('audit')
@Controller('v1')
export class EventsController implements BeforeApplicationShutdown {
  private readonly streaming = new Set<AbortController>();

  constructor(
    private readonly reader: Reader,
    private readonly readYourWrites: ReadYourWrites,
    private readonly feed: EventFeed,
    private readonly histories: Histories,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get('events')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    schema: POSITION,
    description: 'Position of the last event that was read; goes before `after`.',
  })
  @ReadRoute({
    action: 'read-events',
    answers: ref('EventPage'),
    otherwise: { 'text/event-stream': EVENT_STREAM },
    summary:
      "The events that the caller may see: a provider's own; a reseller's of what its rights cover now; by time, actor, organisation, reseller, customer, type and changed field. With Accept: text/event-stream all of them go on as they come, after a position, until the token ends; Last-Event-ID resumes.",
    problems: HISTORY_PROBLEMS,
  })
  async events(@HttpExchange() exchange: Exchange, @Query() query: EventsQuery) {
    const { request } = exchange;
    const principal = await this.reader.begin(request, 'read-events', []);
    const resumed = request.headers['last-event-id'];
    const after = await this.positionOf(typeof resumed === 'string' ? resumed : query.after);
    if (!wantsServerSentEvents(exchange)) return this.page(exchange, principal, query, after);
    const ended = new AbortController();
    this.streaming.add(ended);
    const events = this.feed.live(principal, after, ended.signal);
    const { accessTokens, serviceAccounts } = this.tierbook;
    const holds = () => stillHolds(request, accessTokens, serviceAccounts);
    streamEvents(exchange, ended, events, holds)
      .catch((err: unknown) => {
        this.logger.error({ correlationId: correlationIdOf(request), err }, 'event stream failed');
      })
      .finally(() => this.streaming.delete(ended));
    return undefined;
  }

  /** Ends the streams before the server waits for its connections, which would otherwise never end. */
  beforeApplicationShutdown(): void {
    for (const ended of this.streaming) ended.abort();
  }

  private async page(
    exchange: Exchange,
    principal: Principal,
    query: EventsQuery,
    after: Position | undefined,
  ): Promise<EventPage> {
    if (after !== undefined && (query.cursor !== undefined || query.sort === '-position')) {
      throw new ProblemError(
        'query-invalid',
        '`after` goes with neither cursor nor sort=-position.',
      );
    }
    const { customer } = query;
    const { answer, page } = await this.histories.page(
      exchange,
      principal,
      query,
      {
        ...(customer === undefined ? {} : { customer, target: customer }),
        // What concerns a customer stands in its own stream.
        ...(customer === undefined || after !== undefined
          ? {}
          : { stream: this.tierbook.aggregates.streamOf('customer', customer) }),
      },
      after,
    );
    const caughtUp = page.newer === null;
    const isNewestFirst = query.sort === '-position';
    return {
      ...answer,
      nextPosition: isNewestFirst ? null : (page.last ?? after ?? null),
      caughtUp,
    };
  }

  private async positionOf(text: string | undefined): Promise<Position | undefined> {
    return text === undefined ? undefined : this.readYourWrites.checkedPosition(text);
  }
}
