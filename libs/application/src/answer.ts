import type {
  CommandOutcome,
  DomainEvent,
  PlannedOutcome,
  Position,
  Refusal,
} from '@tierbook/eventing';
import type { WarningCode } from '@tierbook/domain';

/** A resource, and its path below `/v1/`. */
export interface ResourceRef {
  readonly type: string;
  readonly id: string;
  readonly path: string;
}

/** Licences of a subscription, and how many more its offer lets it have. */
export interface Seats {
  readonly subscriptionId: string;
  readonly offerId: string;
  readonly quantity: number;
  readonly maximum: number;
  readonly left: number;
}

/** What a command answers. `body` is what a resource's own answer adds, rebuilt from the command's events. */
export type Answer<Body extends object = object> =
  | {
      readonly kind: 'accepted';
      readonly resource: ResourceRef;
      /** ETag of the resource as of this command. */
      readonly revision: number;
      readonly position: Position;
      readonly warnings: readonly WarningCode[];
      readonly replayed: boolean;
      readonly body: Body;
    }
  | {
      readonly kind: 'planned';
      readonly resource: ResourceRef;
      readonly verdict: PlannedOutcome<unknown, unknown>['verdict'];
      /** What would be appended; of a batch, with the ordinal (from 0) of the command that it would come of. */
      readonly events: readonly (DomainEvent & { readonly command?: number })[];
      /** Of the subscriptions concerned, as it would leave them; where it is refused, as they stand. */
      readonly seats: readonly Seats[];
      readonly warnings: readonly WarningCode[];
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Builds the answer from a command's outcome, the same for a first and a repeated one. */
export function answerOf<S, E extends DomainEvent, Body extends object>(
  outcome: CommandOutcome<S, E>,
  resource: ResourceRef,
  bodyOf: (events: readonly E[]) => Body,
  seatsOf: (state: S, events: readonly E[]) => readonly Seats[] = () => [],
): Answer<Body> {
  switch (outcome.kind) {
    case 'refused':
      return outcome;
    case 'planned': {
      const { verdict, state } = outcome;
      const events = outcome.steps.flat();
      const seats = seatsOf(state, events);
      return { kind: 'planned', resource, verdict, events, seats, warnings: warningsOf(events) };
    }
    case 'accepted': {
      const { revision, position, replayed, events } = outcome;
      const body = bodyOf(events);
      return {
        kind: 'accepted',
        resource,
        revision,
        position,
        warnings: warningsOf(events),
        replayed,
        body,
      };
    }
  }
}

/** What was done all the same, and should be known: each code once. */
export function warningsOf(events: readonly DomainEvent[]): readonly WarningCode[] {
  const said = events.flatMap(({ data }) =>
    'warnings' in data ? (data.warnings as readonly WarningCode[]) : [],
  );
  return [...new Set(said)];
}
