import type { DelegationScope } from '@tierbook/domain';
import type { DelegationRow } from '@tierbook/read-models';
import {
  always,
  choice,
  id,
  instant,
  listOf,
  objectOf,
  oneOf,
  orNull,
  pageOf,
  PERIOD_ID,
  personal,
  ref,
  REVISION,
  text,
  type Schemas,
} from '../http/schemas';
import { RIGHTS } from './delegation.dto';

const CAUSES = [
  'reseller-changed',
  'revoked',
  'expired',
  'partnership-ended',
  'customer-ended',
] as const satisfies readonly DelegationRow['cause'][];

export const delegationSchemas: Schemas = {
  DelegationScope: {
    description: 'What is administered.',
    ...oneOf(
      objectOf<Extract<DelegationScope, { kind: 'account' }>>('The whole account.', {
        kind: always('account'),
      }),
      objectOf<Extract<DelegationScope, { kind: 'subscription' }>>('One subscription alone.', {
        kind: always('subscription'),
        subscriptionId: id('The subscription.'),
      }),
    ),
  },
  DelegationDetail: objectOf<DelegationRow>('A delegation, also one that has ended.', {
    delegationId: id('The delegation.'),
    customerId: id('Whose account it is.'),
    providerId: id('The provider that owns the customer.'),
    resellerId: id('Who administers.'),
    resellerName: personal('Its name, as it is today.'),
    periodId: PERIOD_ID,
    scope: ref('DelegationScope'),
    rights: listOf(choice(RIGHTS, 'One thing that it may do.'), 'What it may do.'),
    grantedAt: instant('When it was granted.'),
    start: instant('From when.'),
    end: instant('Until when, exclusive.'),
    reason: orNull(
      text('Why: as it was given last.'),
      'null where none was given, for others than the provider, and once it is erased.',
    ),
    status: choice(
      ['granted', 'ended'],
      'Whether its end is recorded. It no longer holds from `end` on, recorded or not.',
    ),
    endedAt: orNull(instant('When its end was recorded.'), 'null before that.'),
    cause: orNull(choice(CAUSES, 'Why it ended.'), 'null before it has.'),
    revision: REVISION,
  }),
  DelegationPage: pageOf(ref('DelegationDetail')),
};
