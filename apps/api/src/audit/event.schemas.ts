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
import { FIELDS, LANGUAGES, type FieldChange, type Thing } from '@tierbook/audit';
import type { EventView } from './event-view';
import type { EventPage } from './events.controller';
import type { HistoryAnswer, RefusalsMeanwhile, ToldEvent } from './histories';

const EVENT_FIELDS = {
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
  command: optional(
    text('The command that it came of, by its name; absent on events from before it was kept.', {
      examples: ['create-customer'],
    }),
  ),
  commandId: id('The command that it came of: the same for all events of one.'),
  correlationId: id("The caller's Correlation-Id, or one drawn for the request."),
  causationId: id(
    'What led to the command: the id of its request, as the log line has it, or of the event that was reacted to.',
  ),
  data: ref('EventData'),
  personal: optional(ref('PersonalData')),
};

const HISTORY_FIELDS = {
  events: listOf(ref('ToldEvent'), 'In the order asked for.'),
  nextCursor: orNull(
    text('Send it as `cursor`, with the same filter and sort, for the next page.'),
    'null on the last page.',
  ),
  previousCursor: orNull(
    text('Send it as `cursor`, with the same filter and sort, for the page before.'),
    'null on the first page.',
  ),
  cutShort: flag(
    'The page ended, perhaps empty, because 10,000 events were read for it, and not because there are no more: go on with the cursor.',
  ),
  language: choice(LANGUAGES, 'Language of the sentences (BCP 47).'),
  refusals: optional(ref('RefusalsMeanwhile')),
};

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
  Event: objectOf<EventView>('Something that happened. It never changes.', EVENT_FIELDS),
  Thing: objectOf<Thing>('What something is about.', {
    type: choice(
      [
        'customer',
        'customer-reference',
        'delegation',
        'offer',
        'partnership',
        'partnership-request',
        'provider',
        'reseller',
        'service',
        'subscription',
      ],
      'What it is.',
    ),
    id: text('Its id.'),
  }),
  FieldChange: objectOf<FieldChange>('One field, before an event and after it.', {
    of: ref('Thing'),
    field: choice(FIELDS, 'Its name.'),
    from: { description: 'Its value before; null where it had none; `Erased` once it is.' },
    to: {
      description:
        'Its value after. What is erased is listed whether it changed or not: nobody can tell.',
    },
  }),
  ToldEvent: objectOf<ToldEvent>('Something that happened, with what it changed.', {
    ...EVENT_FIELDS,
    changes: listOf(
      ref('FieldChange'),
      'Each field that differs from what the events before left.',
    ),
    sentence: text('The same for people, in the language of the page.'),
  }),
  RefusalsMeanwhile: objectOf<RefusalsMeanwhile>(
    "Commands that the caller's organisation was refused while the page's events happened.",
    {
      items: listOf(oneOf(ref('RefusedCommand'), ref('RefusalSummary')), 'The newest first.'),
      more: flag('There are more: `GET /v1/audit/refusals` lists them all.'),
    },
  ),
  History: objectOf<HistoryAnswer>('A page of a history.', HISTORY_FIELDS),
  EventPage: objectOf<EventPage>('A page of all that the caller may see.', {
    ...HISTORY_FIELDS,
    nextPosition: orNull(
      POSITION,
      'Send it as `after` to go on; it moves on even where no event was yours. null: the log is empty, or the newest come first.',
    ),
    caughtUp: flag('Whether this reached the end of the log.'),
  }),
};
