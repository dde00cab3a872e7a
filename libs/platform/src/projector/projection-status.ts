import { parsePosition, type Position } from '@tierbook/eventing';
import { PROJECTIONS, type ViewStatus } from '@tierbook/read-models';

/** How far a build is, and how far it has to go. */
interface Reached {
  /** `null` before the first event. */
  readonly position: Position | null;
  /** Positions between it and the log's end; on the embedded engine these are events. */
  readonly lag: number;
}

/** A view's projection as operators are told of it. */
export interface ProjectionStatus extends Reached {
  readonly view: string;
  readonly state: ViewStatus['state'];
  readonly pausedBy?: 'event' | 'operator';
  readonly reason?: string;
  /** Of the projection, as this Tierbook has it. */
  readonly version: number;
  /** Of the build that serves; `null` while none does. */
  readonly servingVersion: number | null;
  readonly eventsPerSecond: number;
  /** Documents that stand still before an event. */
  readonly parkedKeys: number;
  /** The build that is made beside the one that serves. */
  readonly rebuild: (Reached & { readonly version: number; readonly stoppedBy?: string }) | null;
}

/** What operators are told of a view, for a log that ends at `head`. */
export function projectionStatus(
  status: ViewStatus & { readonly eventsPerSecond: number },
  head: Position | undefined,
): ProjectionStatus {
  const { view, state, pausedBy, reason, rebuild, eventsPerSecond, parked = [] } = status;
  return {
    view,
    state,
    ...(pausedBy === undefined ? {} : { pausedBy }),
    ...(reason === undefined ? {} : { reason }),
    version: PROJECTIONS.find((each) => each.view.name === view)?.view.version ?? 0,
    servingVersion: status.version ?? null,
    ...reached(status.position, head),
    eventsPerSecond: Math.round(eventsPerSecond * 10) / 10,
    parkedKeys: parked.length,
    rebuild:
      rebuild === undefined
        ? null
        : {
            version: rebuild.version,
            ...reached(rebuild.position, head),
            ...(rebuild.stoppedBy === undefined ? {} : { stoppedBy: rebuild.stoppedBy }),
          },
  };
}

function reached(position: Position | undefined, head: Position | undefined): Reached {
  const lag = ordinalOf(head) - ordinalOf(position);
  // A head read before the position may be behind it.
  return { position: position ?? null, lag: lag > 0n ? Number(lag) : 0 };
}

function ordinalOf(position: Position | undefined): bigint {
  return position === undefined ? 0n : (parsePosition(position)?.ordinal ?? 0n);
}
