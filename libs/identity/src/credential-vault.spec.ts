import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryStateStore } from '@tierbook/state/testing';
import { CredentialVault, generatePassword } from './credential-vault';

const NOW = '2026-01-02T03:04:05.678Z';
const clock = { now: () => new Date(NOW) };
const K1 = randomBytes(32);
const K2 = randomBytes(32);

describe('generatePassword', () => {
  it('holds at least 128 bits in letters and digits that are not read for each other', () => {
    const password = generatePassword();
    expect(password).toMatch(/^[2-9a-hjkmnp-z]{4}(-[2-9a-hjkmnp-z]{4}){6}$/);
    expect(28 * Math.log2(31)).toBeGreaterThanOrEqual(128);
  });

  it('uses the whole alphabet and never repeats itself', () => {
    const passwords = Array.from({ length: 200 }, generatePassword);
    expect(new Set(passwords).size).toBe(200);
    expect(new Set(passwords.join('').replaceAll('-', '')).size).toBe(31);
  });
});

describe('CredentialVault', () => {
  let state: InMemoryStateStore;
  let vault: CredentialVault;
  let credentialId: string;
  let password: string;
  beforeEach(() => {
    state = new InMemoryStateStore();
    vault = new CredentialVault(state, { current: 'k1', keys: new Map([['k1', K1]]) }, clock);
    credentialId = randomUUID();
    password = generatePassword();
  });

  it('verifies what it issued, and nothing else', async () => {
    await vault.issue(credentialId, password, 'customer-1');
    expect(await vault.verify(credentialId, password)).toBe(true);
    expect(await vault.verify(credentialId, generatePassword())).toBe(false);
    expect(await vault.verify(credentialId, '')).toBe(false);
    expect(await vault.verify(randomUUID(), password)).toBe(false);
  });

  it('keeps a verifier bound to its id, and no part of the password', async () => {
    await vault.issue(credentialId, password, 'customer-1');
    const records = await state.list('credential-verifiers', { limit: 10 });
    const mac = createHmac('sha256', K1).update(`${credentialId}\0${password}`).digest('base64url');
    expect(records).toEqual([
      {
        key: credentialId,
        value: { kid: 'k1', mac, owner: 'customer-1', createdAt: NOW },
        version: 1,
      },
    ]);
    const kept = JSON.stringify(records);
    for (const form of [password, password.replaceAll('-', '')]) {
      expect(kept).not.toContain(form);
      expect(kept).not.toContain(Buffer.from(form).toString('base64'));
    }
    expect(JSON.stringify(vault)).not.toContain(password);
  });

  it('does not verify a verifier that was moved to another id', async () => {
    await vault.issue(credentialId, password, 'customer-1');
    const stolen = await state.get('credential-verifiers', credentialId);
    await state.put('credential-verifiers', 'another', stolen?.value ?? null);
    expect(await vault.verify('another', password)).toBe(false);
  });

  it('never overwrites a verifier, and its refusal does not hold the password', async () => {
    await vault.issue(credentialId, password, 'customer-1');
    const second = generatePassword();
    const failure = await vault.issue(credentialId, second, 'customer-1').catch(String);
    expect(failure).toContain('draw a new id');
    expect(failure).not.toContain(second);
    expect(await vault.verify(credentialId, password)).toBe(true);
  });

  it('verifies no more what was removed', async () => {
    await vault.issue(credentialId, password, 'customer-1');
    await vault.remove(credentialId);
    expect(await vault.verify(credentialId, password)).toBe(false);
  });

  it('verifies what was issued under a former key', async () => {
    await vault.issue(credentialId, password, 'customer-1');
    const keys = new Map([
      ['k1', K1],
      ['k2', K2],
    ]);
    const rotated = new CredentialVault(state, { current: 'k2', keys }, clock);
    expect(await rotated.verify(credentialId, password)).toBe(true);
  });
});
