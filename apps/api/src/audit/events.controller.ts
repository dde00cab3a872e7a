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
import { LOGGER, type Logger } from '@tierbook/platform';
import { CustomerSight } from '../customers/customer-sight';
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
      "The provider's events in order, after a position. With Accept: text/event-stream they go on as they come; Last-Event-ID resumes.",
  })
  async events(@HttpExchange() exchange: Exchange, @Query() query: EventsQuery) {
    const { request } = exchange;
    const principal = await this.reader.begin(request, 'read-events', []);
    const tenant = principal.organisation.kind === 'provider' ? principal.organisation.id : '';
    const resumed = request.headers['last-event-id'];
    const after = await this.positionOf(typeof resumed === 'string' ? resumed : query.after);
    if (!wantsServerSentEvents(exchange)) {
      return this.feed.page(tenant, after, query.limit ?? DEFAULT_LIMIT);
    }
    const ended = new AbortController();
    this.streaming.add(ended);
    streamEvents(exchange, ended, this.feed.live(tenant, after, ended.signal))
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
    summary: "One customer's events, from the first on.",
    problems: ['not-found'],
  })
  async customerEvents(
    @HttpExchange() { request }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Query() query: CustomerEventsQuery,
  ) {
    await this.reader.beginOn(request, 'read-customer-events', [], (principal) =>
      this.sight.of(principal, id),
    );
    return this.feed.history(
      'customer',
      id,
      query.afterRevision ?? -1,
      query.limit ?? DEFAULT_LIMIT,
    );
  }

  /** Ends the streams before the server waits for its connections, which would otherwise never end. */
  beforeApplicationShutdown(): void {
    for (const ended of this.streaming) ended.abort();
  }

  private async positionOf(text: string | undefined): Promise<Position | undefined> {
    return text === undefined ? undefined : this.readYourWrites.checkedPosition(text);
  }
}
