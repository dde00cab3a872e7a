import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import {
  AT,
  PROVIDER,
  REQUEST,
  chosen,
  partner,
  period,
  reseller,
  unpartnered,
} from '../testing/examples';
import { partnership } from './partnership.aggregate';
import type { BeginPartnership, EndPartnership } from './partnership.commands';
import type { PartnershipAccepted, PartnershipEnded } from './partnership.events';
import { activePeriodOf } from './partnership.state';

const given = specify(partnership);
const begin = (n: number): BeginPartnership => ({
  type: 'begin-partnership',
  at: AT,
  providerId: PROVIDER,
  resellerId: reseller(1),
  requestId: REQUEST,
  periodId: period(n),
});
const end: EndPartnership = { type: 'end-partnership', at: AT, endedBy: 'provider' };
const accepted = (n: number): PartnershipAccepted => ({
  type: 'PartnershipAccepted',
  data: {
    providerId: PROVIDER,
    resellerId: reseller(1),
    requestId: REQUEST,
    periodId: period(n),
  },
});
const ended = (n: number): PartnershipEnded => ({
  type: 'PartnershipEnded',
  data: {
    providerId: PROVIDER,
    resellerId: reseller(1),
    periodId: period(n),
    endedBy: 'provider',
    successor: null,
    creditUntil: '2026-01-31',
  },
});

describe('a partnership begins', () => {
  it('between two who were no partners', () => {
    expect(activePeriodOf(given().when(begin(1)).then(accepted(1)))).toBe(period(1));
  });

  it('anew after it has ended, as another period', () => {
    const state = given(accepted(1), ended(1)).when(begin(2)).then(accepted(2));
    expect(activePeriodOf(state)).toBe(period(2));
  });

  it('once a period, even when it is asked again after its end', () => {
    given(accepted(1)).when(begin(1)).thenNothing();
    given(accepted(1), ended(1)).when(begin(1)).thenNothing();
    given(accepted(1), ended(1), accepted(2)).when(begin(1)).thenNothing();
    given(accepted(1), ended(1), accepted(2), ended(2)).when(begin(1)).thenNothing();
  });

  it('not while another period is active: they are partners already', () => {
    given(accepted(1)).when(begin(2)).thenNothing();
  });
});

describe('a partnership ends', () => {
  it('by either side, with or without a reason', () => {
    expect(activePeriodOf(given(accepted(1)).when(end).then(ended(1)))).toBeNull();
    given(accepted(1))
      .when({ ...end, endedBy: 'reseller', reason: 'moving on' })
      .then({
        ...ended(1),
        data: { ...ended(1).data, endedBy: 'reseller' },
        personal: { reason: 'moving on' },
      });
  });

  it('with a successor, and credit until a day, where they are chosen', () => {
    const choosing = { ...end, successor: chosen(2), creditUntil: '2026-03-31' };
    const data = { ...ended(1).data, successor: partner(2), creditUntil: '2026-03-31' };
    given(accepted(1))
      .when(choosing)
      .then({ ...ended(1), data });
    given(accepted(1))
      .when({ ...end, successor: unpartnered(2) })
      .thenRefused('partnership-not-active', '/successorId');
    given(accepted(1))
      .when({ ...end, successor: chosen(1) })
      .thenRefused('successor-not-another', '/successorId');
    for (const creditUntil of ['2026-01-30', '2027-02-01']) {
      given(accepted(1))
        .when({ ...end, creditUntil })
        .thenRefused('credit-end-out-of-range', '/creditUntil');
    }
    const last = given(accepted(1)).when({ ...end, creditUntil: '2027-01-31' });
    last.then({ ...ended(1), data: { ...ended(1).data, creditUntil: '2027-01-31' } });
  });

  it('in the period that is active', () => {
    given(accepted(1), ended(1), accepted(2)).when(end).then(ended(2));
  });

  it('only when it is active', () => {
    given().when(end).thenRefused('partnership-not-active');
    given(accepted(1), ended(1)).when(end).thenRefused('partnership-not-active');
  });
});

describe('an ended period', () => {
  const holdings = {
    customers: 2,
    associations: 1,
    delegations: 2,
    supportContacts: 1,
    records: 2,
  };
  const of = { providerId: PROVIDER, resellerId: reseller(1), periodId: period(1) };
  const plan = { type: 'plan-off-boarding', at: AT, periodId: period(1), holdings } as const;
  const complete = { type: 'complete-off-boarding', at: AT, periodId: period(1) } as const;
  const planned = {
    type: 'PartnershipOffBoardingPlanned',
    data: { ...of, holdings },
  } as const;
  const completed = { type: 'PartnershipOffBoardingCompleted', data: of } as const;

  it('records what there was to give back, and that all was given back, once', () => {
    given(accepted(1), ended(1)).when(plan).then(planned);
    given(accepted(1), ended(1), planned)
      .when({ ...plan, holdings: { ...holdings, customers: 1 } })
      .thenNothing();
    given(accepted(1), ended(1), planned).when(complete).then(completed);
    given(accepted(1), ended(1), planned, completed).when(complete).thenNothing();
  });

  it('does so while the two are partners again, and no period that goes on does', () => {
    const again = given(accepted(1), ended(1), accepted(2));
    expect(activePeriodOf(again.when(plan).then(planned))).toBe(period(2));
    const active = given(accepted(1)).state;
    expect(() => partnership.decide(plan, active)).toThrow('plan-off-boarding');
  });
});

describe('the stream of a partnership', () => {
  it('belongs to the provider, whose key seals it, and names the reseller', () => {
    expect(partnership.tenantOf(given().state)).toBeNull();
    expect(partnership.tenantOf(given(accepted(1), ended(1)).state)).toBe(PROVIDER);
    expect(partnership.personalSubject('any', ended(1))).toBe(`provider-${PROVIDER}`);
    expect(partnership.partiesOf(ended(1))).toEqual([{ id: reseller(1), as: 'reseller' }]);
    expect(activePeriodOf(given().state)).toBeNull();
  });
});
