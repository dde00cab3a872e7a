import {
  Controller,
  Get,
  Inject,
  Param,
  Query,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { CustomerId } from '@tierbook/domain';
import type { Position } from '@tierbook/eventing';
import { LOGGER, TIERBOOK, type Logger, type Tierbook } from '@tierbook/platform';
import { CustomerSight } from '../customers/customer-sight';
import { stillHolds } from '../http/bearer';
import { IdPipe } from '../http/id.pipe';
import { ReadYourWrites } from '../http/read-your-writes';
import { Reader } from '../http/reader';
import { correlationIdOf, HttpExchange, type Exchange } from '../http/request';
import { ReadRoute } from '../http/routes';
import { id, POSITION, ref, text } from '../http/schemas';
import { EventFeed } from './event-feed';
import { CustomerEventsQuery, EventsQuery } from './events.dto';
import { streamEvents, wantsServerSentEvents } from './server-sent-events';

const DEFAULT_LIMIT = 50;

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
    private readonly sight: CustomerSight,
    private readonly feed: EventFeed,
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
      "The events that the caller may see, in order, after a position: a provider's own; a reseller's of what its rights cover now. With Accept: text/event-stream they go on as they come, until the token ends; Last-Event-ID resumes.",
  })
  async events(@HttpExchange() exchange: Exchange, @Query() query: EventsQuery) {
    const { request } = exchange;
    const principal = await this.reader.begin(request, 'read-events', []);
    const resumed = request.headers['last-event-id'];
    const after = await this.positionOf(typeof resumed === 'string' ? resumed : query.after);
    if (!wantsServerSentEvents(exchange)) {
      return this.feed.page(principal, after, query.limit ?? DEFAULT_LIMIT);
    }
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

  @Get('customers/:id/events')
  @ReadRoute({
    action: 'read-customer-events',
    path: { id: id('The customer.') },
    answers: ref('EventHistory'),
    summary: "One customer's events, from the first on, as far as the caller may see them.",
    problems: ['not-found'],
  })
  async customerEvents(
    @HttpExchange() { request }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Query() query: CustomerEventsQuery,
  ) {
    const { principal } = await this.reader.beginOn(request, 'read-customer-events', [], (caller) =>
      this.sight.of(caller, id),
    );
    const { afterRevision = -1, limit = DEFAULT_LIMIT } = query;
    return this.feed.history(principal, 'customer', id, { afterRevision, limit });
  }

  /** Ends the streams before the server waits for its connections, which would otherwise never end. */
  beforeApplicationShutdown(): void {
    for (const ended of this.streaming) ended.abort();
  }

  private async positionOf(text: string | undefined): Promise<Position | undefined> {
    return text === undefined ? undefined : this.readYourWrites.checkedPosition(text);
  }
}
