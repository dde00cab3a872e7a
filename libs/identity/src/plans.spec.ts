import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Plan } from '@tierbook/eventing';
import { SignedPlanIds } from './plans';

const SECRET = randomBytes(32);
const PLAN: Plan = {
  organisation: 'c30bcfc3-a077-51a1-8acb-e56fefec3ed9',
  fingerprint: { kid: '0123456789abcdef', mac: 'm'.repeat(43) },
  expiresAt: 1_893_456_000_000,
  revisions: { aaaaaaaaaaaa: 4, bbbbbbbbbbbb: -1 },
};

describe('plan ids', () => {
  it('hold the whole plan, for every process with the same secret', () => {
    const id = new SignedPlanIds(SECRET).issue(PLAN);
    expect(new SignedPlanIds(SECRET).read(id)).toEqual(PLAN);
  });

  it('are good as a header, even of a batch that looked at 210 streams', () => {
    const revisions = Object.fromEntries(
      Array.from({ length: 210 }, () => [randomBytes(9).toString('base64url'), 12_345]),
    );
    const ids = new SignedPlanIds(SECRET);
    const id = ids.issue({ ...PLAN, revisions });
    expect(id).toMatch(/^[\x21-\x7e]{1,8000}$/);
    expect(ids.read(id)?.revisions).toEqual(revisions);
  });

  it('are unknown when they were made elsewhere, altered or cut', () => {
    const ids = new SignedPlanIds(SECRET);
    const id = ids.issue(PLAN);
    const [text = '', signature = ''] = id.split('.');
    const other = Buffer.from(JSON.stringify({ ...PLAN, expiresAt: 9e15 })).toString('base64url');
    const elsewhere = new SignedPlanIds(randomBytes(32)).issue(PLAN);
    for (const bad of [
      elsewhere,
      `${other}.${signature}`,
      text,
      `${text}.`,
      id.slice(0, -1),
      '',
      'x.y',
    ]) {
      expect([bad, ids.read(bad)]).toEqual([bad, undefined]);
    }
  });
});
