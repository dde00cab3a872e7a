import type { Decider } from './decider';
import type { DomainEvent, Party } from './envelope';
import type { JsonObject } from './json';

/** Brings an event's stored form one schema version forward. Pure, total, and never edited once released. */
export type Upcaster = (stored: { readonly data: JsonObject; readonly personal?: JsonObject }) => {
  readonly data: JsonObject;
  readonly personal?: JsonObject;
};

/**
 * How one event type is written. `upcasters[n]` brings version n+1 to n+2,
 * so the current schema version is `upcasters.length + 1`.
 */
export interface EventSchema {
  readonly upcasters: readonly Upcaster[];
}

/** Everything the kernel must know of an aggregate besides its rules. */
export interface Aggregate<
  C,
  S,
  E extends DomainEvent,
  Code extends string = string,
> extends Decider<C, S, E, Code> {
  /** The stream's category, such as `customer`: streams are `<namespace>.<category>-<id>`. */
  readonly category: string;
  readonly schemas: Readonly<Record<E['type'], EventSchema>>;
  /** Whose key seals this aggregate's personal data, such as `customer-<id>`; absent where it has none. */
  readonly personalSubject?: (id: string, event: E) => string;
  /** The owning provider, `null` for what belongs to the whole programme. `state` is that after the event. */
  readonly tenantOf: (state: S) => string | null;
  /** Whom the event concerns. `state` is that after the event; both sides of a move are named. */
  readonly partiesOf: (event: E, state: S) => readonly Party[];
  /**
   * The resources with an ETag of their own that the event touches beside the aggregate itself,
   * such as a subscription's id in a customer's stream.
   */
  readonly touches?: (event: E) => readonly string[];
}

/** An aggregate whose type parameters do not matter to the holder, for catalogues. */
export type AnyAggregate = Pick<Aggregate<never, never, never>, 'category'> & {
  readonly schemas: Readonly<Record<string, EventSchema>>;
};
