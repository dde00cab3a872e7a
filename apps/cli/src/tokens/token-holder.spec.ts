import { describe, expect, it } from '@jest/globals';
import { resellerIdOf } from '@tierbook/application';
import { UsageError } from '../errors';
import { parseOrganisation, tokenHolder } from './token-holder';

describe('parseOrganisation', () => {
  it('reads each form', () => {
    expect(parseOrganisation('operator')).toEqual({ kind: 'operator' });
    expect(parseOrganisation('provider:p-1')).toEqual({ kind: 'provider', id: 'p-1' });
    expect(parseOrganisation('reseller:r-1')).toEqual({ kind: 'reseller', id: 'r-1' });
    expect(parseOrganisation('customer:c-1')).toEqual({ kind: 'customer', id: 'c-1' });
    expect(parseOrganisation('reseller-partner-id:4521987')).toEqual({
      kind: 'reseller',
      id: resellerIdOf('4521987'),
    });
  });

  it.each(['', 'Operator', 'provider', 'provider:', 'guild:1', 'reseller-partner-id:012'])(
    'refuses %j',
    (text) => {
      expect(() => parseOrganisation(text)).toThrow(UsageError);
    },
  );
});

describe('tokenHolder', () => {
  const reseller = { kind: 'reseller', id: 'r-1' } as const;

  it("is the organisation's administrator unless a role is given", () => {
    expect(tokenHolder({ kind: 'operator' }, { id: 'me' })).toEqual({
      kind: 'operator',
      id: 'me',
      organisation: { kind: 'operator' },
      role: 'operator',
    });
    expect(tokenHolder(reseller, { id: 'me' })).toMatchObject({
      kind: 'agent',
      role: 'admin-agent',
    });
    expect(tokenHolder(reseller, { id: 'me', role: 'auditor' })).toMatchObject({ role: 'auditor' });
  });

  it('refuses a role that the organisation does not have, and ids that are not opaque', () => {
    expect(() => tokenHolder(reseller, { id: 'me', role: 'operator' })).toThrow(UsageError);
    expect(() => tokenHolder({ kind: 'operator' }, { id: 'me', role: 'auditor' })).toThrow(
      UsageError,
    );
    expect(() => tokenHolder(reseller, { id: 'me@here' })).toThrow(UsageError);
    expect(() => tokenHolder({ kind: 'provider', id: 'a b' }, { id: 'me' })).toThrow(UsageError);
  });
});
