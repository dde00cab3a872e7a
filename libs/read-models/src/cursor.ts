import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { randomBytesOf } from '@tierbook/eventing';
import { CursorInvalidError } from './errors';
import type { Query, SortKey } from './read-store';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Characters of the longest cursor. A sort key may be a folded text of 200 characters, of which each may have become 18
 * (NFKD of U+FDFA, 33 bytes of UTF-8: no character becomes more).
 */
export const MAX_CURSOR_LENGTH = 10_000;

/** What a cursor is good for: the same rows in the same order. */
export type CursorScope = Pick<Query, 'where' | 'sort' | 'join'> & { readonly view: string };

/**
 * Makes and reads paging cursors: base64url of a sealed sort key, bound to its view, conditions and sort.
 * Sealed rather than only signed (AES-256-GCM, whose tag authenticates the scope too): a sort key may be a
 * company's name, and cursors stand in URLs and so in logs.
 */
export class Cursors {
  readonly #key: KeyObject;

  /**
   * @param secret at least 32 bytes; the same on every process that serves the same lists.
   * @param asOf the position that the lists are read as of, where that is not now.
   */
  constructor(
    private readonly secret: Buffer,
    private readonly asOf?: string,
  ) {
    if (secret.length < 32) throw new RangeError('A cursor key needs at least 32 bytes.');
    const key = hkdfSync('sha256', secret, '', 'tierbook list cursors', 32);
    this.#key = createSecretKey(Buffer.from(key));
  }

  /** Of the same lists as they were at a position: cursors of one moment are good for no other. */
  at(position: string): Cursors {
    return new Cursors(this.secret, position);
  }

  /** The text that goes on after this row. */
  seal(after: SortKey, scope: CursorScope): string {
    const nonce = randomBytesOf(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(
      boundTo(scope, this.asOf),
    );
    const sealed = Buffer.concat([cipher.update(JSON.stringify(after)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @throws CursorInvalidError for a forged or damaged cursor, or one of another list, filter or sort. */
  open(cursor: string, scope: CursorScope): SortKey {
    const bytes = Buffer.from(cursor.slice(0, MAX_CURSOR_LENGTH), 'base64url');
    if (cursor.length > MAX_CURSOR_LENGTH || bytes.length <= NONCE_BYTES + TAG_BYTES) {
      throw new CursorInvalidError();
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(boundTo(scope, this.asOf))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
        decipher.final(),
      ]);
      return JSON.parse(text.toString()) as SortKey;
    } catch {
      throw new CursorInvalidError();
    }
  }
}

/** Conditions are lists built in a fixed order by each query, so equal scopes serialise alike. */
function boundTo({ view, where, sort, join }: CursorScope, asOf: string | undefined): Buffer {
  const scope = [view, where, sort.field, sort.direction, join?.view.name, join?.by];
  return Buffer.from(JSON.stringify(asOf === undefined ? scope : [...scope, asOf]));
}
