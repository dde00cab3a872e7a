import { hkdfSync } from 'node:crypto';
import type { Plan, PlanIds } from '@tierbook/eventing';
import { isSameMac, MacKey } from './mac';

/** `<plan as base64url JSON>.<HMAC-SHA256>`, short enough for a header that proxies let through. */
const ID = /^([A-Za-z0-9_-]{1,7900})\.([A-Za-z0-9_-]{43})$/;

/**
 * Plan ids: the plan itself, signed (HMAC-SHA256), so that nothing is kept between a dry run and its
 * command. It holds digests of streams' names and their revisions, and nothing personal.
 */
export class SignedPlanIds implements PlanIds {
  readonly #key: MacKey;

  /** @param secret the same on every process that takes the same commands; another one ends all plans. */
  constructor(secret: Buffer) {
    this.#key = new MacKey(new Uint8Array(hkdfSync('sha256', secret, '', 'tierbook plans', 32)));
  }

  issue(plan: Plan): string {
    const text = Buffer.from(JSON.stringify(plan)).toString('base64url');
    return `${text}.${this.#key.mac(text)}`;
  }

  read(id: string): Plan | undefined {
    const [, text, signature] = ID.exec(id) ?? [];
    if (text === undefined || signature === undefined) return undefined;
    if (!isSameMac(signature, this.#key.mac(text))) return undefined;
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Plan;
  }
}
