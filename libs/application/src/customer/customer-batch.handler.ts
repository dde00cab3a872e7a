import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CustomerEvent, CustomerId, CustomerState, ProviderId } from '@tierbook/domain';
import {
  CommandPipeline,
  type DomainEvent,
  type PlannedOutcome,
  type Refusal,
  type RefusedOutcome,
} from '@tierbook/eventing';
import { organisationIdOf, References } from '@tierbook/identity';
import { aggregates } from '../aggregates';
import { answerOf, warningsOf, type Answer, type ResourceRef } from '../answer';
import { commandIdOf, contextOf, type Sent } from '../command-message';
import {
  plainAccountHandlers,
  SetCustomerReferenceCommand,
  setReferencePlan,
} from './account.handlers';
import { delegationHandlers } from './delegation.handlers';
import { claimReference, orLost } from './reference';
import { seatsIn } from './seats';
import { subscriptionLifecycleHandlers } from './subscription-lifecycle.handlers';
import { subscriptionHandlers, type OnCustomer } from './subscription.handlers';

/** The most commands of one batch. */
export const MOST_COMMANDS = 100;

/** What came of one command of a batch. */
export interface BatchedResult {
  readonly resource: ResourceRef;
  /** ETag of the resource as of this command. */
  readonly revision: number;
  readonly warnings: ReturnType<typeof warningsOf>;
}

export interface CustomerBatchBody {
  readonly commands: readonly BatchedResult[];
}

/** Makes one command of a batch, as if it had been sent alone. */
export type BatchedCommand = (sent: Sent) => Command<Answer>;

/** Several commands on one customer as one: all of them are done, or none is. */
export class CustomerBatchCommand extends Command<Answer<CustomerBatchBody>> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly commands: readonly [BatchedCommand, ...BatchedCommand[]],
  ) {
    super();
  }
}

type Plan = (message: never) => OnCustomer;

/** How the request of each command is made that a batch may hold and that is plain. */
const PLANS: readonly (readonly [message: unknown, plan: Plan])[] = [
  ...plainAccountHandlers,
  ...subscriptionHandlers,
  ...subscriptionLifecycleHandlers,
  ...delegationHandlers,
].map(({ message, plan }) => [message, plan]);

@CommandHandler(CustomerBatchCommand)
export class CustomerBatchHandler implements ICommandHandler<CustomerBatchCommand> {
  private readonly plans: ReadonlyMap<unknown, Plan>;

  constructor(
    @Inject(CommandPipeline) private readonly pipeline: CommandPipeline,
    @Inject(References) references: References,
  ) {
    this.plans = new Map([...PLANS, [SetCustomerReferenceCommand, setReferencePlan(references)]]);
  }

  async execute(message: CustomerBatchCommand): Promise<Answer<CustomerBatchBody>> {
    const { sent, customerId: id, commands } = message;
    const [make, ...others] = commands;
    const first = this.planned(make, sent, 0);
    const rest = others.map((other, index) => this.planned(other, sent, index + 1));
    const path = `customers/${id}`;
    const context = contextOf(sent, commandIdOf(sent, `${path}/commands`));
    const providerId = organisationIdOf(sent.principal) as ProviderId;
    const outcome = await orLost(() =>
      this.pipeline.executeBatch({
        aggregate: aggregates.customer,
        id,
        context,
        steps: [first.request, ...rest.map(({ request }) => request)],
        beforeAppend: (events) => claimReference(this.pipeline, context, providerId, events),
      }),
    );
    if (outcome.kind === 'refused') return pointed(outcome);
    const resource = { type: 'customer', id, path };
    if (outcome.kind === 'planned') return planAnswer(outcome, resource);
    const results = outcome.steps.map(({ events, revision }, index) => ({
      resource: (index === 0 ? first : rest[index - 1])?.resource ?? resource,
      revision,
      warnings: warningsOf(events),
    }));
    return answerOf(outcome, resource, () => ({ commands: results }));
  }

  /** The command's request, with ids of its own: no key that a caller can send holds a space. */
  private planned(make: BatchedCommand, sent: Sent, index: number): OnCustomer {
    const message = make({ ...sent, idempotencyKey: `${sent.idempotencyKey} ${index}` });
    const plan = this.plans.get(message.constructor);
    if (plan === undefined) throw new TypeError(`${message.constructor.name} goes into no batch.`);
    return plan(message as never);
  }
}

/** Each event says of which command it would come. */
function planAnswer(
  outcome: PlannedOutcome<CustomerState, CustomerEvent>,
  resource: ResourceRef,
): Answer<CustomerBatchBody> {
  const { verdict } = outcome;
  const answer = answerOf<CustomerState, CustomerEvent, CustomerBatchBody>(
    { ...outcome, verdict: verdict.kind === 'refused' ? pointed(verdict) : verdict },
    resource,
    () => ({ commands: [] }),
    seatsIn,
  );
  if (answer.kind !== 'planned') return answer;
  const events = outcome.steps.flatMap((step, command) =>
    step.map((event: DomainEvent) => ({ ...event, command })),
  );
  return { ...answer, events };
}

/** The refusal with pointers into the batch's body: to the command, or to fields of its own body. */
function pointed({ step, refusal }: RefusedOutcome): RefusedOutcome {
  const pointer = `/commands/${step ?? 0}`;
  const within = ({ others, ...one }: Refusal): Refusal => ({
    ...one,
    fields: one.fields?.map((field) => ({
      ...field,
      pointer: `${pointer}/body${field.pointer}`,
    })) ?? [{ pointer, detail: one.detail }],
    ...(others === undefined ? {} : { others: others.map(within) }),
  });
  return { kind: 'refused', refusal: step === undefined ? refusal : within(refusal) };
}
