import type { Aggregate } from './aggregate';
import type { Refusal } from './decider';
import type { Actor, DomainEvent, Fingerprint } from './envelope';
import type { Position } from './position';

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
  /** Id of a plan of this very command: it is refused where what it was planned on has moved (If-Plan). */
  readonly ifPlan?: string | undefined;
  /** Decide and answer, append nothing. */
  readonly dryRun?: boolean;
}

/** What is asked of an aggregate in one go, and by whom. */
export interface CommandStep<C, S> {
  readonly name: string;
  /** The resource inside the aggregate that it addresses, where that has an ETag of its own. */
  readonly resource?: string;
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
}

interface OnAggregate<C, S, E extends DomainEvent> {
  readonly aggregate: Aggregate<C, S, E>;
  readonly id: string;
  readonly context: CommandContext;
  /** What must be durable before the events are. Runs on every attempt, never in a dry run. */
  readonly beforeAppend?: (events: readonly E[]) => Promise<void>;
}

/** One command on one aggregate. */
export interface CommandRequest<C, S, E extends DomainEvent>
  extends OnAggregate<C, S, E>, CommandStep<C, S> {
  /** Whether the body, not the path, names the stream: then the key is claimed in a stream of its own. */
  readonly claimsKey?: boolean;
}

/** Several commands on one aggregate as one: each decided on what those before it leave, all appended or none. */
export interface BatchRequest<C, S, E extends DomainEvent> extends OnAggregate<C, S, E> {
  readonly steps: readonly [CommandStep<C, S>, ...CommandStep<C, S>[]];
}

/** What came of one command of a batch, or of the only one there was. */
export interface StepOutcome<E> {
  /** Empty when nothing had to change. */
  readonly events: readonly E[];
  /** Revision of the last event that touched the resource it addressed, as of this step: its ETag. -1 where none has. */
  readonly revision: number;
}

/** A rule refused a command; of a batch, `step` says which (from 0). */
export interface RefusedOutcome {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  readonly step?: number;
}

/** What a dry run found. */
export interface PlannedOutcome<S, E> {
  readonly kind: 'planned';
  /** What would be appended, by step; none where it would be refused, or has been accepted before. */
  readonly steps: readonly (readonly E[])[];
  /** The aggregate as it would leave it; as it stands where it leaves it so. */
  readonly state: S;
  readonly verdict:
    | { readonly kind: 'accepted'; readonly planId: string; readonly expiresAt: string }
    | RefusedOutcome
    /** The same command was accepted before, up to this position: sent again, it is answered as it was then. */
    | { readonly kind: 'repeated'; readonly position: Position };
}

export type CommandOutcome<S, E> =
  | (StepOutcome<E> & {
      readonly kind: 'accepted';
      /** The outcome of each command of a batch; of a single one, its own. */
      readonly steps: readonly StepOutcome<E>[];
      readonly position: Position;
      /** The same command had been accepted before: this is its outcome from then. */
      readonly replayed: boolean;
    })
  | PlannedOutcome<S, E>
  | RefusedOutcome;
