import type { CommandAnswer, PlanAnswer, WarningAnswer } from './command-sender';
import {
  choice,
  listOf,
  objectOf,
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
    code: choice(['reseller-of-record-missing'], 'What it is about.'),
    detail: text('What it means, and what to do about it.'),
  }),
  CommandAnswer: commandAnswer('An accepted command. A repeat of it answers the same.'),
  PlanAnswer: objectOf<PlanAnswer>('A dry run of a command that would be accepted.', {
    plan: objectOf<Plan>('What the command would do. Nothing has been appended.', {
      resource: ref('Resource'),
      events: listOf(ref('PlannedEvent'), 'What would be appended, in order.'),
    }),
    warnings: WARNINGS,
  }),
  PlannedEvent: objectOf<Plan['events'][number]>('An event, without its personal data.', {
    type: text('What would happen.', { examples: ['SubscriptionOrdered'] }),
    data: ref('EventData'),
  }),
};
