import { describe, expect, it } from '@jest/globals';
import { summaryLines } from './summary';

const OUTCOME = {
  offers: 19,
  resellers: 10,
  customers: 1_200,
  newCustomers: 200,
  subscriptions: 2_400,
  supportContacts: 300,
  uncredited: 7,
  firstCustomerId: 'an-id',
  refused: [],
  refusedCount: 0,
};
const PLACE = {
  baseUrl: 'http://here',
  tokensFile: '/d/development.json',
  seed: 3,
  milliseconds: 61_000,
};

describe('the summary', () => {
  it('says what there is, what is new, and what to do next', () => {
    const text = summaryLines(OUTCOME, PLACE).join('\n');
    expect(text).toContain('of seed 3 (1 min 1 s)');
    expect(text).toContain('customers         1,200  (200 of them new)');
    expect(text).toContain('http://here/v1/customers/an-id');
    expect(text).not.toContain('refused');
  });

  it('shows what was refused', () => {
    const refused = ['POST /v1/customers was refused: domain-taken.'];
    const text = summaryLines({ ...OUTCOME, refused, refusedCount: 9 }, PLACE).join('\n');
    expect(text).toContain('9 customers were refused');
    expect(text).toContain('domain-taken');
  });
});
