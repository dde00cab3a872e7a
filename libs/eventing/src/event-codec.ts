import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { EventSchema, Upcaster } from './aggregate';
import {
  ERASED,
  type DomainEvent,
  type Erased,
  type EventMetadata,
  type NewEvent,
  type RecordedEvent,
  type SealedPersonal,
  type StoredEvent,
} from './envelope';
import { MissingPersonalKeyError, UnreadableEventError } from './errors';
import type { JsonObject } from './json';
import { KERNEL_SCHEMAS } from './kernel-events';
import type { PersonalKeys } from './personal-keys';
import { randomBytesOf } from './random-bytes';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
/** Said aloud: without it a tag cut short would be accepted too. */
const TAG = { authTagLength: 16 };

/**
 * Between what the domain decides and what the log keeps: seals personal data on the way in;
 * unseals, then upcasts, on the way out.
 */
export class EventCodec {
  private readonly schemas: ReadonlyMap<string, EventSchema>;
  private readonly keyObjects = new WeakMap<Buffer, KeyObject>();

  constructor(
    private readonly keys: Pick<PersonalKeys, 'find' | 'obtain'>,
    schemas: Iterable<Readonly<Record<string, EventSchema>>>,
  ) {
    const all = [...schemas, KERNEL_SCHEMAS].flatMap((each) => Object.entries(each));
    this.schemas = new Map(all);
    if (this.schemas.size === all.length) return;
    const twice = all
      .map(([type]) => type)
      .filter((type, index, types) => types.indexOf(type) < index);
    throw new TypeError(`Two aggregates declare the event type ${twice.join(', ')}: rename one.`);
  }

  /**
   * The event as it is stored, at its type's current schema version. The subject's key is durable
   * before this answers.
   *
   * @throws MissingPersonalKeyError when the event has personal data of a subject already erased.
   * @throws TypeError when it has personal data and its aggregate names no subject.
   */
  async encode(
    event: DomainEvent,
    envelope: {
      readonly id: string;
      readonly subject?: string | undefined;
      readonly metadata: EventMetadata;
    },
  ): Promise<NewEvent> {
    const { id, subject, metadata } = envelope;
    const encoded = {
      id,
      type: event.type,
      schemaVersion: currentVersion(this.schemaOf(event.type)),
      data: event.data as JsonObject,
      metadata,
    };
    if (event.personal === undefined || event.personal === ERASED) return encoded;
    if (subject === undefined) {
      throw new TypeError(`${event.type} has personal data, but its aggregate names no subject.`);
    }
    return { ...encoded, personal: await this.seal(event.personal, subject, id) };
  }

  /**
   * The event as the domain knows it today. Personal data whose key was destroyed reads as `ERASED`.
   *
   * @throws UnreadableEventError for an unknown type, a schema newer than this version knows, or personal
   *   data that was not sealed with this event under this key.
   * @throws MissingPersonalKeyError when the key is neither present nor tombstoned.
   */
  async decode<E extends DomainEvent = DomainEvent>(
    stored: StoredEvent,
  ): Promise<RecordedEvent<E>> {
    const upcasters = this.upcastersFor(stored);
    const personal = stored.personal && (await this.unseal(stored.personal, stored.id));
    return recorded<E>(stored, personal, upcasters);
  }

  /**
   * The event as `decode` answers it, but with its personal data left sealed: it reads as `ERASED`, and no key is
   * asked for. Enough to decide, as nothing is decided by personal data.
   *
   * @throws UnreadableEventError for an unknown type, or a schema newer than this version knows.
   */
  decodeSealed<E extends DomainEvent = DomainEvent>(stored: StoredEvent): RecordedEvent<E> {
    return recorded<E>(stored, stored.personal && ERASED, this.upcastersFor(stored));
  }

  private upcastersFor(stored: StoredEvent): readonly Upcaster[] {
    const schema = this.schemaOf(stored.type);
    if (stored.schemaVersion > currentVersion(schema)) {
      throw new UnreadableEventError(
        `${stored.type} at ${stored.position} has schema version ${stored.schemaVersion}; ` +
          `this version of Tierbook reads up to ${currentVersion(schema)}. Upgrade Tierbook.`,
      );
    }
    return schema.upcasters.slice(stored.schemaVersion - 1);
  }

  private schemaOf(type: string): EventSchema {
    const schema = this.schemas.get(type);
    if (schema === undefined) {
      throw new UnreadableEventError(
        `Unknown event type ${type}. Upgrade Tierbook to read this log.`,
      );
    }
    return schema;
  }

  private async seal(personal: object, subject: string, eventId: string): Promise<SealedPersonal> {
    const found = await this.keys.obtain(subject);
    if (found.kind !== 'present') {
      throw new MissingPersonalKeyError(`${subject} is erased: nothing can be recorded about it.`);
    }
    const nonce = randomBytesOf(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.keyObjectOf(found.key), nonce, TAG).setAAD(
      Buffer.from(eventId),
    );
    // Of bytes, as a cipher takes and gives text at twice the price. GCM holds nothing back until its end.
    const ciphertext = cipher.update(Buffer.from(JSON.stringify(personal)));
    cipher.final();
    return {
      v: 1,
      subject,
      nonce: nonce.toString('base64url'),
      ciphertext: ciphertext.toString('base64url'),
      tag: cipher.getAuthTag().toString('base64url'),
    };
  }

  private async unseal(sealed: SealedPersonal, eventId: string): Promise<JsonObject | Erased> {
    const found = await this.keys.find(sealed.subject);
    switch (found.kind) {
      case 'destroyed':
        return ERASED;
      case 'absent':
        throw new MissingPersonalKeyError(
          `No key and no tombstone for ${sealed.subject}, needed by event ${eventId}: restore the key store that belongs to this log.`,
        );
      case 'present':
        return open(sealed, this.keyObjectOf(found.key), eventId);
    }
  }

  /** A cipher takes raw bytes at three times the price. Lives no longer than the bytes do where they come from. */
  private keyObjectOf(key: Buffer): KeyObject {
    const known = this.keyObjects.get(key) ?? createSecretKey(key);
    this.keyObjects.set(key, known);
    return known;
  }
}

function open(sealed: SealedPersonal, key: KeyObject, eventId: string): JsonObject {
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(sealed.nonce, 'base64url'), TAG)
      .setAAD(Buffer.from(eventId))
      .setAuthTag(Buffer.from(sealed.tag, 'base64url'));
    // Of bytes, as `seal` does.
    const text = decipher.update(Buffer.from(sealed.ciphertext, 'base64url'));
    decipher.final();
    return JSON.parse(text.toString()) as JsonObject;
  } catch (cause) {
    throw new UnreadableEventError(
      `The personal data of event ${eventId} was not sealed with it under the key of ${sealed.subject}: ` +
        'the log was changed, or log and key store do not belong together.',
      { cause },
    );
  }
}

function recorded<E extends DomainEvent>(
  stored: StoredEvent,
  personal: JsonObject | Erased | undefined,
  upcasters: readonly Upcaster[],
): RecordedEvent<E> {
  const { id, stream, revision, position, schemaVersion, metadata } = stored;
  const event = upcast(stored, personal, upcasters) as E;
  return { id, stream, revision, position, schemaVersion, metadata, event };
}

function upcast(
  stored: StoredEvent,
  personal: JsonObject | Erased | undefined,
  upcasters: readonly Upcaster[],
): DomainEvent {
  let { data } = stored;
  let revealed = personal === ERASED ? undefined : personal;
  for (const upcaster of upcasters) {
    const next = upcaster(revealed === undefined ? { data } : { data, personal: revealed });
    data = next.data;
    revealed = next.personal;
  }
  const read = personal === ERASED ? ERASED : revealed;
  return { type: stored.type, data, ...(read === undefined ? {} : { personal: read }) };
}

function currentVersion(schema: EventSchema): number {
  return schema.upcasters.length + 1;
}
