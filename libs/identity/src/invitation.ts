import { isSameMac, MacKey } from './mac';

/** An invitation token's parts, as somebody presented them: nothing is verified yet. */
export interface PresentedInvitation {
  readonly requestId: string;
  readonly secret: string;
}

const TOKEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** Reads `<request id>.<secret>`; `undefined` where the text is no invitation token. */
export function parseInvitationToken(text: string): PresentedInvitation | undefined {
  const [, requestId, secret] = TOKEN.exec(text) ?? [];
  return requestId === undefined || secret === undefined ? undefined : { requestId, secret };
}

/**
 * Invitation links. The secret is derived (HMAC-SHA256 of the request's id and generation), not kept, so
 * the same link can be shown again; a new generation of the request ends the links before it.
 */
export class Invitations {
  private readonly key: MacKey;

  constructor(key: Buffer) {
    this.key = new MacKey(key);
  }

  /** `<request id>.<secret>`; `requestId` is a UUID. */
  token(requestId: string, generation: number): string {
    return `${requestId}.${this.secret(requestId, generation)}`;
  }

  /** `<base URL>/accept#<token>`: in the fragment, which is sent to no server and stands in no log. */
  link(baseUrl: string, requestId: string, generation: number): string {
    return `${baseUrl.replace(/\/+$/, '')}/accept#${this.token(requestId, generation)}`;
  }

  /** Whether the presented secret is that of the request's current generation. */
  verify(presented: PresentedInvitation, generation: number): boolean {
    return isSameMac(presented.secret, this.secret(presented.requestId, generation));
  }

  private secret(requestId: string, generation: number): string {
    return this.key.mac(`tierbook invitation v1:${requestId}:${String(generation)}`);
  }
}
