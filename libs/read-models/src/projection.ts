import type {
  CustomerEvent,
  CustomerReferenceEvent,
  OfferEvent,
  PartnershipEvent,
  PartnershipRequestEvent,
  ProviderEvent,
  ResellerEvent,
} from '@tierbook/domain';
import type { DomainEvent, Erased, RecordedEvent } from '@tierbook/eventing';
import type { ViewDefinition } from './view';

/** An event as it may read later: its personal data may have been erased. */
export type Readable<E extends DomainEvent> = E extends DomainEvent
  ? { readonly [Field in keyof E]: Field extends 'personal' ? E[Field] | Erased : E[Field] }
  : never;

/** Every event that views are built from. */
export type ViewedEvent = Readable<
  | CustomerEvent
  | CustomerReferenceEvent
  | OfferEvent
  | PartnershipEvent
  | PartnershipRequestEvent
  | ProviderEvent
  | ResellerEvent
>;

export type Recorded = RecordedEvent<ViewedEvent>;

/**
 * How events become a view's documents: pure, and a document is a fold of events alone, never of another
 * document. The same code serves live building, rebuilding, reads as of a moment, and tests.
 */
export interface Projection<Doc extends object> {
  readonly view: ViewDefinition<Doc>;
  /** The keys of the documents that an event may change; none for an event that is not the view's concern. */
  readonly keysOf: (recorded: Recorded) => readonly string[];
  /** The document after the event; `null` when there is none any more. */
  readonly apply: (doc: Doc | undefined, recorded: Recorded, key: string) => Doc | null;
}

/** A projection whose documents do not matter to the holder. */
export interface AnyProjection {
  readonly view: ViewDefinition<never>;
  readonly keysOf: (recorded: Recorded) => readonly string[];
  apply(doc: object | undefined, recorded: Recorded, key: string): object | null;
}

/** What a projection answers to events of one document out of order: the log is not as the domain writes it. */
export function misplaced(recorded: Recorded, view: string, key: string): Error {
  return new Error(
    `${recorded.event.type} at ${recorded.position} has no place in ${view} ${key}: an event that must come before it is not in the log.`,
  );
}

/** Personal data, `null` once erased. */
export function revealed<P extends object>(personal: P | Erased | undefined): P | null {
  return personal === undefined || typeof personal === 'string' ? null : personal;
}
