import { describe, expect, it } from '@jest/globals';
import { organisationIdOf, parsePrincipal, type Principal } from './principal';

const operator: Principal = {
  kind: 'operator',
  id: 'op-1',
  organisation: { kind: 'operator' },
  role: 'operator',
};
const agent: Principal = {
  kind: 'agent',
  id: 'agent-1',
  organisation: { kind: 'provider', id: 'p-1' },
  role: 'sales-agent',
};

describe('parsePrincipal', () => {
  it.each([
    ['an operator', operator],
    ["an operator's service", { ...operator, kind: 'service' }],
    ["a provider's agent", agent],
    [
      "a reseller's service",
      { ...agent, kind: 'service', organisation: { kind: 'reseller', id: 'r' } },
    ],
    [
      "a customer's administrator",
      { ...agent, organisation: { kind: 'customer', id: 'c' }, role: 'customer-admin' },
    ],
  ])('reads %s', (_, claims) => {
    expect(parsePrincipal(claims)).toEqual(claims);
  });

  it.each([
    ['no id', { ...agent, id: undefined }],
    ['an id that could be an address', { ...agent, id: 'ana@example.com' }],
    ['an empty id', { ...agent, id: '' }],
    ['an unknown kind', { ...agent, kind: 'process' }],
    ['no organisation', { ...agent, organisation: undefined }],
    ['an unknown kind of organisation', { ...agent, organisation: { kind: 'guild', id: 'c' } }],
    ["a customer's agent", { ...agent, organisation: { kind: 'customer', id: 'c' } }],
    ["a provider's customer-admin", { ...agent, role: 'customer-admin' }],
    ['an organisation without an id', { ...agent, organisation: { kind: 'provider' } }],
    ['an unknown role', { ...agent, role: 'root' }],
    ['an agent with the role of operator', { ...agent, role: 'operator' }],
    ['an operator with the role of agent', { ...operator, role: 'admin-agent' }],
    ['an operator who is an agent', { ...operator, kind: 'agent' }],
    ['an agent who is an operator', { ...agent, kind: 'operator' }],
  ])('takes no principal from %s', (_, claims) => {
    expect(parsePrincipal(claims)).toBeUndefined();
  });

  it('keeps nothing that it does not know', () => {
    const organisation = { kind: 'provider', id: 'p-1', admin: true };
    expect(parsePrincipal({ ...agent, organisation })).toEqual(agent);
  });
});

describe('organisationIdOf', () => {
  it('is the id, or `operator`', () => {
    expect(organisationIdOf(agent)).toBe('p-1');
    expect(organisationIdOf(operator)).toBe('operator');
  });
});
