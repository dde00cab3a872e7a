import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import { AT, reseller as resellerId } from '../testing/examples';
import { reseller } from './reseller.aggregate';
import type {
  ApplyReseller,
  ApproveReseller,
  ChangeResellerProfile,
  ReinstateReseller,
  RejectReseller,
  SuspendReseller,
} from './reseller.commands';
import type {
  ResellerApplied,
  ResellerApproved,
  ResellerProfileChanged,
  ResellerReinstated,
  ResellerRejected,
  ResellerSuspended,
} from './reseller.events';

const given = specify(reseller);
const id = resellerId(1);
const apply: ApplyReseller = {
  type: 'apply-reseller',
  at: AT,
  resellerId: id,
  partnerId: '4711',
  name: 'Wingtip',
  email: 'hello@wingtip.example',
  country: 'BR',
  state: 'SP',
  phoneIsValid: true,
};
const approve: ApproveReseller = { type: 'approve-reseller', at: AT };
const reject: RejectReseller = { type: 'reject-reseller', at: AT };
const { type, at, partnerId, name, email, country, phoneIsValid } = apply;
const stateless = { type, at, resellerId: id, partnerId, name, email, country, phoneIsValid };
const applied: ResellerApplied = {
  type: 'ResellerApplied',
  data: { resellerId: id, partnerId: '4711', country: 'BR' },
  personal: { name: 'Wingtip', email: 'hello@wingtip.example', state: 'SP' },
};
const approved: ResellerApproved = { type: 'ResellerApproved', data: { resellerId: id } };
const rejected: ResellerRejected = { type: 'ResellerRejected', data: { resellerId: id } };

const suspend: SuspendReseller = { type: 'suspend-reseller', at: AT };
const reinstate: ReinstateReseller = { type: 'reinstate-reseller', at: AT };
const changeProfile: ChangeResellerProfile = {
  type: 'change-reseller-profile',
  at: AT,
  profile: {
    name: 'Wingtip Cloud',
    email: 'hi@wingtip.example',
    state: 'RJ',
    phone: '+55 11 5555 0100',
  },
  phoneIsValid: true,
};
const suspended: ResellerSuspended = { type: 'ResellerSuspended', data: { resellerId: id } };
const reinstated: ResellerReinstated = { type: 'ResellerReinstated', data: { resellerId: id } };
const profileChanged: ResellerProfileChanged = {
  type: 'ResellerProfileChanged',
  data: { resellerId: id },
  personal: changeProfile.profile,
};

describe('a reseller applies', () => {
  it('with what it gives, its personal data kept apart', () => {
    given().when(apply).then(applied);
    given()
      .when({ ...apply, phone: '+55 11 5555 0100' })
      .then({ ...applied, personal: { ...applied.personal, phone: '+55 11 5555 0100' } });
  });

  it('again after a rejection, with other details', () => {
    const state = given(applied, rejected)
      .when({ ...apply, country: 'PT', state: 'Porto' })
      .then({
        ...applied,
        data: { ...applied.data, country: 'PT' },
        personal: { ...applied.personal, state: 'Porto' },
      });
    expect(state).toMatchObject({ status: 'applied', country: 'PT' });
  });

  it('from a country that there is, with a phone number that can be one', () => {
    given()
      .when({ ...apply, country: 'UK' })
      .thenRefused('country-unknown', '/country');
    given()
      .when({ ...apply, phone: '12', phoneIsValid: false })
      .thenRefused('phone-invalid', '/phone');
  });

  it("from a state of its country, as a customer's address names one", () => {
    given().when(stateless).thenRefused('state-required', '/state');
    given()
      .when({ ...apply, state: 'Bavaria' })
      .thenRefused('state-unknown', '/state');
    expect(reseller.decide({ ...stateless, country: 'DE' }, given().state).kind).toBe('accepted');
  });

  it('not while an application waits', () => {
    given(applied).when(apply).thenRefused('reseller-already-applied');
  });

  it('not once enrolled', () => {
    given(applied, approved).when(apply).thenRefused('reseller-already-enrolled');
  });

  it('never with a partner id that was not parsed: the sender is at fault', () => {
    expect(() => reseller.decide({ ...apply, partnerId: '007' }, given().state)).toThrow(TypeError);
  });
});

describe('the operator', () => {
  it('approves an application', () => {
    expect(given(applied).when(approve).then(approved)).toMatchObject({ status: 'enrolled' });
  });

  it('rejects an application, with or without a reason', () => {
    expect(given(applied).when(reject).then(rejected)).toMatchObject({ status: 'rejected' });
    given(applied)
      .when({ ...reject, reason: 'unknown company' })
      .then({ ...rejected, personal: { reason: 'unknown company' } });
  });

  it.each([
    ['nobody', given()],
    ['an enrolled reseller', given(applied, approved)],
    ['a rejected reseller', given(applied, rejected)],
  ])('decides on no application of %s', (_who, before) => {
    before.when(approve).thenRefused('reseller-not-applied');
    before.when(reject).thenRefused('reseller-not-applied');
  });
});

describe('a suspension', () => {
  it('is of an enrolled reseller, with or without a reason', () => {
    const state = given(applied, approved).when(suspend).then(suspended);
    expect(state).toMatchObject({ status: 'suspended', country: 'BR' });
    given(applied, approved)
      .when({ ...suspend, reason: 'unpaid' })
      .then({ ...suspended, personal: { reason: 'unpaid' } });
  });

  it.each([
    ['nobody', given()],
    ['an applicant', given(applied)],
    ['a rejected reseller', given(applied, rejected)],
  ])('is not of %s', (_who, before) => {
    before.when(suspend).thenRefused('reseller-not-enrolled');
    before.when(reinstate).thenRefused('reseller-not-suspended');
  });

  it('is not done twice, and holds against all but a reinstatement', () => {
    const before = given(applied, approved, suspended);
    for (const command of [suspend, apply, changeProfile]) {
      before.when(command).thenRefused('reseller-suspended');
    }
    before.when(approve).thenRefused('reseller-not-applied');
  });

  it('ends by a reinstatement, after which it may begin again', () => {
    const before = given(applied, approved, suspended);
    expect(before.when(reinstate).then(reinstated)).toMatchObject({ status: 'enrolled' });
    given(applied, approved, suspended, reinstated).when(suspend).then(suspended);
    given(applied, approved).when(reinstate).thenRefused('reseller-not-suspended');
  });
});

describe("a reseller's profile", () => {
  it('is replaced whole, and changes nothing of where the reseller stands', () => {
    const state = given(applied, approved).when(changeProfile).then(profileChanged);
    expect(state).toEqual(given(applied, approved).state);
  });

  it('changes it only to a state of its country', () => {
    const profile = { ...changeProfile.profile, state: 'Bavaria' };
    given(applied, approved)
      .when({ ...changeProfile, profile })
      .thenRefused('state-unknown', '/state');
  });

  it('is changed by an enrolled reseller only', () => {
    for (const before of [given(), given(applied), given(applied, rejected)]) {
      before.when(changeProfile).thenRefused('reseller-not-enrolled');
    }
  });

  it('holds a phone number that can be one', () => {
    given(applied, approved)
      .when({ ...changeProfile, phoneIsValid: false })
      .thenRefused('phone-invalid', '/phone');
  });
});

describe('the stream of a reseller', () => {
  it('belongs to no provider and names the reseller', () => {
    expect(reseller.tenantOf()).toBeNull();
    expect(reseller.personalSubject('r')).toBe('reseller-r');
    expect(reseller.partiesOf(approved)).toEqual([{ id: id, as: 'reseller' }]);
  });
});
