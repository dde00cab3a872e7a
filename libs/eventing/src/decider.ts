import type { DomainEvent } from './envelope';

/** A rule said no: a value with a code of its own, not an exception. */
export interface Refusal<Code extends string = string> {
  readonly code: Code;
  /** Names what was wrong, the value seen and the limit, and what to do. Holds no personal data. */
  readonly detail: string;
  /** JSON Pointers (RFC 6901) into the command's body, where fields are to blame. */
  readonly fields?: readonly { readonly pointer: string; readonly detail: string }[];
  /** The other rules that refuse it too, where they can be told. */
  readonly others?: readonly Refusal<Code>[];
}

export type Decision<E extends DomainEvent, Code extends string = string> =
  | { readonly kind: 'accepted'; readonly events: readonly E[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal<Code> };

/**
 * A decider (Chassaing): a pure state machine. Time, ids and random values come in with the command.
 * `evolve` must accept every event it ever emitted, in the order it was appended.
 */
export interface Decider<C, S, E extends DomainEvent, Code extends string = string> {
  readonly initialState: S;
  readonly decide: (command: C, state: S) => Decision<E, Code>;
  readonly evolve: (state: S, event: E) => S;
}
