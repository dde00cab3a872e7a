import {
  applyDecorators,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { momentOf, MomentRefusedError, type Moment } from '@tierbook/audit';
import type { CustomerId } from '@tierbook/domain';
import type { Aggregate, DomainEvent, LoadedAggregate, Position } from '@tierbook/eventing';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import {
  getCustomer,
  NotingReadStore,
  SkippedEvents,
  StreamViews,
  type Reads,
  type StreamCategory,
} from '@tierbook/read-models';
import { Allow } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Optional } from './fields';
import { ProblemError } from './problems';
import { missing } from './reader';
import type { Exchange } from './request';
import { PARKED_HEADER } from './say-parked';

/** The views of which an answer shows what was erased since. */
export const ERASED_HEADER = 'Tierbook-Erased';

/** In the configuration of a read's route: whether it can be read as of a moment. */
export const AS_OF = 'tierbook:as-of';

/** The query parameter that names a moment. What it may be, `AsOf` says. */
export function AsOfMoment(): PropertyDecorator {
  return applyDecorators(
    Optional(),
    ApiPropertyOptional({
      type: 'string',
      description:
        'As it was then: a time in UTC (RFC 3339, to the millisecond at most), or a position of the log. What the caller may see is decided by its rights of now.',
      example: '2026-03-31T14:05:09Z',
    }),
    Allow(),
  );
}

/** The query of a single resource. */
export class AsOfQuery {
  @AsOfMoment()
  readonly asOf?: string;
}

/** What a read is answered from: the views of now, or what they were at a moment. */
export interface Then {
  readonly reads: Reads;
  /** `undefined`: now. */
  readonly moment: Moment | undefined;
}

/** What is answered while the views of a moment are built. */
export interface AsOfBuilding {
  readonly status: 'building';
  /** The moment's. */
  readonly position: Position;
  /** Events of the log that have been read. */
  readonly eventsRead: number;
}

/** Reads as of a moment. Whether the caller may read is decided before, by its rights of now. */
@Injectable()
export class AsOf {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  /**
   * The moment that a query names, `undefined` where it names none. The answer says the position that it reflects.
   * @throws ProblemError that says why there is no such moment.
   */
  async moment(reply: FastifyReply, asOf: unknown): Promise<Moment | undefined> {
    if (asOf === undefined) return undefined;
    const { engines, pipeline } = this.tierbook;
    const text = typeof asOf === 'string' ? asOf : JSON.stringify(asOf);
    try {
      const moment = await momentOf(engines.eventStore, text, pipeline.now());
      void reply.header('Tierbook-Position', moment.position);
      return moment;
    } catch (error) {
      if (error instanceof MomentRefusedError) throw new ProblemError(error.code, error.message);
      throw error;
    }
  }

  /** An aggregate as it is, or as it was at a moment. */
  load<C, S, E extends DomainEvent, K extends string>(
    aggregate: Aggregate<C, S, E, K>,
    id: string,
    moment: Moment | undefined,
  ): Promise<LoadedAggregate<S>> {
    const { aggregates } = this.tierbook;
    return moment === undefined
      ? aggregates.load(aggregate, id)
      : aggregates.loadAsOf(aggregate, id, moment.position);
  }

  /**
   * What a resource of this stream is read from, and of streams that its documents name.
   * @throws ProblemError as `moment` does.
   */
  async ofStream(
    { reply }: Pick<Exchange, 'reply'>,
    asOf: unknown,
    category: StreamCategory,
    id: string,
  ): Promise<Then> {
    const { reads, engines, codec, aggregates } = this.tierbook;
    const moment = await this.moment(reply, asOf);
    if (moment === undefined) return { reads, moment };
    const { position } = moment;
    const skipped = await SkippedEvents.open(engines.stateStore);
    const store = await StreamViews.of({
      reader: engines.eventStore,
      decode: (stored) => codec.decode(stored),
      streamOf: (...stream) => aggregates.streamOf(...stream),
      isSkipped: (...event) => skipped.has(...event),
      position,
      onParked: sayer(reply, PARKED_HEADER),
      onErased: sayer(reply, ERASED_HEADER),
    });
    await store.fold(category, id);
    return { reads: { store, cursors: reads.cursors.at(position) }, moment };
  }

  /**
   * Answers from views: those of now, or those of a moment. While these are built, the answer is 202, with the
   * address to ask again at, which names the moment by its position.
   *
   * @throws ProblemError as `moment` does; AsOfBusyError, AsOfFailedError; what the work throws.
   */
  async ofViews<T>(
    { request, reply }: Exchange,
    asOf: unknown,
    work: (then: Then) => Promise<T>,
  ): Promise<T | AsOfBuilding> {
    const { reads, asOfViews } = this.tierbook;
    const moment = await this.moment(reply, asOf);
    if (moment === undefined) return work({ reads, moment });
    const { position } = moment;
    const outcome = await asOfViews.read(position, ({ store, parkedIn }) => {
      const noting = new NotingReadStore(store, { parkedIn, onRead: sayer(reply, PARKED_HEADER) });
      return work({ reads: { store: noting, cursors: reads.cursors.at(position) }, moment });
    });
    if ('answer' in outcome) return outcome.answer;
    void reply
      .status(202)
      .header('Location', addressAsOf(request.url, position))
      .header('Retry-After', '1');
    return { status: 'building', position, eventsRead: outcome.eventsRead };
  }

  /**
   * What a customer, and all that is in its stream, is read from.
   * @throws ProblemError as `moment` does; `not-found-as-of` where there was no such customer then.
   */
  async ofCustomer(
    exchange: Pick<Exchange, 'reply'>,
    asOf: unknown,
    id: CustomerId,
  ): Promise<Then> {
    const then = await this.ofStream(exchange, asOf, 'customer', id);
    const { reads, moment } = then;
    if (moment !== undefined && (await getCustomer(reads, id)) === undefined) {
      throw missing('customer', moment);
    }
    return then;
  }
}

/**
 * Says in the answer that it shows something of this view that has been erased since.
 * @param isErased whether a row is of one that was: what everybody has of it, such as a name, is not there.
 */
export function sayErased<Row>(
  reply: FastifyReply,
  { moment }: Then,
  view: string,
  rows: readonly Row[],
  isErased: (row: Row) => boolean,
): void {
  if (moment !== undefined && rows.some(isErased)) sayer(reply, ERASED_HEADER)(view);
}

/** Adds views' names to a header of the answer, each once. */
function sayer(reply: FastifyReply, header: string): (view: string) => void {
  const views = new Set<string>();
  return (view) => {
    void reply.header(header, [...views.add(view)].join(', '));
  };
}

/** The address with this moment in the place of the one that it names. */
function addressAsOf(url: string, position: Position): string {
  const { pathname, searchParams } = new URL(url, 'http://here');
  searchParams.set('asOf', position);
  return `${pathname}?${searchParams.toString()}`;
}

/** Refuses `asOf` where a read does not take it: an answer of now would be taken for one of then. */
@Injectable()
export class AsOfGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { query } = request;
    const isAsked = typeof query === 'object' && query !== null && 'asOf' in query;
    if (!isAsked) return true;
    const config: Readonly<Record<string, unknown>> = { ...request.routeOptions.config };
    if (config[AS_OF] === false) throw new ProblemError('as-of-unsupported');
    return true;
  }
}
