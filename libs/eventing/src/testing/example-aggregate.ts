import { randomUUID } from 'node:crypto';
import type { Aggregate } from '../aggregate';
import { AggregateStore } from '../aggregate-store';
import type { Clock } from '../clock';
import { CommandPipeline } from '../command-pipeline';
import type { CommandContext, CommandOutcome, CommandRequest } from '../command-request';
import { EventCodec } from '../event-codec';
import type { EventStore } from '../event-store';
import { InMemoryEventStore } from './in-memory-event-store';
import { InMemoryPersonalKeys } from './in-memory-personal-keys';
import { InMemoryPlanIds } from './in-memory-plan-ids';

/** Sets the count of each box on a shelf; each box is a resource with an ETag of its own. */
export interface Stock {
  readonly boxes: Readonly<Record<string, number>>;
  readonly note?: string;
}

export interface BoxStocked {
  readonly type: 'BoxStocked';
  readonly data: {
    readonly owner: string;
    readonly box: string;
    readonly from: number;
    readonly to: number;
  };
  readonly personal?: { readonly note: string };
}

export interface ShelfState {
  readonly owner: string | null;
  readonly boxes: Readonly<Record<string, number>>;
}

/** The aggregate of the kernel's own specifications. More than 100 in a box is refused. */
export const shelf: Aggregate<Stock, ShelfState, BoxStocked> = {
  category: 'shelf',
  initialState: { owner: null, boxes: {} },
  decide: ({ boxes, note }, state) => {
    if (Object.values(boxes).some((count) => count > 100)) {
      return { kind: 'refused', refusal: { code: 'overfull', detail: 'At most 100 fit.' } };
    }
    const events = Object.entries(boxes)
      .filter(([box, to]) => to !== (state.boxes[box] ?? 0))
      .map(([box, to]): BoxStocked => {
        const data = { owner: 'owner-1', box, from: state.boxes[box] ?? 0, to };
        return {
          type: 'BoxStocked',
          data,
          ...(note === undefined ? {} : { personal: { note } }),
        };
      });
    return { kind: 'accepted', events };
  },
  evolve: (state, { data: { owner, box, to } }) => ({
    owner,
    boxes: { ...state.boxes, [box]: to },
  }),
  schemas: { BoxStocked: { upcasters: [] } },
  personalSubject: (id) => `shelf-${id}`,
  tenantOf: ({ owner }) => owner,
  partiesOf: ({ data: { box } }) => [{ id: box, as: 'customer' }],
  touches: ({ data: { box } }) => [box],
};

/** A clock that stands still until it is set. */
export class SetClock implements Clock {
  constructor(public time = '2030-01-01T00:00:00.000Z') {}

  now(): Date {
    return new Date(this.time);
  }
}

/** The kernel put together over a store, as one process has it: another one over the same store is a restart. */
export function kernelOver(
  store: EventStore = new InMemoryEventStore(),
  keys = new InMemoryPersonalKeys(),
  clock: Clock = new SetClock(),
) {
  const codec = new EventCodec(keys, [shelf.schemas]);
  const aggregates = new AggregateStore(store, codec, 'test');
  const pipeline = new CommandPipeline({
    store,
    aggregates,
    codec,
    clock,
    planIds: new InMemoryPlanIds(),
    newEventId: () => randomUUID(),
  });
  return { store, keys, codec, aggregates, pipeline };
}

/** A command's context; two with the same `body` and `commandId` are the same command. */
export function contextOf(
  change: Partial<CommandContext> = {},
  body = 'the same body',
): CommandContext {
  return {
    actor: { kind: 'agent', id: 'agent-1', organisation: 'owner-1' },
    commandId: randomUUID(),
    fingerprint: { kid: 'k1', mac: body },
    isSameCommand: ({ mac }) => mac === body,
    correlationId: randomUUID(),
    causationId: randomUUID(),
    ...change,
  };
}

/** The request to stock shelf `shelf-1`. */
export function stocking(
  boxes: Readonly<Record<string, number>>,
  context: CommandContext = contextOf(),
  change: Partial<CommandRequest<Stock, ShelfState, BoxStocked>> = {},
): CommandRequest<Stock, ShelfState, BoxStocked> {
  return {
    name: 'stock',
    aggregate: shelf,
    id: 'shelf-1',
    context,
    authorise: () => ({ ok: {} }),
    gather: () => ({ ok: { boxes } }),
    ...change,
  };
}

/** The outcome, which must be an acceptance. */
export function acceptedOf<S, E>(outcome: CommandOutcome<S, E>) {
  if (outcome.kind !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The code that the outcome, which must be a refusal, refuses with. */
export function refusalCodeOf(outcome: CommandOutcome<unknown, unknown>): string {
  if (outcome.kind !== 'refused') throw new Error(`Not refused: ${JSON.stringify(outcome)}`);
  return outcome.refusal.code;
}
