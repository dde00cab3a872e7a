import type { Absorbable, AggregateStore, LoadedAggregate } from './aggregate-store';
import type { Clock } from './clock';
import type {
  Authority,
  BatchRequest,
  CommandContext,
  CommandOutcome,
  CommandRequest,
  CommandStep,
  Gathering,
  OrRefusal,
  PlannedOutcome,
  RefusedOutcome,
  StepOutcome,
} from './command-request';
import type { Refusal } from './decider';
import type { DomainEvent, EventMetadata, Fingerprint, NewEvent, RecordedEvent } from './envelope';
import type { EventCodec } from './event-codec';
import type { EventStore, StreamWrite } from './event-store';
import type { BatchAccepted, CommandClaimed, NothingChanged } from './kernel-events';
import { PLAN_LIFETIME_MS, type Plan, type PlanIds } from './plan';
import type { Position } from './position';
import { Reads } from './reads';
import { Turns } from './turns';

/** Attempts at a command before contention is given back to the caller. */
const MAX_ATTEMPTS = 5;

/** Category of the streams that idempotency keys are claimed in: `<namespace>.command-<commandId>`. */
export const CLAIM_CATEGORY = 'command';

/** Refusals of the kernel itself, beside those of the deciders. */
export type PipelineRefusalCode =
  | 'idempotency-key-reused'
  | 'stale-if-match'
  | 'plan-unknown'
  | 'plan-of-another-command'
  | 'plan-expired'
  | 'plan-stale'
  | 'write-contention';

export interface PipelineDependencies {
  readonly store: EventStore;
  readonly aggregates: AggregateStore;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly planIds: PlanIds;
  /** Draws a UUIDv7 (RFC 9562). */
  readonly newEventId: () => string;
  /** `recordedAt` of the log's last event: this writer stamps no earlier time, whatever its clock says. */
  readonly lastRecordedAt?: string | undefined;
}

/** A command, or a batch of them: its steps are decided one after the other and appended as one. */
interface Job<C, S, E extends DomainEvent> extends Omit<BatchRequest<C, S, E>, 'steps'> {
  readonly steps: readonly [CommandStep<C, S>, ...CommandStep<C, S>[]];
  readonly isBatch: boolean;
  readonly claimsKey: boolean;
}

/** A step that was accepted, with the state after each of its events. */
interface DecidedStep<C, S, E> {
  readonly step: CommandStep<C, S>;
  readonly authority: Authority;
  readonly events: readonly { readonly event: E; readonly state: S }[];
}

/** What the steps come to; a rule's refusal is a decision, while one of access or of gathering leaves none. */
type Decided<C, S, E> =
  | {
      readonly kind: 'accepted';
      readonly steps: readonly DecidedStep<C, S, E>[];
      readonly state: S;
    }
  | { readonly kind: 'refused'; readonly outcome: RefusedOutcome; readonly isDecision: boolean };

/** Events ready to be written, with what the cache absorbs once they are. */
interface Prepared<E extends DomainEvent> {
  readonly writes: readonly StreamWrite[];
  readonly absorbable: readonly Absorbable<E | KernelEventOfStream>[];
}

/** The kernel's events that stand in an aggregate's own stream. */
type KernelEventOfStream = NothingChanged | BatchAccepted;

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
    const { claimsKey = false } = request;
    return this.take({ ...request, steps: [request], isBatch: false, claimsKey });
  }

  /**
   * Runs several commands as one: each is authorised and decided on what those before it leave, and all are
   * appended, or none is. Throws as `execute` does.
   */
  executeBatch<C, S, E extends DomainEvent>(
    request: BatchRequest<C, S, E>,
  ): Promise<CommandOutcome<S, E>> {
    return this.take({ ...request, isBatch: true, claimsKey: false });
  }

  private take<C, S, E extends DomainEvent>(job: Job<C, S, E>): Promise<CommandOutcome<S, E>> {
    const stream = this.deps.aggregates.streamOf(job.aggregate.category, job.id);
    return this.turns.take(stream, () => this.inTurn(job));
  }

  private async inTurn<C, S, E extends DomainEvent>(
    job: Job<C, S, E>,
  ): Promise<CommandOutcome<S, E>> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const outcome = await this.attempt(job);
      if (outcome !== 'conflict') return outcome;
    }
    return refused(
      'write-contention',
      `Others changed ${job.aggregate.category} ${job.id} ${MAX_ATTEMPTS} times meanwhile.`,
    );
  }

  private async attempt<C, S, E extends DomainEvent>(
    job: Job<C, S, E>,
  ): Promise<CommandOutcome<S, E> | 'conflict'> {
    const { aggregate, id, context, steps } = job;
    const reads = new Reads(this.deps.aggregates, this.deps.store.logId);
    const loaded = await reads.load(aggregate, id);
    const now = this.now();
    const authority = await steps[0].authorise(loaded.state, reads, now);
    if ('refusal' in authority) return refusedAt(job, 0, authority.refusal);

    const claim = job.claimsKey ? await this.findClaim(job) : undefined;
    if (claim !== undefined && !context.isSameCommand(claim)) return keyReused();
    const acceptedAt = loaded.firstOf(context.commandId);
    if (acceptedAt !== undefined) return this.recall(job, acceptedAt, loaded, reads, now);
    const plan = this.planOf(context, now);
    if ('refusal' in plan) return { kind: 'refused', ...plan };
    const stale = staleIfMatch(job, loaded);
    if (stale !== undefined) return stale;

    const decided = await decide(job, loaded.state, authority.ok, reads, now);
    const moved = plan.ok === undefined ? undefined : await reads.movedSince(plan.ok);
    if (moved !== undefined) return refused('plan-stale', moved);
    if (context.dryRun === true) return this.planned(job, loaded.state, decided, reads, now);
    if (decided.kind === 'refused') return decided.outcome;

    const prepared = await this.prepare(job, loaded, decided, now, claim === undefined);
    const events = decided.steps.flatMap((step) => step.events.map(({ event }) => event));
    await job.beforeAppend?.(events);
    const appended = await this.deps.store.append(prepared.writes);
    if (appended.kind === 'conflict') return 'conflict';
    this.deps.aggregates.absorb(aggregate, id, prepared.absorbable as readonly Absorbable<E>[], {
      from: loaded.state,
      to: decided.state,
    });
    return accepted(job, prepared.absorbable, appended.position, false);
  }

  /** The fingerprint that the command's key was claimed with, where it was. */
  private async findClaim<C, S, E extends DomainEvent>(
    job: Job<C, S, E>,
  ): Promise<Fingerprint | undefined> {
    const stream = this.deps.aggregates.streamOf(CLAIM_CATEGORY, job.context.commandId);
    for await (const [claim] of this.deps.store.readStream(stream, { limit: 1 })) {
      if (claim !== undefined) return claim.metadata.fingerprint;
    }
    return undefined;
  }

  /** The outcome of this command from when it was accepted, rebuilt from its own events. */
  private async recall<C, S, E extends DomainEvent>(
    job: Job<C, S, E>,
    firstRevision: number,
    loaded: LoadedAggregate<S>,
    reads: Reads,
    now: Date,
  ): Promise<CommandOutcome<S, E>> {
    const { context } = job;
    const recorded = await this.eventsOfCommand(job, firstRevision);
    const last = recorded.at(-1);
    if (last === undefined)
      throw new Error(`${job.id} lost the events of a command that it remembers.`);
    if (!context.isSameCommand(last.metadata.fingerprint)) return keyReused();
    for (const [index, step] of job.steps.entries()) {
      if (index === 0) continue;
      const authority = await step.authorise(loaded.state, reads, now);
      if ('refusal' in authority) return refusedAt(job, index, authority.refusal);
    }
    const { position } = last;
    return context.dryRun === true
      ? { kind: 'planned', steps: [], state: loaded.state, verdict: { kind: 'repeated', position } }
      : accepted(job, recorded, position, true);
  }

  /** They stand one after the other: what a command appends, it appends as one. */
  private async eventsOfCommand<C, S, E extends DomainEvent>(
    { aggregate, id, context }: Job<C, S, E>,
    fromRevision: number,
  ): Promise<readonly RecordedEvent<E>[]> {
    const stream = this.deps.aggregates.streamOf(aggregate.category, id);
    const recorded: RecordedEvent<E>[] = [];
    for await (const page of this.deps.store.readStream(stream, { fromRevision })) {
      for (const stored of page) {
        if (stored.metadata.commandId !== context.commandId) return recorded;
        recorded.push(await this.deps.codec.decode<E>(stored));
      }
    }
    return recorded;
  }

  /** The plan that the command is to be held to, if any. */
  private planOf(
    { ifPlan, actor, isSameCommand }: CommandContext,
    now: Date,
  ): OrRefusal<Plan | undefined> {
    if (ifPlan === undefined) return { ok: undefined };
    const plan = this.deps.planIds.read(ifPlan);
    if (plan?.organisation !== actor.organisation) {
      return refusal('plan-unknown', 'No plan of this organisation has this id.');
    }
    if (!isSameCommand(plan.fingerprint)) {
      return refusal('plan-of-another-command', 'The plan is of another path or body.');
    }
    if (plan.expiresAt <= now.getTime()) {
      const ended = new Date(plan.expiresAt).toISOString();
      return refusal(
        'plan-expired',
        `The plan was good until ${ended}; it is ${now.toISOString()}.`,
      );
    }
    return { ok: plan };
  }

  /** Where a dry run ends. */
  private async planned<C, S, E extends DomainEvent>(
    { context }: Job<C, S, E>,
    state: S,
    decided: Decided<C, S, E>,
    reads: Reads,
    now: Date,
  ): Promise<PlannedOutcome<S, E> | RefusedOutcome> {
    if (decided.kind === 'refused') {
      const { outcome: verdict, isDecision } = decided;
      return isDecision ? { kind: 'planned', steps: [], state, verdict } : verdict;
    }
    const expiresAt = now.getTime() + PLAN_LIFETIME_MS;
    const planId = this.deps.planIds.issue({
      organisation: context.actor.organisation,
      fingerprint: context.fingerprint,
      expiresAt,
      revisions: await reads.revisions(),
    });
    return {
      kind: 'planned',
      steps: decided.steps.map(({ events }) => events.map(({ event }) => event)),
      state: decided.state,
      verdict: { kind: 'accepted', planId, expiresAt: new Date(expiresAt).toISOString() },
    };
  }

  private async prepare<C, S, E extends DomainEvent>(
    job: Job<C, S, E>,
    loaded: LoadedAggregate<S>,
    decided: { readonly steps: readonly DecidedStep<C, S, E>[]; readonly state: S },
    now: Date,
    unclaimed: boolean,
  ): Promise<Prepared<E>> {
    const { aggregate, id, context } = job;
    const newEvents: NewEvent[] = [];
    const absorbable: Absorbable<E | KernelEventOfStream>[] = [];
    const planned = eventsOf(job, loaded, decided);
    for (const { event, authority, state, command, isOurs } of planned) {
      const metadata = {
        ...metadataOf(context, authority, now),
        ...(command === undefined ? {} : { command }),
        tenant: aggregate.tenantOf(state),
        parties: isOurs ? aggregate.partiesOf(event as E, state) : [],
      };
      const subject = isOurs ? aggregate.personalSubject?.(id, event as E) : undefined;
      newEvents.push(
        await this.deps.codec.encode(event, { id: this.deps.newEventId(), subject, metadata }),
      );
      // The append's place is the store's to fill in; the cache does not look at it.
      const append = { index: newEvents.length - 1, of: planned.length };
      const revision = loaded.revision + newEvents.length;
      absorbable.push({ revision, event, metadata: { ...metadata, append } });
    }
    const target: StreamWrite = {
      stream: this.deps.aggregates.streamOf(aggregate.category, id),
      expectedRevision: loaded.revision < 0 ? 'no_stream' : loaded.revision,
      events: newEvents,
    };
    if (!job.claimsKey || !unclaimed) return { writes: [target], absorbable };
    const tenant = aggregate.tenantOf(decided.state);
    const authority = decided.steps[0]?.authority ?? {};
    const metadata = { ...metadataOf(context, authority, now), tenant, parties: [] };
    return { writes: [await this.claim(job, metadata), target], absorbable };
  }

  private async claim<C, S, E extends DomainEvent>(
    { aggregate, id, context, steps }: Job<C, S, E>,
    metadata: EventMetadata,
  ): Promise<StreamWrite> {
    const claimed: CommandClaimed = {
      type: 'CommandClaimed',
      data: { command: steps[0].name, target: `${aggregate.category}-${id}` },
    };
    return {
      stream: this.deps.aggregates.streamOf(CLAIM_CATEGORY, context.commandId),
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

/** Decides step after step, each on the state that those before it leave. The first has been authorised. */
async function decide<C, S, E extends DomainEvent>(
  job: Job<C, S, E>,
  loaded: S,
  authority: Authority,
  reads: Reads,
  now: Date,
): Promise<Decided<C, S, E>> {
  const { aggregate, steps } = job;
  const refuse = (step: number, refusal: Refusal, isDecision: boolean) =>
    ({ kind: 'refused', outcome: refusedAt(job, step, refusal), isDecision }) as const;
  const decided: DecidedStep<C, S, E>[] = [];
  let state = loaded;
  for (const [index, step] of steps.entries()) {
    const authorised = index === 0 ? { ok: authority } : await step.authorise(state, reads, now);
    if ('refusal' in authorised) return refuse(index, authorised.refusal, false);
    const command = await step.gather(reads, now, state);
    if ('refusal' in command) return refuse(index, command.refusal, false);
    const decision = aggregate.decide(command.ok, state);
    if (decision.kind === 'refused') return refuse(index, decision.refusal, true);
    const events = decision.events.map((event) => {
      state = aggregate.evolve(state, event);
      return { event, state };
    });
    decided.push({ step, authority: authorised.ok, events });
  }
  return { kind: 'accepted', steps: decided, state };
}

/** An event to be appended. */
interface PlannedEvent<S, E> {
  readonly event: E | KernelEventOfStream;
  readonly authority: Authority;
  /** After the event; of the kernel's own, after all of them. */
  readonly state: S;
  /** Of the kernel's own there is none: it says itself what it is about. */
  readonly command?: string;
  readonly isOurs: boolean;
}

/** All that is appended to the aggregate's stream, in order: the kernel adds what the steps' own events do not tell. */
function eventsOf<C, S, E extends DomainEvent>(
  job: Job<C, S, E>,
  loaded: LoadedAggregate<S>,
  { steps, state }: { readonly steps: readonly DecidedStep<C, S, E>[]; readonly state: S },
): readonly PlannedEvent<S, E>[] {
  const ours = steps.flatMap(({ step, authority, events }) =>
    events.map((each) => ({ ...each, authority, command: step.name, isOurs: true })),
  );
  if (!job.isBatch && ours.length > 0) return ours;
  const event = job.isBatch ? batchAccepted(job, loaded, steps) : nothingChanged(job, loaded);
  const authority = steps[0]?.authority ?? {};
  return [{ event, authority, state, isOurs: false }, ...ours];
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
  { steps: [step] }: Job<C, S, E>,
  loaded: LoadedAggregate<S>,
): NothingChanged {
  const resource = step.resource ?? null;
  return {
    type: 'NothingChanged',
    data: { command: step.name, resource, resourceRevision: loaded.lastTouched(resource) },
  };
}

/** Begins a batch's append, and stands at the next revision itself. */
function batchAccepted<C, S, E extends DomainEvent>(
  { aggregate }: Job<C, S, E>,
  loaded: LoadedAggregate<S>,
  decided: readonly DecidedStep<C, S, E>[],
): BatchAccepted {
  const touched = new Map<string | null, number>();
  let revision = loaded.revision + 1;
  const commands = decided.map(({ step, events }) => {
    for (const { event } of events) {
      revision += 1;
      for (const each of [null, ...(aggregate.touches?.(event) ?? [])]) touched.set(each, revision);
    }
    const resource = step.resource ?? null;
    return {
      command: step.name,
      resource,
      events: events.length,
      revision: touched.get(resource) ?? loaded.lastTouched(resource),
    };
  });
  return {
    type: 'BatchAccepted',
    data: { resourceRevision: loaded.lastTouched(null), commands },
  };
}

/** Told by the command's own events alone, so that the first answer and every later one are the same. */
function accepted<C, S, E extends DomainEvent>(
  job: Job<C, S, E>,
  written: readonly Pick<Absorbable<E | KernelEventOfStream>, 'event' | 'revision'>[],
  position: Position,
  replayed: boolean,
): CommandOutcome<S, E> {
  const [first] = written;
  const told = { kind: 'accepted' as const, position, replayed };
  if (first !== undefined && isBatchAccepted(first.event)) {
    const events = written.slice(1).map(({ event }) => event as E);
    const { commands, resourceRevision } = first.event.data;
    const revision = events.length === 0 ? resourceRevision : first.revision + events.length;
    return { ...told, events, revision, steps: stepsOf(commands, events) };
  }
  const { resource } = job.steps[0];
  const events: E[] = [];
  let revision = -1;
  for (const { event, revision: at } of written) {
    if (isNothingChanged(event)) {
      revision = event.data.resourceRevision;
      continue;
    }
    const ours = event as E;
    events.push(ours);
    if (resource === undefined || job.aggregate.touches?.(ours).includes(resource)) revision = at;
  }
  return { ...told, events, revision, steps: [{ events, revision }] };
}

function stepsOf<E>(
  commands: BatchAccepted['data']['commands'],
  events: readonly E[],
): readonly StepOutcome<E>[] {
  let from = 0;
  return commands.map(({ events: count, revision }) => {
    const own = events.slice(from, from + count);
    from += count;
    return { events: own, revision };
  });
}

function isNothingChanged(event: DomainEvent): event is NothingChanged {
  return event.type === 'NothingChanged';
}

function isBatchAccepted(event: DomainEvent): event is BatchAccepted {
  return event.type === 'BatchAccepted';
}

function staleIfMatch<C, S, E extends DomainEvent>(
  { context, steps: [{ resource }], isBatch }: Job<C, S, E>,
  loaded: LoadedAggregate<S>,
): RefusedOutcome | undefined {
  if (context.ifMatch === undefined) return undefined;
  const current = loaded.lastTouched((isBatch ? undefined : resource) ?? null);
  if (current === context.ifMatch) return undefined;
  const stands =
    current < 0 ? 'there is no such resource yet: leave it out' : `the resource is at ${current}`;
  return refused('stale-if-match', `If-Match names revision ${context.ifMatch}; ${stands}.`);
}

function keyReused(): RefusedOutcome {
  return refused('idempotency-key-reused', 'The same key came with another path or body before.');
}

/** Names the step in a batch alone. */
function refusedAt<C, S, E extends DomainEvent>(
  { isBatch }: Job<C, S, E>,
  step: number,
  refusal: Refusal,
): RefusedOutcome {
  return { kind: 'refused', refusal, ...(isBatch ? { step } : {}) };
}

function refused(code: PipelineRefusalCode, detail: string): RefusedOutcome {
  return { kind: 'refused', ...refusal(code, detail) };
}

function refusal(code: PipelineRefusalCode, detail: string): { readonly refusal: Refusal } {
  return { refusal: { code, detail } };
}
