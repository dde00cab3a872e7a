import type { Seats } from '@tierbook/application';
import type { CommandAnswer, PlanAnswer, PlannedRefusal, WarningAnswer } from './command-sender';
import {
  choice,
  count,
  id,
  instant,
  listOf,
  objectOf,
  optional,
  orNull,
  POSITION,
  ref,
  REVISION,
  text,
  type Schema,
  type Schemas,
} from './schemas';

const WARNINGS = listOf(ref('Warning'), 'What was done all the same, and should be known.');

/** What every accepted command answers, and the fields that this one adds. */
export function commandAnswer(description: string, added: Schema = {}): Schema {
  const common = objectOf<CommandAnswer>(description, {
    resource: ref('Resource'),
    revision: REVISION,
    position: POSITION,
    warnings: WARNINGS,
  });
  return {
    ...common,
    required: [...(common.required ?? []), ...(added.required ?? [])],
    properties: { ...common.properties, ...added.properties },
  };
}

type Plan = PlanAnswer['plan'];

/** What every dry run answers. */
export const PLAN_ANSWER = objectOf<PlanAnswer>(
  'A dry run of a command. Nothing has been appended.',
  {
    plan: objectOf<Plan>('What would come of the command.', {
      outcome: choice(
        ['accepted', 'refused', 'repeated'],
        'Repeated: a command with this key was accepted before; sent again, it is answered as it was then and does nothing.',
      ),
      id: orNull(
        text(
          'Sent as If-Plan with the command, it refuses it where what it was planned on has changed.',
        ),
        'null unless it would be accepted.',
      ),
      expiresAt: orNull(instant('Until when the plan can be applied.'), 'null without an id.'),
      position: orNull(POSITION, 'Of a repeated one, where it was accepted; else null.'),
      resource: ref('Resource'),
      events: listOf(ref('PlannedEvent'), 'What would be appended, in order.'),
      refusals: listOf(ref('PlannedRefusal'), 'Every rule that would refuse it.'),
      seats: listOf(
        ref('Seats'),
        'Licences of the subscriptions concerned, as it would leave them.',
      ),
    }),
    warnings: WARNINGS,
  },
);

export const commandSchemas: Schemas = {
  Resource: objectOf<CommandAnswer['resource']>('What a command made or changed.', {
    type: text('What it is.', { examples: ['customer'] }),
    id: text('Its id: a UUID; of a partnership, two with a dot between.'),
    href: text('Its address.', {
      format: 'uri-reference',
      examples: ['/v1/customers/5a3f0f0e-7c1b-5d0e-9a53-0f6a2f0f5b11'],
    }),
  }),
  Warning: objectOf<WarningAnswer>('Said with an accepted command.', {
    code: choice(['reseller-of-record-missing', 'subscriptions-uncredited'], 'What it is about.'),
    detail: text('What it means, and what to do about it.'),
  }),
  CommandAnswer: commandAnswer('An accepted command. A repeat of it answers the same.'),
  PlanAnswer: PLAN_ANSWER,
  PlannedRefusal: objectOf<PlannedRefusal>('What the problem of the command itself would say.', {
    type: text('urn:tierbook:problem:<code>', { format: 'uri' }),
    title: text('What kind of problem it is.'),
    status: { type: 'integer', description: "That of the command's answer." },
    detail: text('What is wrong, and what to do.'),
    code: ref('ProblemCode'),
    errors: optional(listOf(ref('FieldProblem'), 'The fields to blame.')),
  }),
  Seats: objectOf<Seats>('Licences of one subscription.', {
    subscriptionId: id('The subscription.'),
    offerId: id('What is bought.'),
    quantity: count('Licences.'),
    maximum: count('Most licences that its offer lets it have.'),
    left: count('How many more those are.'),
  }),
  PlannedEvent: objectOf<Plan['events'][number]>('An event, without its personal data.', {
    type: text('What would happen.', { examples: ['SubscriptionOrdered'] }),
    data: ref('EventData'),
    command: optional(
      count('Of a batch: the ordinal of the command that it would come of, from 0.'),
    ),
  }),
};
