import type { CommandOutcome, DomainEvent, Position, Refusal } from '@tierbook/eventing';
import type { WarningCode } from '@tierbook/domain';

/** A resource, and its path below `/v1/`. */
export interface ResourceRef {
  readonly type: string;
  readonly id: string;
  readonly path: string;
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
      readonly events: readonly DomainEvent[];
      readonly warnings: readonly WarningCode[];
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Builds the answer from a command's outcome, the same for a first and a repeated one. */
export function answerOf<S, E extends DomainEvent, Body extends object>(
  outcome: CommandOutcome<S, E>,
  resource: ResourceRef,
  bodyOf: (events: readonly E[]) => Body,
): Answer<Body> {
  switch (outcome.kind) {
    case 'refused':
      return outcome;
    case 'planned':
      return {
        kind: 'planned',
        resource,
        events: outcome.events,
        warnings: warningsOf(outcome.events),
      };
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

function warningsOf(events: readonly DomainEvent[]): readonly WarningCode[] {
  const said = events.flatMap(({ data }) =>
    'warnings' in data ? (data.warnings as readonly WarningCode[]) : [],
  );
  return [...new Set(said)];
}
