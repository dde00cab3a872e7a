import type { Actor, Party } from '@tierbook/eventing';
import {
  always,
  choice,
  count,
  flag,
  id,
  instant,
  listOf,
  objectOf,
  oneOf,
  optional,
  orNull,
  POSITION,
  ref,
  text,
  type Schemas,
} from '../http/schemas';
import type { EventHistory, EventPage } from './event-feed';
import type { EventView } from './event-view';

export const eventSchemas: Schemas = {
  EventData: {
    type: 'object',
    description: 'What happened, by the type of the event. Nothing in it is personal.',
    additionalProperties: true,
  },
  PersonalData: oneOf(
    {
      type: 'object',
      description: 'Personal data, by the type of the event.',
      additionalProperties: true,
    },
    { ...always('Erased'), description: 'The key that it was sealed with has been destroyed.' },
  ),
  Actor: objectOf<Actor>('Who did it. All ids are opaque.', {
    kind: choice(
      ['agent', 'service', 'operator', 'process'],
      'A person, a program, who runs this deployment, or this service by itself.',
    ),
    id: text('Who.'),
    organisation: text('For which organisation; `operator` for who runs this deployment.'),
    onBehalfOf: optional(id('The customer in whose name a delegated administrator acted.')),
    delegation: optional(id('The delegation that allowed it.')),
  }),
  Party: objectOf<Party>('Whom it concerns.', {
    id: id('The customer or reseller.'),
    as: choice(
      ['customer', 'reseller', 'record', 'support'],
      'As the customer, its reseller, the reseller of record, or the support contact.',
    ),
  }),
  Event: objectOf<EventView>('Something that happened. It never changes.', {
    id: id('The event: UUIDv7.'),
    type: text('What happened. More types will come: skip those that you do not know.', {
      examples: ['CustomerCreated'],
    }),
    schemaVersion: count("Version of its data's shape, from 1 on."),
    revision: count('Ordinal in its stream, from 0 on.'),
    position: POSITION,
    occurredAt: instant('From when it counts.'),
    recordedAt: instant('When it was written.'),
    actor: ref('Actor'),
    parties: listOf(ref('Party'), 'Whom it concerns, each as what.'),
    commandId: id('The command that it came of: the same for all events of one.'),
    correlationId: id("The caller's Correlation-Id, or one drawn for the request."),
    causationId: id(
      'What led to the command: the id of its request, as the log line has it, or of the event that was reacted to.',
    ),
    data: ref('EventData'),
    personal: optional(ref('PersonalData')),
  }),
  EventPage: objectOf<EventPage>("A stretch of the provider's events, in log order.", {
    events: listOf(ref('Event'), 'Each after the one before.'),
    nextPosition: orNull(
      POSITION,
      'Send it as `after` to go on; it moves on even where no event was yours. null: the log is empty.',
    ),
    caughtUp: flag('Whether this reached the end of the log.'),
  }),
  EventHistory: objectOf<EventHistory>("A stretch of one customer's events.", {
    events: listOf(ref('Event'), 'Each after the one before.'),
    nextRevision: orNull(
      count('Send it as `afterRevision` to go on.'),
      'null where there is nothing more.',
    ),
  }),
};
