import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Plan, PlanIds } from '@tierbook/eventing';
import { isSameMac, mac } from './mac';

/** `<plan as base64url JSON>.<HMAC-SHA256>`, short enough for a header that proxies let through. */
const ID = /^([A-Za-z0-9_-]{1,7900})\.([A-Za-z0-9_-]{43})$/;

/**
 * Plan ids: the plan itself, signed (HMAC-SHA256), so that nothing is kept between a dry run and its
 * command. It holds digests of streams' names and their revisions, and nothing personal.
 */
export class SignedPlanIds implements PlanIds {
  readonly #key: KeyObject;

  /** @param secret the same on every process that takes the same commands; another one ends all plans. */
  constructor(secret: Buffer) {
    this.#key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'tierbook plans', 32)));
  }

  issue(plan: Plan): string {
    const text = Buffer.from(JSON.stringify(plan)).toString('base64url');
    return `${text}.${mac(this.#key, text)}`;
  }

  read(id: string): Plan | undefined {
    const [, text, signature] = ID.exec(id) ?? [];
    if (text === undefined || signature === undefined) return undefined;
    if (!isSameMac(signature, mac(this.#key, text))) return undefined;
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Plan;
  }
}
