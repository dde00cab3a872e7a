import type { Invitation, InvitationBody } from '@tierbook/application';
import { AUTHORISATIONS, type HoldingCounts } from '@tierbook/domain';
import type { PartnershipRequestRow, WaitingRequestRow } from '@tierbook/read-models';
import { commandAnswer, PLAN_ANSWER } from '../http/command.schemas';
import {
  COUNTED,
  always,
  choice,
  count,
  EMAIL,
  flag,
  id,
  instant,
  listOf,
  objectOf,
  optional,
  orNull,
  pageOf,
  PERIOD_ID,
  personal,
  ref,
  REVISION,
  text,
  type Schemas,
} from '../http/schemas';
import type { InvitationShown, PartnershipRequestDetail } from './invitation-shown';
import { OFF_BOARDING_STATUSES, type HoldingShown, type OffBoarding } from './off-boarding';
import { LANGUAGES, STATUSES } from './partnership.dto';

const STATUS = choice(STATUSES, 'Where it stands at the moment of reading.');
const EXPIRES_AT = instant('Until when it can be accepted or declined.');
const LANGUAGE = choice(LANGUAGES, 'Language of the standard text.');
const GENERATION = count('Which of its links counts: a new link raises it, from 1 on.');
const LINK = text('The link to send: whoever follows it and signs in as a reseller can accept.', {
  format: 'uri',
});
const REQUEST_ID = id('The partnership request.');
const SUBJECT = text('Subject of the message.');

/** What is shown of a request to its provider, in lists and alone. */
const REQUEST = {
  requestId: REQUEST_ID,
  providerId: id('The provider that sent it.'),
  email: personal('Where it went.', EMAIL),
  ownText: orNull(
    objectOf<NonNullable<PartnershipRequestRow['ownText']>>("The provider's own text.", {
      subject: SUBJECT,
      body: text('The message; `{link}` stands where the link goes.'),
    }),
    'null where the standard text is used, and once it is erased.',
  ),
  language: LANGUAGE,
  generation: GENERATION,
  status: STATUS,
  requestedAt: instant('When it was made.'),
  remindedAt: orNull(instant('When it was sent again last.'), 'null if it never was.'),
  expiresAt: EXPIRES_AT,
  reminderDueAt: orNull(
    instant('When it was recorded that it should be sent again: seven days before it expires.'),
    'null since it was sent last.',
  ),
  expiredAt: orNull(
    instant('When its expiry was recorded; `status` says so at once.'),
    'null since it was sent last.',
  ),
  bouncedAt: orNull(instant('When the mail sent last came back.'), 'null while it has not.'),
  bounceNote: personal('What the provider noted of that.'),
  closedAt: orNull(instant('When it was answered or withdrawn.'), 'null until then.'),
  resellerId: orNull(id('The reseller that answered it.'), 'null until then.'),
  periodId: orNull(
    id('The period of the partnership that its acceptance began.'),
    'null until it is accepted.',
  ),
  revision: REVISION,
} as const;

export const partnershipSchemas: Schemas = {
  Draft: objectOf<Invitation['draft']>('A message to send the link with.', {
    subject: SUBJECT,
    body: text('The message, with the link in place.'),
    mailto: text("Opens it in the sender's own e-mail program (RFC 6068).", { format: 'uri' }),
  }),
  InvitationAnswer: commandAnswer(
    'An accepted partnership request or reminder, with what is to be sent.',
    objectOf<InvitationBody>('', { link: optional(LINK), draft: optional(ref('Draft')) }),
  ),
  PartnershipRequest: objectOf<PartnershipRequestRow>(
    'A partnership request, as lists show it.',
    REQUEST,
  ),
  PartnershipRequestPage: pageOf(ref('PartnershipRequest'), COUNTED),
  WaitingRequest: objectOf<WaitingRequestRow>(
    'A partnership request, as whoever it was sent to sees it.',
    {
      requestId: REQUEST_ID,
      providerId: id('The provider that sent it.'),
      providerName: personal('Its name.'),
      status: always('requested'),
      language: LANGUAGE,
      requestedAt: instant('When it was made.'),
      remindedAt: orNull(instant('When it was sent again last.'), 'null if it never was.'),
      expiresAt: EXPIRES_AT,
    },
  ),
  WaitingRequestPage: pageOf(ref('WaitingRequest'), COUNTED),
  HoldingCounts: objectOf<HoldingCounts>("What a reseller has of the provider's customers.", {
    customers: count('Customers that it has anything of.'),
    associations: count('Customers that it is associated with.'),
    delegations: count('Delegations that it was granted.'),
    supportContacts: count('Subscriptions that it supports.'),
    records: count('Running subscriptions that it is of record for.'),
  }),
  Holding: objectOf<HoldingShown>('What a reseller has of one customer.', {
    customerId: id('The customer.'),
    associated: flag('Whether it is associated with the customer.'),
    delegations: listOf(id('A delegation.'), 'Those that it was granted.'),
    supportContacts: listOf(id('A subscription.'), 'Those that it supports.'),
    records: listOf(id('A subscription.'), 'Running ones that it is of record for.'),
  }),
  HoldingPage: pageOf(ref('Holding')),
  OffBoarding: objectOf<OffBoarding>(
    'What the latest period of a partnership has, or still has to give back once it has ended.',
    {
      status: choice(
        OFF_BOARDING_STATUSES,
        'not-started: the partnership is active; completed: nothing is left.',
      ),
      periodId: PERIOD_ID,
      successorId: orNull(id('Who takes over.'), 'null where nobody does.'),
      creditUntil: orNull(
        text('First day (UTC) that the reseller is no longer credited for.', { format: 'date' }),
        'null while the partnership is active.',
      ),
      planned: orNull(
        ref('HoldingCounts'),
        'What there was to give back; null before it is known.',
      ),
      done: orNull(ref('HoldingCounts'), 'How much of it was given back; null before it is known.'),
      left: ref('HoldingCounts'),
      customers: ref('HoldingPage'),
    },
  ),
  EndPlanAnswer: {
    ...PLAN_ANSWER,
    description: 'A dry run of the end of a partnership, with what it would touch.',
    required: [...(PLAN_ANSWER.required ?? []), 'offBoarding'],
    properties: {
      ...PLAN_ANSWER.properties,
      offBoarding: orNull(ref('OffBoarding'), 'null unless the command would be accepted.'),
    },
  },
  PartnershipRequestDetail: objectOf<PartnershipRequestDetail>(
    'A partnership request, with its link and the message to send it with.',
    {
      ...REQUEST,
      email: text('Where it goes.', EMAIL),
      providerName: text('Its name; empty once it is erased.'),
      link: LINK,
      draft: ref('Draft'),
    },
  ),
  InvitationShown: objectOf<InvitationShown>('What an invitation offers to a reseller.', {
    requestId: REQUEST_ID,
    provider: objectOf<InvitationShown['provider']>('Who invites.', {
      id: id('The provider.'),
      name: text('Its name; empty once it is erased.'),
    }),
    status: STATUS,
    superseded: flag("Whether a newer link has taken this one's place."),
    expiresAt: EXPIRES_AT,
    authorises: listOf(
      choice(AUTHORISATIONS, 'What it allows.'),
      'What accepting allows the provider, and what may follow for the reseller.',
    ),
  }),
};
