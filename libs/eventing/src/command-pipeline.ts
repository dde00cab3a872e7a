import type { Aggregate } from './aggregate';
import type { Absorbable, AggregateStore, LoadedAggregate } from './aggregate-store';
import type { Clock } from './clock';
import type { Refusal } from './decider';
import type {
  Actor,
  DomainEvent,
  EventMetadata,
  Fingerprint,
  NewEvent,
  RecordedEvent,
} from './envelope';
import type { EventCodec } from './event-codec';
import type { EventStore, StreamWrite } from './event-store';
import type { CommandClaimed, NothingChanged } from './kernel-events';
import type { Position } from './position';
import { Turns } from './turns';

/** Attempts at a command before contention is given back to the caller. */
const MAX_ATTEMPTS = 5;

/** Category of the streams that idempotency keys are claimed in: `<namespace>.command-<commandId>`. */
export const CLAIM_CATEGORY = 'command';

/** Refusals of the kernel itself, beside those of the deciders. */
export type PipelineRefusalCode = 'idempotency-key-reused' | 'stale-if-match' | 'write-contention';

/** Reads other aggregates while deciding: always their current state. */
export interface Gathering {
  read<C, S, E extends DomainEvent, K extends string>(
    aggregate: Aggregate<C, S, E, K>,
    id: string,
  ): Promise<S>;
}

/** On whose behalf, and by which delegation, an authorised caller acts. */
export type Authority = Pick<Actor, 'onBehalfOf' | 'delegation'>;

/** Either what was asked for or a refusal. */
export type OrRefusal<T> = { readonly ok: T } | { readonly refusal: Refusal };

/** Who sends a command, and how it is told apart from every other. */
export interface CommandContext {
  readonly actor: Actor;
  /** UUIDv5 of the caller's organisation, the target resource (or collection, for creates) and the idempotency key. */
  readonly commandId: string;
  readonly fingerprint: Fingerprint;
  /** Whether a recorded fingerprint is that of this very command. */
  readonly isSameCommand: (recorded: Fingerprint) => boolean;
  readonly correlationId: string;
  readonly causationId: string;
  readonly traceparent?: string;
  /** Revision of the last event that touched the addressed resource, as the caller knows it (If-Match). */
  readonly ifMatch?: number | undefined;
  /** Decide and answer, append nothing. */
  readonly dryRun?: boolean;
}

/** One command on one aggregate. */
export interface CommandRequest<C, S, E extends DomainEvent> {
  readonly name: string;
  readonly aggregate: Aggregate<C, S, E>;
  readonly id: string;
  /** The resource inside the aggregate that the command addresses, where that has an ETag of its own. */
  readonly resource?: string;
  /** Whether the body, not the path, names the stream: then the key is claimed in a stream of its own. */
  readonly claimsKey?: boolean;
  readonly context: CommandContext;
  /** Decides on current state whether this caller may send this. */
  readonly authorise: (
    state: S,
    gathering: Gathering,
    now: Date,
  ) => OrRefusal<Authority> | Promise<OrRefusal<Authority>>;
  /** Gathers what deciding needs. Runs anew on every attempt. */
  readonly gather: (
    gathering: Gathering,
    now: Date,
    state: S,
  ) => OrRefusal<C> | Promise<OrRefusal<C>>;
  /** What must be durable before the events are. Runs on every attempt, never in a dry run. */
  readonly beforeAppend?: (events: readonly E[]) => Promise<void>;
}

export type CommandOutcome<S, E> =
  | {
      readonly kind: 'accepted';
      /** The command's own events. Empty when nothing had to change. */
      readonly events: readonly E[];
      /**
       * Revision of the last event that touched the addressed resource, as of this command: its ETag.
       * -1 where none has.
       */
      readonly revision: number;
      readonly position: Position;
      /** The same command had been accepted before: this is its outcome from then. */
      readonly replayed: boolean;
    }
  | { readonly kind: 'planned'; readonly events: readonly E[]; readonly state: S }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface PipelineDependencies {
  readonly store: EventStore;
  readonly aggregates: AggregateStore;
  readonly codec: EventCodec;
  readonly clock: Clock;
  /** Draws a UUIDv7 (RFC 9562). */
  readonly newEventId: () => string;
  /** `recordedAt` of the log's last event: this writer stamps no earlier time, whatever its clock says. */
  readonly lastRecordedAt?: string | undefined;
}

/** Events ready to be written, with what the cache absorbs once they are. */
interface Prepared<E extends DomainEvent> {
  readonly writes: readonly StreamWrite[];
  readonly absorbable: readonly Absorbable<E>[];
}

/**
 * The one way from a command to its events: authorise, load, recall, decide, append, answer.
 *
 * The same command (same commandId) once accepted answers as it did then, for ever, without deciding
 * again; a refused one is not remembered. A conflict decides again on the new state.
 */
export class CommandPipeline {
  private lastRecordedAt: number;
  /** Reads aggregates as they stand now. */
  readonly gathering: Gathering;
  /** Commands of this process on one stream take turns: only other processes make them conflict. */
  private readonly turns = new Turns();

  constructor(private readonly deps: PipelineDependencies) {
    this.lastRecordedAt = Date.parse(deps.lastRecordedAt ?? new Date(0).toISOString());
    this.gathering = {
      read: async (aggregate, id) => (await deps.aggregates.load(aggregate, id)).state,
    };
  }

  /**
   * Runs one command to its outcome.
   *
   * @throws OutcomeUnknownError when it may or may not have been appended: send the same command again.
   * @throws StoreUnavailableError, StoreFullError, AppendTooLargeError when nothing was appended.
   */
  execute<C, S, E extends DomainEvent>(
    request: CommandRequest<C, S, E>,
  ): Promise<CommandOutcome<S, E>> {
    const stream = this.deps.aggregates.streamOf(request.aggregate.category, request.id);
    return this.turns.take(stream, () => this.inTurn(request));
  }

  private async inTurn<C, S, E extends DomainEvent>(
    request: CommandRequest<C, S, E>,
  ): Promise<CommandOutcome<S, E>> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const outcome = await this.attempt(request);
      if (outcome !== 'conflict') return outcome;
    }
    return refused(
      'write-contention',
      `Others changed ${request.aggregate.category} ${request.id} ${MAX_ATTEMPTS} times meanwhile.`,
    );
  }

  private async attempt<C, S, E extends DomainEvent>(
    request: CommandRequest<C, S, E>,
  ): Promise<CommandOutcome<S, E> | 'conflict'> {
    const { aggregate, id, context } = request;
    const loaded = await this.deps.aggregates.load(aggregate, id);
    const now = this.now();
    const authority = await request.authorise(loaded.state, this.gathering, now);
    if ('refusal' in authority) return { kind: 'refused', refusal: authority.refusal };

    const claim = await this.findClaim(request);
    if (claim !== undefined && !context.isSameCommand(claim)) return keyReused();
    const remembered = await this.recall(request, loaded);
    if (remembered !== undefined) return remembered;
    const stale = staleIfMatch(request, loaded);
    if (stale !== undefined) return stale;

    const command = await request.gather(this.gathering, now, loaded.state);
    if ('refusal' in command) return { kind: 'refused', refusal: command.refusal };
    const decision = aggregate.decide(command.ok, loaded.state);
    if (decision.kind === 'refused') return decision;
    if (context.dryRun === true) {
      return { kind: 'planned', events: decision.events, state: loaded.state };
    }

    const metadata = metadataOf(context, authority.ok, now);
    const prepared = await this.prepare(
      request,
      loaded,
      decision.events,
      metadata,
      claim === undefined,
    );
    await request.beforeAppend?.(decision.events);
    const appended = await this.deps.store.append(prepared.writes);
    if (appended.kind === 'conflict') return 'conflict';
    this.deps.aggregates.absorb(aggregate, id, prepared.absorbable);
    return accepted(request, prepared.absorbable, appended.position, false);
  }

  /** The fingerprint that the command's key was claimed with, where it claims one and has. */
  private async findClaim<C, S, E extends DomainEvent>(
    request: CommandRequest<C, S, E>,
  ): Promise<Fingerprint | undefined> {
    if (request.claimsKey !== true) return undefined;
    const stream = this.deps.aggregates.streamOf(CLAIM_CATEGORY, request.context.commandId);
    for await (const [claim] of this.deps.store.readStream(stream, { limit: 1 })) {
      if (claim !== undefined) return claim.metadata.fingerprint;
    }
    return undefined;
  }

  /** The outcome of this command from when it was accepted, rebuilt from its own events. */
  private async recall<C, S, E extends DomainEvent>(
    request: CommandRequest<C, S, E>,
    loaded: LoadedAggregate<S>,
  ): Promise<CommandOutcome<S, E> | undefined> {
    const { context, aggregate, id } = request;
    const remembered = loaded.commandOf(context.commandId);
    if (remembered === undefined) return undefined;
    if (!context.isSameCommand(remembered.fingerprint)) return keyReused();
    const stream = this.deps.aggregates.streamOf(aggregate.category, id);
    const recorded: RecordedEvent<E>[] = [];
    const range = { fromRevision: remembered.firstRevision, limit: remembered.count };
    for await (const page of this.deps.store.readStream(stream, range)) {
      for (const stored of page) recorded.push(await this.deps.codec.decode<E>(stored));
    }
    const last = recorded.at(-1);
    if (last === undefined)
      throw new Error(`${stream} lost the events of a command that it remembers.`);
    return accepted(request, recorded, last.position, true);
  }

  private async prepare<C, S, E extends DomainEvent>(
    request: CommandRequest<C, S, E>,
    loaded: LoadedAggregate<S>,
    decided: readonly E[],
    metadata: Omit<EventMetadata, 'tenant' | 'parties'>,
    unclaimed: boolean,
  ): Promise<Prepared<E>> {
    const { aggregate, id } = request;
    const newEvents: NewEvent[] = [];
    const absorbable: Absorbable<E>[] = [];
    let { state, revision } = loaded;
    const events = decided.length > 0 ? decided : [nothingChanged(request, loaded)];
    for (const event of events) {
      revision += 1;
      const ours = isNothingChanged(event) ? undefined : event;
      if (ours !== undefined) state = aggregate.evolve(state, ours);
      const full = {
        ...metadata,
        tenant: aggregate.tenantOf(state),
        parties: ours === undefined ? [] : aggregate.partiesOf(ours, state),
      };
      const subject = ours === undefined ? undefined : aggregate.personalSubject?.(id, ours);
      newEvents.push(
        await this.deps.codec.encode(event, {
          id: this.deps.newEventId(),
          subject,
          metadata: full,
        }),
      );
      // The append's place is the store's to fill in; the cache does not look at it.
      const place = { index: newEvents.length - 1, of: events.length };
      absorbable.push({ revision, event: event as E, metadata: { ...full, append: place } });
    }
    const target: StreamWrite = {
      stream: this.deps.aggregates.streamOf(aggregate.category, id),
      expectedRevision: loaded.revision < 0 ? 'no_stream' : loaded.revision,
      events: newEvents,
    };
    if (request.claimsKey !== true || !unclaimed) return { writes: [target], absorbable };
    const tenant = aggregate.tenantOf(state);
    return {
      writes: [await this.claim(request, { ...metadata, tenant, parties: [] }), target],
      absorbable,
    };
  }

  private async claim<C, S, E extends DomainEvent>(
    request: CommandRequest<C, S, E>,
    metadata: EventMetadata,
  ): Promise<StreamWrite> {
    const claimed: CommandClaimed = {
      type: 'CommandClaimed',
      data: { command: request.name, target: `${request.aggregate.category}-${request.id}` },
    };
    return {
      stream: this.deps.aggregates.streamOf(CLAIM_CATEGORY, request.context.commandId),
      expectedRevision: 'no_stream',
      events: [await this.deps.codec.encode(claimed, { id: this.deps.newEventId(), metadata })],
    };
  }

  /**
   * Now, but never before a time that this process has stamped or asked for: what has run out by it, such
   * as a delegation, does not come back when the clock is set back.
   */
  now(): Date {
    this.lastRecordedAt = Math.max(this.lastRecordedAt, this.deps.clock.now().getTime());
    return new Date(this.lastRecordedAt);
  }
}

function metadataOf(
  context: CommandContext,
  authority: Authority,
  now: Date,
): Omit<EventMetadata, 'tenant' | 'parties'> {
  const { actor, commandId, fingerprint, correlationId, causationId, traceparent } = context;
  const at = now.toISOString();
  return {
    occurredAt: at,
    recordedAt: at,
    actor: { ...actor, ...authority },
    commandId,
    fingerprint,
    correlationId,
    causationId,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function nothingChanged<C, S, E extends DomainEvent>(
  request: CommandRequest<C, S, E>,
  loaded: LoadedAggregate<S>,
): NothingChanged {
  const resource = request.resource ?? null;
  return {
    type: 'NothingChanged',
    data: { command: request.name, resource, resourceRevision: loaded.lastTouched(resource) },
  };
}

function isNothingChanged(event: DomainEvent): event is NothingChanged {
  return event.type === 'NothingChanged';
}

/** Told by the command's own events alone, so that the first answer and every later one are the same. */
function accepted<C, S, E extends DomainEvent>(
  { resource, aggregate }: CommandRequest<C, S, E>,
  written: readonly Absorbable<E | NothingChanged>[],
  position: Position,
  replayed: boolean,
): CommandOutcome<S, E> {
  const events: E[] = [];
  let revision = -1;
  for (const { event, revision: at } of written) {
    if (isNothingChanged(event)) {
      revision = event.data.resourceRevision;
      continue;
    }
    events.push(event);
    if (resource === undefined || aggregate.touches?.(event).includes(resource)) revision = at;
  }
  return { kind: 'accepted', events, revision, position, replayed };
}

function staleIfMatch<C, S, E extends DomainEvent>(
  { context, resource }: CommandRequest<C, S, E>,
  loaded: LoadedAggregate<S>,
): CommandOutcome<S, E> | undefined {
  if (context.ifMatch === undefined) return undefined;
  const current = loaded.lastTouched(resource ?? null);
  if (current === context.ifMatch) return undefined;
  return refused(
    'stale-if-match',
    `If-Match names revision ${context.ifMatch}; the resource is at ${current}.`,
  );
}

function keyReused<S, E>(): CommandOutcome<S, E> {
  return refused('idempotency-key-reused', 'The same key came with another path or body before.');
}

function refused<S, E>(code: PipelineRefusalCode, detail: string): CommandOutcome<S, E> {
  return { kind: 'refused', refusal: { code, detail } };
}
