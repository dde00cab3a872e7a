import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import { AT, CUSTOMER, PROVIDER } from '../testing/examples';
import type { CustomerId } from '../ids';
import { customerReference } from './customer-reference.aggregate';
import type { ClaimReference } from './customer-reference.commands';
import type { CustomerReferenceClaimed } from './customer-reference.events';
import { mayBeUnderWay } from './customer-reference.state';

const given = specify(customerReference);
const other = '5d1c7a55-0000-5000-8000-0000000000ff' as CustomerId;
const claimOf = (customerId: CustomerId, claimId: string, held = false): ClaimReference => ({
  type: 'claim-reference',
  at: AT,
  providerId: PROVIDER,
  customerId,
  claimId,
  held,
});
const claimed = (customerId: CustomerId, claimId: string): CustomerReferenceClaimed => ({
  type: 'CustomerReferenceClaimed',
  data: { providerId: PROVIDER, customerId, claimId, at: AT },
});
const release = (claimId: string) => ({ type: 'release-reference', at: AT, claimId }) as const;
const released = (claimId: string) =>
  ({
    type: 'CustomerReferenceReleased',
    data: { providerId: PROVIDER, customerId: CUSTOMER, claimId },
  }) as const;

describe('a reference', () => {
  it('is one customer’s until it is given back', () => {
    given().when(claimOf(CUSTOMER, 'a')).then(claimed(CUSTOMER, 'a'));
    const taken = given(claimed(CUSTOMER, 'a'));
    taken.when(claimOf(other, 'b', true)).thenRefused('reference-taken');
    taken.when(release('a')).then(released('a'));
    given(claimed(CUSTOMER, 'a'), released('a'))
      .when(claimOf(other, 'b', true))
      .then(claimed(other, 'b'));
  });

  it('is given back by the claim that it was taken with, and no other', () => {
    const again = given(claimed(CUSTOMER, 'a'), claimed(CUSTOMER, 'b'));
    again.when(release('a')).thenNothing();
    again.when(release('b')).then(released('b'));
    given().when(release('a')).thenNothing();
    given(claimed(CUSTOMER, 'a'), released('a')).when(release('a')).thenNothing();
  });

  it('can be taken over where a crash left a claim that nobody bears out', () => {
    given(claimed(CUSTOMER, 'a')).when(claimOf(other, 'b')).then(claimed(other, 'b'));
    expect(mayBeUnderWay(AT, '2026-01-31T10:59:59.999Z')).toBe(true);
    expect(mayBeUnderWay(AT, '2026-01-31T11:00:00.000Z')).toBe(false);
  });
});
