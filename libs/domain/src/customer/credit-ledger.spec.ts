import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { specify } from '@tierbook/eventing/testing';
import { addDays, dayOf, daysBetween } from '../calendar';
import {
  AT,
  CUSTOMER,
  OFFER,
  chosen,
  createCustomer,
  delegation,
  orderOf,
  partner,
  subscription,
} from '../testing/examples';
import { historyOf, subscriptionAfter } from '../testing/history';
import { creditLedger, creditsOf } from './credit-ledger';
import { customer } from './customer.aggregate';
import type { CustomerCommand } from './customer.commands';
import type { CustomerEvent } from './customer.events';
import type { CustomerState } from './customer.state';

const given = specify(customer);
const on = (at: string) => ({ at, subscriptionId: subscription(1) });
const order: CustomerCommand = {
  type: 'order-subscription',
  at: AT,
  order: orderOf(1, { reseller: chosen(1), delegatedAdmin: false }),
};
const record = (n: number | null, at: string, from?: string): CustomerCommand => ({
  type: 'associate-subscription-reseller',
  ...on(at),
  reseller: n === null ? null : chosen(n),
  delegatedAdmin: false,
  delegationId: delegation(9),
  ...(from === undefined ? {} : { effectiveFrom: `${from}T00:00:00.000Z` }),
});
const ledgerOf = (...commands: readonly CustomerCommand[]) =>
  creditLedger(subscriptionAfter(historyOf(order, ...commands), 1)).map(
    ({ from, to, reseller, licences }) => [from, to, reseller?.resellerId ?? null, licences],
  );

describe('the credit ledger', () => {
  it('credits the reseller of record from the first day until the end of the term', () => {
    expect(ledgerOf()).toEqual([['2026-01-31', '2027-01-31', 'reseller-1', 10]]);
  });

  it('counts a day for whoever was last said to have it', () => {
    const at = '2026-03-01T23:00:00.000Z';
    const more: CustomerCommand = { type: 'change-quantity', quantity: 20, ...on(at) };
    expect(ledgerOf(more, record(2, at), record(3, '2026-03-01T23:30:00.000Z'))).toEqual([
      ['2026-01-31', '2026-03-01', 'reseller-1', 10],
      ['2026-03-01', '2027-01-31', 'reseller-3', 20],
    ]);
  });

  it('takes a later fact about past days in the place of what was known', () => {
    const first = record(2, '2026-05-01T00:00:00.000Z');
    const later = record(null, '2026-06-10T00:00:00.000Z', '2026-04-01');
    expect(ledgerOf(first, later)).toEqual([
      ['2026-01-31', '2026-04-01', 'reseller-1', 10],
      ['2026-04-01', '2027-01-31', null, 10],
    ]);
  });

  it('credits nobody for licences that are suspended, and nothing after the end', () => {
    const suspend: CustomerCommand = {
      type: 'suspend-subscription',
      ...on('2026-03-01T08:00:00.000Z'),
    };
    const back: CustomerCommand = {
      type: 'reactivate-subscription',
      ...on('2026-03-11T08:00:00.000Z'),
    };
    expect(ledgerOf(suspend, back)).toEqual([
      ['2026-01-31', '2026-03-01', 'reseller-1', 10],
      ['2026-03-01', '2026-03-11', 'reseller-1', 0],
      ['2026-03-11', '2027-01-31', 'reseller-1', 10],
    ]);
    const cancelled: CustomerCommand = {
      type: 'cancel-subscription',
      ...on('2026-02-03T00:00:00.000Z'),
    };
    expect(ledgerOf(cancelled)).toEqual([['2026-01-31', '2026-02-03', 'reseller-1', 10]]);
    expect(ledgerOf({ ...cancelled, at: AT })).toEqual([]);
  });

  it('goes on with the next term', () => {
    const advance: CustomerCommand = {
      type: 'advance-subscription',
      ...on('2027-01-31T10:00:00.000Z'),
    };
    expect(ledgerOf(advance)).toEqual([['2026-01-31', '2028-01-31', 'reseller-1', 10]]);
  });
});

describe('a change of the reseller of record', () => {
  const bought = historyOf(order);

  it('of days that have passed is a correction that names what it supersedes', () => {
    given(...historyOf(order, record(2, '2026-03-01T00:00:00.000Z')))
      .when(record(2, '2026-03-05T12:00:00.000Z', '2026-02-20'))
      .then({
        type: 'ResellerOfRecordCorrected',
        data: {
          customerId: CUSTOMER,
          subscriptionId: subscription(1),
          offerId: OFFER,
          from: partner(2),
          to: partner(2),
          effectiveFrom: '2026-02-20T00:00:00.000Z',
          quantity: 10,
          warnings: [],
          superseded: [
            { from: '2026-02-20', to: '2026-03-01', reseller: partner(1) },
            { from: '2026-03-01', to: '2026-03-05', reseller: partner(2) },
          ],
        },
      });
  });

  it('to what those days have already changes nothing', () => {
    given(...bought)
      .when(record(1, '2026-03-05T12:00:00.000Z', '2026-02-20'))
      .thenNothing();
  });

  it('lies in the present term and not in the future', () => {
    const at = '2026-03-05T12:00:00.000Z';
    given(...bought)
      .when(record(2, at, '2026-01-30'))
      .thenRefused('effective-date-before-term', '/effectiveFrom');
    given(...bought)
      .when(record(2, at, '2026-03-06'))
      .thenRefused('effective-date-in-future', '/effectiveFrom');
    expect(ledgerOf(record(2, at, '2026-01-31'))).toEqual([
      ['2026-01-31', '2027-01-31', 'reseller-2', 10],
    ]);
  });
});

describe('credits', () => {
  const lines = (commands: readonly CustomerCommand[], days?: Parameters<typeof creditsOf>[1]) =>
    creditsOf(subscriptionAfter(historyOf(order, ...commands), 1), days);

  it('are licence-days and list amount by reseller', () => {
    // Ten licences of 10.50 a month. The first month is 31 January to 27 February, 28 days; the second
    // 28 February to 30 March, 31 days, of which one reseller has one and the other thirty.
    const handed = record(2, '2026-03-01T09:00:00.000Z');
    expect(lines([handed], { to: '2026-03-31' })).toEqual([
      {
        resellerId: 'reseller-1',
        licenceDays: 290,
        listAmount: { currency: 'EUR', amount: '108.387097' },
      },
      {
        resellerId: 'reseller-2',
        licenceDays: 300,
        listAmount: { currency: 'EUR', amount: '101.612903' },
      },
    ]);
    expect(lines([], { from: '2026-02-28', to: '2026-03-31' })).toEqual([
      {
        resellerId: 'reseller-1',
        licenceDays: 310,
        listAmount: { currency: 'EUR', amount: '105.00' },
      },
    ]);
  });

  it('of a whole year are twelve times the price', () => {
    expect(lines([])).toEqual([
      {
        resellerId: 'reseller-1',
        licenceDays: 3650,
        listAmount: { currency: 'EUR', amount: '1260.00' },
      },
    ]);
    expect(lines([], { from: '2028-01-01' })).toEqual([]);
  });
});

/** A step some hours later; what is refused is left out. */
const arbitraryStep = fc.tuple(
  fc.integer({ min: 1, max: 2_000 }),
  fc.oneof(
    fc.record({ kind: fc.constant('quantity'), quantity: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ kind: fc.constantFrom('suspend', 'reactivate', 'cancel', 'advance', 'off') }),
    fc.record({
      kind: fc.constant('record'),
      n: fc.option(fc.integer({ min: 1, max: 3 })),
      back: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
    }),
  ),
);

function commandOf(step: Readonly<Record<string, unknown>>, at: string): CustomerCommand {
  switch (step['kind']) {
    case 'quantity':
      return { type: 'change-quantity', quantity: step['quantity'] as number, ...on(at) };
    case 'suspend':
      return { type: 'suspend-subscription', ...on(at) };
    case 'reactivate':
      return { type: 'reactivate-subscription', ...on(at) };
    case 'cancel':
      return { type: 'cancel-subscription', ...on(at) };
    case 'advance':
      return { type: 'advance-subscription', ...on(at) };
    case 'off':
      return { type: 'set-auto-renew', autoRenew: false, ...on(at) };
    default: {
      const back = step['back'] as number | undefined;
      const from = back === undefined ? undefined : dayOf(addDays(at, -back));
      return record(step['n'] as number | null, at, from);
    }
  }
}

describe('whatever happens to a subscription', () => {
  it('its ledger has no gaps and no overlaps, and says of each day what was last recorded', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('P1M' as const, 'P1Y' as const),
        fc.array(arbitraryStep, { maxLength: 25 }),
        (term, steps) => {
          const bought = orderOf(1, { reseller: chosen(1), term });
          let events: readonly CustomerEvent[] = historyOf(
            createCustomer({ subscriptions: [bought] }),
          );
          let state: CustomerState = events.reduce(customer.evolve, customer.initialState);
          let at = AT;
          for (const [hours, step] of steps) {
            at = addDays(at, hours / 24);
            const decision = customer.decide(commandOf(step, at), state);
            if (decision.kind === 'refused') continue;
            events = [...events, ...decision.events];
            state = decision.events.reduce(customer.evolve, state);
          }
          const after = subscriptionAfter(events, 1);
          const ledger = creditLedger(after);
          const end = after.credit.endedOn ?? dayOf(after.termEndsAt);
          expect(ledger[0]?.from ?? end).toBe(dayOf(AT));
          expect(ledger.at(-1)?.to ?? end).toBe(end);
          ledger.forEach(({ from, to }, index) => {
            expect(daysBetween(from, to)).toBeGreaterThan(0);
            expect(ledger[index + 1]?.from ?? end).toBe(to);
          });
          expectRecordOf(events, ledger);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Each day's reseller, found without steps: the last event whose day is not after it. */
function expectRecordOf(
  events: readonly CustomerEvent[],
  ledger: ReturnType<typeof creditLedger>,
): void {
  const facts = events.flatMap((event) => {
    switch (event.type) {
      case 'SubscriptionOrdered':
        return [{ from: dayOf(event.data.startsAt), to: event.data.resellerOfRecord }];
      case 'ResellerOfRecordChanged':
      case 'ResellerOfRecordCorrected':
        return [{ from: dayOf(event.data.effectiveFrom), to: event.data.to }];
      default:
        return [];
    }
  });
  for (const { from, to, reseller } of ledger) {
    for (const edge of [from, dayOf(addDays(`${to}T00:00:00.000Z`, -1))]) {
      expect(reseller).toEqual(facts.findLast((fact) => fact.from <= edge)?.to ?? null);
    }
  }
}
