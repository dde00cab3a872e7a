import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import { AT, LATER, PROVIDER, REQUEST, period, reseller } from '../testing/examples';
import { partnershipRequest } from './partnership-request.aggregate';
import type {
  AcceptPartnership,
  DeclinePartnership,
  NotePartnershipRequestBounce,
  RemindPartnershipRequest,
  RequestPartnership,
  WithdrawPartnershipRequest,
} from './partnership-request.commands';
import type {
  PartnershipRequestAccepted,
  PartnershipRequestBounced,
  PartnershipRequestDeclined,
  PartnershipRequestReminded,
  PartnershipRequestWithdrawn,
  PartnershipRequested,
} from './partnership-request.events';
import { requestStatusAt } from './partnership-request.state';

const given = specify(partnershipRequest);
const EXPIRES = '2026-03-02T10:00:00.000Z';
const JUST_BEFORE = '2026-03-02T09:59:59.999Z';
const EXPIRES_ANEW = '2026-03-31T12:30:00.000Z';

const request: RequestPartnership = {
  type: 'request-partnership',
  at: AT,
  requestId: REQUEST,
  providerId: PROVIDER,
  email: 'hello@wingtip.example',
  emailKey: 'key-of-hello',
  language: 'pt-BR',
};
const remind: RemindPartnershipRequest = {
  type: 'remind-partnership-request',
  at: LATER,
  newLink: false,
};
const bounce: NotePartnershipRequestBounce = {
  type: 'note-partnership-request-bounce',
  at: LATER,
  note: 'No such mailbox',
};
const withdraw: WithdrawPartnershipRequest = { type: 'withdraw-partnership-request', at: LATER };
const decline: DeclinePartnership = {
  type: 'decline-partnership',
  at: LATER,
  generation: 1,
  resellerId: reseller(1),
};
const acceptIt: AcceptPartnership = {
  type: 'accept-partnership',
  at: LATER,
  generation: 1,
  reseller: { resellerId: reseller(1), enrolled: true, suspended: false, country: 'BR' },
  providerCountry: 'BR',
  activePeriod: null,
  periodId: period(1),
  consent: true,
};

const requested: PartnershipRequested = {
  type: 'PartnershipRequested',
  data: {
    requestId: REQUEST,
    providerId: PROVIDER,
    language: 'pt-BR',
    generation: 1,
    expiresAt: EXPIRES,
    emailKey: 'key-of-hello',
  },
  personal: { email: 'hello@wingtip.example' },
};
const reminded = (to: number): PartnershipRequestReminded => ({
  type: 'PartnershipRequestReminded',
  data: {
    requestId: REQUEST,
    providerId: PROVIDER,
    generation: { from: 1, to },
    expiresAt: { from: EXPIRES, to: EXPIRES_ANEW },
  },
});
const bounced: PartnershipRequestBounced = {
  type: 'PartnershipRequestBounced',
  data: { requestId: REQUEST, providerId: PROVIDER },
  personal: { note: 'No such mailbox' },
};
const withdrawn: PartnershipRequestWithdrawn = {
  type: 'PartnershipRequestWithdrawn',
  data: { requestId: REQUEST, providerId: PROVIDER },
};
const declined: PartnershipRequestDeclined = {
  type: 'PartnershipRequestDeclined',
  data: { requestId: REQUEST, providerId: PROVIDER, resellerId: reseller(1) },
};
const accepted: PartnershipRequestAccepted = {
  type: 'PartnershipRequestAccepted',
  data: {
    requestId: REQUEST,
    providerId: PROVIDER,
    resellerId: reseller(1),
    periodId: period(1),
    authorised: [
      'provider-may-order-for-customers',
      'provider-may-delegate-customer-administration',
      'provider-may-designate-support-contact',
    ],
  },
};

describe('a provider requests a partnership', () => {
  it('which can be answered for thirty days', () => {
    given().when(request).then(requested);
  });

  it('in its own words, which keep the place of the link', () => {
    const draft = { subject: 'Olá', body: 'Aceite aqui: {link}' };
    given()
      .when({ ...request, draft })
      .then({ ...requested, personal: { ...requested.personal, draft } });
    given()
      .when({ ...request, draft: { ...draft, body: 'Aceite aqui' } })
      .thenRefused('draft-without-link', '/draft/body');
  });

  it('under a new id: anything else is a defect of the sender', () => {
    expect(() => partnershipRequest.decide(request, given(requested).state)).toThrow('new id');
    expect(() => partnershipRequest.decide(withdraw, given().state)).toThrow('Look it up first');
  });
});

describe('a provider sends a request again', () => {
  it('with the same link', () => {
    given(requested).when(remind).then(reminded(1));
  });

  it('with a new link, which ends the one before', () => {
    given(requested)
      .when({ ...remind, newLink: true })
      .then(reminded(2));
    given(requested, reminded(2)).when(decline).thenRefused('invitation-superseded');
    given(requested, reminded(2)).when(acceptIt).thenRefused('invitation-superseded');
    given(requested, reminded(2))
      .when({ ...acceptIt, generation: 2 })
      .then(accepted);
  });

  it('after it expired: the time to answer begins anew', () => {
    const at = '2027-01-01T00:00:00.000Z';
    const again = given(requested)
      .when({ ...remind, at })
      .then({
        ...reminded(1),
        data: {
          ...reminded(1).data,
          expiresAt: { from: EXPIRES, to: '2027-01-31T00:00:00.000Z' },
        },
      });
    expect(again).toMatchObject({ status: 'requested', expiresAt: '2027-01-31T00:00:00.000Z' });
  });
});

describe('a provider notes that the mail came back', () => {
  it('which ends nothing: the link goes on working', () => {
    expect(given(requested).when(bounce).then(bounced)).toEqual(given(requested).state);
    given(requested, bounced).when(acceptIt).then(accepted);
  });

  it('each time that it does, and after the time to answer too', () => {
    given(requested, bounced)
      .when({ ...bounce, at: '2027-01-01T00:00:00.000Z' })
      .then(bounced);
  });
});

describe('the scheduler', () => {
  const advanceAt = (at: string) => ({ type: 'advance-partnership-request', at }) as const;
  const data = { requestId: REQUEST, providerId: PROVIDER, expiresAt: EXPIRES };
  const reminderDue = { type: 'PartnershipRequestReminderDue', data } as const;
  const expired = { type: 'PartnershipRequestExpired', data } as const;

  it('records seven days before the end that the request should be sent again, once', () => {
    given(requested).when(advanceAt('2026-02-23T09:59:59.999Z')).thenNothing();
    given(requested).when(advanceAt('2026-02-23T10:00:00.000Z')).then(reminderDue);
    given(requested, reminderDue).when(advanceAt(JUST_BEFORE)).thenNothing();
  });

  it('records the expiry, once; late, without the reminder that nobody would read', () => {
    given(requested, reminderDue).when(advanceAt(EXPIRES)).then(expired);
    given(requested).when(advanceAt(EXPIRES)).then(expired);
    given(requested, expired).when(advanceAt(EXPIRES)).thenNothing();
  });

  it('leaves a request alone that was answered or withdrawn', () => {
    for (const over of [withdrawn, declined, accepted]) {
      given(requested, over).when(advanceAt(EXPIRES)).thenNothing();
    }
  });

  it('leaves the rules of an expired request as they are, recorded or not', () => {
    given(requested, expired)
      .when({ ...decline, at: EXPIRES })
      .thenRefused('partnership-request-expired');
    given(requested, expired).when(withdraw).then(withdrawn);
    const sentAgain = reminded(1);
    const expiresAt = { from: EXPIRES, to: '2026-04-01T10:00:00.000Z' };
    const again = given(requested, reminderDue, expired)
      .when({ ...remind, at: EXPIRES })
      .then({ ...sentAgain, data: { ...sentAgain.data, expiresAt } });
    expect(again).toMatchObject({ status: 'requested', reminderDue: false });
  });
});

describe('a provider withdraws a request', () => {
  it('that waits', () => {
    given(requested).when(withdraw).then(withdrawn);
  });

  it('that has expired, so that no reminder brings it back', () => {
    given(requested)
      .when({ ...withdraw, at: '2027-01-01T00:00:00.000Z' })
      .then(withdrawn);
  });
});

describe('a reseller declines', () => {
  it('with or without a reason', () => {
    given(requested).when(decline).then(declined);
    given(requested)
      .when({ ...decline, reason: 'no need' })
      .then({ ...declined, personal: { reason: 'no need' } });
  });
});

describe('a reseller accepts', () => {
  it('a request that waits, up to its last moment', () => {
    given(requested).when(acceptIt).then(accepted);
    given(requested)
      .when({ ...acceptIt, at: JUST_BEFORE })
      .then(accepted);
  });

  it('only with consent', () => {
    given(requested)
      .when({ ...acceptIt, consent: false })
      .thenRefused('consent-missing', '/consent');
  });

  it('only once enrolled', () => {
    for (const country of ['BR', null]) {
      given(requested)
        .when({ ...acceptIt, reseller: { ...acceptIt.reseller, enrolled: false, country } })
        .thenRefused('reseller-not-enrolled');
    }
  });

  it('not while suspended', () => {
    const reseller = { ...acceptIt.reseller, enrolled: false, suspended: true };
    given(requested)
      .when({ ...acceptIt, reseller })
      .thenRefused('reseller-suspended');
  });

  it('only in the market region of the provider', () => {
    const from = (country: string) => ({ ...acceptIt.reseller, country });
    given(requested)
      .when({ ...acceptIt, reseller: from('PT') })
      .thenRefused('region-mismatch');
    given(requested)
      .when({ ...acceptIt, providerCountry: 'DE', reseller: from('PT') })
      .then(accepted);
  });

  it('only when the two are not partners already', () => {
    given(requested)
      .when({ ...acceptIt, activePeriod: period(7) })
      .thenRefused('partnership-already-active');
  });
});

describe('a request that is over', () => {
  const answers = [decline, acceptIt];

  it('cannot be answered once expired', () => {
    for (const answer of answers) {
      given(requested)
        .when({ ...answer, at: EXPIRES })
        .thenRefused('partnership-request-expired');
    }
  });

  it('cannot be answered, sent again or withdrawn once withdrawn', () => {
    for (const command of [...answers, remind, bounce, withdraw]) {
      given(requested, withdrawn).when(command).thenRefused('partnership-request-withdrawn');
    }
  });

  it('cannot be answered, sent again or withdrawn once declined', () => {
    for (const command of [...answers, remind, bounce, withdraw]) {
      given(requested, declined).when(command).thenRefused('partnership-request-declined');
    }
  });

  it('cannot be answered, sent again or withdrawn once accepted: a link works once', () => {
    for (const command of [...answers, remind, bounce, withdraw]) {
      given(requested, accepted).when(command).thenRefused('partnership-request-accepted');
    }
  });
});

describe('the status of a request', () => {
  it('is expired from the end of its time on, unless it was answered', () => {
    const waits = { status: 'requested', expiresAt: EXPIRES } as const;
    expect(requestStatusAt(waits, JUST_BEFORE)).toBe('requested');
    expect(requestStatusAt(waits, EXPIRES)).toBe('expired');
    for (const status of ['accepted', 'declined', 'withdrawn'] as const) {
      expect(requestStatusAt({ status, expiresAt: EXPIRES }, EXPIRES)).toBe(status);
    }
  });
});

describe('the stream of a request', () => {
  it('belongs to the provider, has a key of its own, and names the reseller once it is known', () => {
    expect(partnershipRequest.tenantOf(given().state)).toBeNull();
    expect(partnershipRequest.tenantOf(given(requested).state)).toBe(PROVIDER);
    expect(partnershipRequest.personalSubject('r')).toBe('request-r');
    expect(partnershipRequest.partiesOf(requested)).toEqual([]);
    for (const answer of [declined, accepted]) {
      expect(partnershipRequest.partiesOf(answer)).toEqual([{ id: reseller(1), as: 'reseller' }]);
    }
  });
});
