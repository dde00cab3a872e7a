import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import type { CredentialId, ServiceId } from '../ids';
import { AT, PROVIDER, reseller } from '../testing/examples';
import { services } from './services.aggregate';
import type { CreateService, RevokeService, RotateServiceSecret } from './services.commands';
import { serviceOf, usableCredentials } from './services.decider';
import type { ServiceCreated, ServiceRevoked, ServiceSecretRotated } from './services.events';

const given = specify(services);
const ID = 'a5000000-0000-4000-8000-000000000001' as ServiceId;
const credential = (n: number) => `c0000000-0000-4000-8000-00000000000${n}` as CredentialId;
const owner = { kind: 'provider', id: PROVIDER } as const;
const LATER = '2026-03-02T10:00:00.000Z';

const create: CreateService = {
  type: 'create-service',
  at: AT,
  serviceId: ID,
  owner,
  name: 'erp-sync',
  role: 'sales-agent',
  credentialId: credential(1),
};
const created: ServiceCreated = {
  type: 'ServiceCreated',
  data: {
    serviceId: ID,
    owner,
    name: 'erp-sync',
    role: 'sales-agent',
    credentialId: credential(1),
    createdAt: AT,
  },
};
const rotate: RotateServiceSecret = {
  type: 'rotate-service-secret',
  at: '2026-03-01T10:00:00.000Z',
  serviceId: ID,
  credentialId: credential(2),
  overlapHours: 24,
};
const rotated: ServiceSecretRotated = {
  type: 'ServiceSecretRotated',
  data: {
    serviceId: ID,
    credentialId: credential(2),
    formerCredentialId: credential(1),
    formerUntil: LATER,
    droppedCredentialId: null,
    rotatedAt: rotate.at,
  },
};
const revoke: RevokeService = { type: 'revoke-service', at: LATER, serviceId: ID };
const revoked: ServiceRevoked = {
  type: 'ServiceRevoked',
  data: { serviceId: ID, credentialIds: [credential(1)], revokedAt: LATER },
};

const usable = (state: ReturnType<typeof given>['state'], now: string) => {
  const service = serviceOf(state, ID);
  return service === undefined ? undefined : usableCredentials(service, now);
};

describe('a service', () => {
  it('is created with a first credential', () => {
    given().when(create).then(created);
    expect(usable(given(created).state, AT)).toEqual([credential(1)]);
  });

  it('has a name that no other active service of its organisation has', () => {
    const other = { ...create, serviceId: 'a5000000-0000-4000-8000-000000000002' as ServiceId };
    given(created).when(other).thenRefused('service-name-taken', '/name');
    given(created, revoked)
      .when(other)
      .then({ ...created, data: { ...created.data, serviceId: other.serviceId } });
  });

  it("has a role of its organisation's kind", () => {
    given()
      .when({ ...create, role: 'operator' })
      .thenRefused('service-role-unavailable', '/role');
    const operator = { kind: 'operator', id: 'operator' } as const;
    given()
      .when({ ...create, owner: operator })
      .thenRefused('service-role-unavailable', '/role');
  });

  it('is one of 100 at most', () => {
    const hundred = Array.from({ length: 100 }, (_, n): ServiceCreated => {
      const serviceId = `a5000000-0000-4000-8000-${String(n).padStart(12, '0')}` as ServiceId;
      return { ...created, data: { ...created.data, serviceId, name: `s-${String(n)}` } };
    });
    given(...hundred)
      .when({ ...create, name: 'one-more' })
      .thenRefused('service-limit-reached');
  });

  it('gets a new secret, and the one before works until the overlap is over', () => {
    given(created).when(rotate).then(rotated);
    const { state } = given(created, rotated);
    expect(usable(state, '2026-03-02T09:59:59.999Z')).toEqual([credential(2), credential(1)]);
    expect(usable(state, LATER)).toEqual([credential(2)]);
  });

  it('has two secrets at most: a second rotation drops the one that overlapped', () => {
    const again = { ...rotate, at: LATER, credentialId: credential(3), overlapHours: 0 };
    given(created, rotated)
      .when(again)
      .then({
        type: 'ServiceSecretRotated',
        data: {
          serviceId: ID,
          credentialId: credential(3),
          formerCredentialId: credential(2),
          formerUntil: LATER,
          droppedCredentialId: credential(1),
          rotatedAt: LATER,
        },
      });
  });

  it('has no secret that works once it is revoked, and is revoked once', () => {
    given(created).when(revoke).then(revoked);
    given(created, rotated)
      .when(revoke)
      .then({
        ...revoked,
        data: { ...revoked.data, credentialIds: [credential(2), credential(1)] },
      });
    expect(usable(given(created, revoked).state, AT)).toEqual([]);
    given(created, revoked).when(revoke).thenNothing();
    given(created, revoked).when(rotate).thenRefused('service-revoked');
  });

  it('that there is none of is neither rotated nor revoked', () => {
    given().when(rotate).thenRefused('service-unknown');
    const serviceId = 'a5000000-0000-4000-8000-000000000009' as ServiceId;
    given(created)
      .when({ ...revoke, serviceId })
      .thenRefused('service-unknown');
  });

  it("is its provider's, or concerns its reseller", () => {
    const of = (kind: 'reseller' | 'operator', id: string): ServiceCreated => ({
      ...created,
      data: { ...created.data, owner: { kind, id } },
    });
    expect(services.tenantOf(given(created).state)).toBe(PROVIDER);
    expect(services.partiesOf(created, given(created).state)).toEqual([]);
    const resellers = given(of('reseller', reseller(1))).state;
    expect(services.tenantOf(resellers)).toBeNull();
    expect(services.partiesOf(created, resellers)).toEqual([{ id: reseller(1), as: 'reseller' }]);
    expect(services.tenantOf(given(of('operator', 'operator')).state)).toBeNull();
  });
});
