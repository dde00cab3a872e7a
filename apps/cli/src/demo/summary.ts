import { formatCount, formatDuration, formatTable } from '../terminal/format';
import type { DemoOutcome } from './run-demo';

/** Where the demo was made, and how. */
export interface DemoPlace {
  readonly baseUrl: string;
  /** The file that holds the service's tokens. */
  readonly tokensFile: string;
  readonly seed: number;
  readonly milliseconds: number;
}

/** What there is now, and what to do with it. */
export function summaryLines(outcome: DemoOutcome, place: DemoPlace): string[] {
  const { baseUrl, tokensFile, seed, milliseconds } = place;
  const { newCustomers, refused, refusedCount, firstCustomerId } = outcome;
  const row = (name: string, count: number, remark = '') => [name, formatCount(count), remark];
  const one = firstCustomerId === null ? '' : `/${firstCustomerId}`;
  return [
    `The demo provider now has, of seed ${seed} (${formatDuration(milliseconds)}):`,
    ...formatTable([
      row('  offers', outcome.offers),
      row('  resellers', outcome.resellers, '(enrolled and partnered)'),
      row('  customers', outcome.customers, `(${formatCount(newCustomers)} of them new)`),
      row(
        '  subscriptions',
        outcome.subscriptions,
        `(${formatCount(outcome.uncredited)} uncredited)`,
      ),
      row('  support contacts', outcome.supportContacts, '(other than the provider)'),
    ]),
    ...(refusedCount === 0
      ? []
      : ['', `${formatCount(refusedCount)} customers were refused, among them:`, ...refused]),
    '',
    'Next:',
    `  TOKEN=$(node -p "require('${tokensFile}').tokens.provider")`,
    `  curl -s -H "Authorization: Bearer $TOKEN" "${baseUrl}/v1/resellers?sort=-customers"`,
    `  curl -s -H "Authorization: Bearer $TOKEN" "${baseUrl}/v1/customers?companyName=aurora&limit=5"`,
    `  curl -s -H "Authorization: Bearer $TOKEN" "${baseUrl}/v1/customers${one}"`,
    `  open ${baseUrl}/docs in a browser for everything else`,
  ];
}
