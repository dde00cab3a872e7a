import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventSchema } from './aggregate';
import type { DomainEvent, NewEvent, StoredEvent } from './envelope';
import { MissingPersonalKeyError, UnreadableEventError } from './errors';
import { EventCodec } from './event-codec';
import type { JsonObject } from './json';
import type { PersonalKeys } from './personal-keys';
import { formatPosition } from './position';
import { InMemoryPersonalKeys } from './testing/in-memory-personal-keys';
import { newEvent } from './testing/new-event';

const { metadata } = newEvent();
const SUBJECT = 'customer-1';

function codecWith(
  keys: PersonalKeys = new InMemoryPersonalKeys(),
  schemas: Readonly<Record<string, EventSchema>> = { Written: { upcasters: [] } },
): EventCodec {
  return new EventCodec(keys, [schemas]);
}

/** The event as a store gives it back. */
function stored(event: NewEvent, change: Partial<StoredEvent> = {}): StoredEvent {
  return {
    ...(JSON.parse(JSON.stringify(event)) as NewEvent),
    stream: 'test.customer-1',
    revision: 0,
    position: formatPosition('0123456789abcdef', 1),
    metadata: { ...event.metadata, append: { index: 0, of: 1 } },
    ...change,
  };
}

function encode(codec: EventCodec, event: DomainEvent, id: string = randomUUID()) {
  return codec.encode(event, { id, subject: SUBJECT, metadata });
}

async function sealedIn(codec: EventCodec, personal: object) {
  const encoded = await encode(codec, { type: 'Written', data: {}, personal });
  if (encoded.personal === undefined) throw new Error('Nothing was sealed.');
  return { encoded, sealed: encoded.personal };
}

describe('sealing', () => {
  it('leaves nothing of the personal data readable', async () => {
    const personal = { name: 'Ana Canário', email: 'ana@canario.example' };
    const { encoded, sealed } = await sealedIn(codecWith(), personal);
    const text = JSON.stringify(encoded);
    for (const value of ['Ana', 'Canário', 'canario.example', 'name', 'email']) {
      expect(text).not.toContain(value);
      expect(Buffer.from(sealed.ciphertext, 'base64url').includes(value)).toBe(false);
    }
    expect(Object.keys(sealed).sort()).toEqual(['ciphertext', 'nonce', 'subject', 'tag', 'v']);
    expect(sealed).toMatchObject({ v: 1, subject: SUBJECT });
  });

  it('uses a nonce once', async () => {
    const codec = codecWith();
    const [first, second] = await Promise.all([
      sealedIn(codec, { a: 1 }),
      sealedIn(codec, { a: 1 }),
    ]);
    expect(first.sealed.nonce).not.toBe(second.sealed.nonce);
    expect(first.sealed.ciphertext).not.toBe(second.sealed.ciphertext);
  });

  it('binds what it seals to the event', async () => {
    const codec = codecWith();
    const { encoded } = await sealedIn(codec, { name: 'Ana' });
    await expect(codec.decode(stored(encoded, { id: randomUUID() }))).rejects.toThrow(
      UnreadableEventError,
    );
    await expect(codec.decode(stored(encoded))).resolves.toMatchObject({
      event: { personal: { name: 'Ana' } },
    });
  });

  it.each(['nonce', 'ciphertext', 'tag'] as const)('notices a changed %s', async (part) => {
    const codec = codecWith();
    const { encoded, sealed } = await sealedIn(codec, { name: 'Ana' });
    const bytes = Buffer.from(sealed[part], 'base64url');
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
    const personal = { ...sealed, [part]: bytes.toString('base64url') };
    await expect(codec.decode(stored({ ...encoded, personal }))).rejects.toThrow(
      UnreadableEventError,
    );
  });

  it('takes no tag that was cut short', async () => {
    const codec = codecWith();
    const { encoded, sealed } = await sealedIn(codec, { name: 'Ana' });
    const tag = Buffer.from(sealed.tag, 'base64url').subarray(0, 4).toString('base64url');
    await expect(
      codec.decode(stored({ ...encoded, personal: { ...sealed, tag } })),
    ).rejects.toThrow(UnreadableEventError);
  });

  it('says which event and whose key when the key does not fit', async () => {
    const { encoded } = await sealedIn(codecWith(), { name: 'Ana' });
    const others = new InMemoryPersonalKeys();
    await others.obtain(SUBJECT);
    await expect(codecWith(others).decode(stored(encoded))).rejects.toThrow(
      new RegExp(`${encoded.id}.*${SUBJECT}`),
    );
  });

  it('has the key durable before it answers', async () => {
    const durable = new InMemoryPersonalKeys();
    let release = (): void => undefined;
    const flushed = new Promise<void>((resolve) => (release = resolve));
    const slow: PersonalKeys = Object.assign(new InMemoryPersonalKeys(), {
      obtain: async (subject: string) => {
        await flushed;
        return durable.obtain(subject);
      },
    });
    let answered = false;
    const encoding = encode(codecWith(slow), {
      type: 'Written',
      data: {},
      personal: { name: 'Ana' },
    }).then((event) => {
      answered = true;
      return event;
    });
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    release();
    const event = await encoding;
    // A process that has only what was durable then reads it.
    await expect(codecWith(durable).decode(stored(event))).resolves.toMatchObject({
      event: { personal: { name: 'Ana' } },
    });
  });

  it('needs no subject where nothing is personal, and refuses to seal for nobody', async () => {
    const codec = codecWith();
    const id = randomUUID();
    await expect(
      codec.encode({ type: 'Written', data: { a: 1 } }, { id, metadata }),
    ).resolves.not.toHaveProperty('personal');
    await expect(
      codec.encode({ type: 'Written', data: {}, personal: { a: 1 } }, { id, metadata }),
    ).rejects.toThrow(TypeError);
  });
});

describe('erasure', () => {
  it('reads as Erased once the key was destroyed', async () => {
    const keys = new InMemoryPersonalKeys();
    const codec = codecWith(keys);
    const { encoded } = await sealedIn(codec, { name: 'Ana' });
    await keys.destroy(SUBJECT, '2030-01-01T00:00:00.000Z');
    const { event } = await codec.decode(stored(encoded));
    expect(event).toEqual({ type: 'Written', data: {}, personal: 'Erased' });
  });

  it('is what data reads as that is left sealed, for which no key is asked', async () => {
    const keys = new InMemoryPersonalKeys();
    const { encoded } = await sealedIn(codecWith(keys), { name: 'Ana' });
    const leftSealed = codecWith().decodeSealed(stored(encoded));
    await keys.destroy(SUBJECT, '2030-01-01T00:00:00.000Z');
    expect(leftSealed).toEqual(await codecWith(keys).decode(stored(encoded)));
    expect(leftSealed.event.personal).toBe('Erased');
  });

  it('takes a key that is merely missing for a fault, never for an erasure', async () => {
    const { encoded } = await sealedIn(codecWith(), { name: 'Ana' });
    await expect(codecWith().decode(stored(encoded))).rejects.toThrow(MissingPersonalKeyError);
  });

  it('records nothing more about an erased subject', async () => {
    const keys = new InMemoryPersonalKeys();
    await keys.destroy(SUBJECT, '2030-01-01T00:00:00.000Z');
    await expect(sealedIn(codecWith(keys), { name: 'Ana' })).rejects.toThrow(
      MissingPersonalKeyError,
    );
  });
});

describe('upcasting', () => {
  const v1 = { Written: { upcasters: [] } };
  const v3 = {
    Written: {
      upcasters: [
        // 1 to 2: a full name becomes two.
        ({ data, personal }: { data: JsonObject; personal?: JsonObject }) => {
          if (personal === undefined) return { data: { ...data, seen: 1 } };
          const [given = '', family = ''] = (personal['name'] as string).split(' ');
          return { data: { ...data, seen: 1 }, personal: { given, family } };
        },
        // 2 to 3: another word.
        ({
          data: { seen = null, ...data },
          personal,
        }: {
          data: JsonObject;
          personal?: JsonObject;
        }) => ({
          data: { ...data, versions: [seen, 2] },
          ...(personal === undefined ? {} : { personal }),
        }),
      ],
    },
  } satisfies Record<string, EventSchema>;

  it('brings an old version forward step by step, after unsealing', async () => {
    const keys = new InMemoryPersonalKeys();
    const written = await encode(codecWith(keys, v1), {
      type: 'Written',
      data: { a: 1 },
      personal: { name: 'Ana Lima' },
    });
    expect(written.schemaVersion).toBe(1);
    const { event, schemaVersion } = await codecWith(keys, v3).decode(stored(written));
    expect(event).toEqual({
      type: 'Written',
      data: { a: 1, versions: [1, 2] },
      personal: { given: 'Ana', family: 'Lima' },
    });
    expect(schemaVersion).toBe(1);
  });

  it('begins at the version that was written', async () => {
    const codec = codecWith(new InMemoryPersonalKeys(), v3);
    const written = await encode(codec, { type: 'Written', data: { versions: [] } });
    expect(written.schemaVersion).toBe(3);
    const decode = (schemaVersion: number, data: JsonObject) =>
      codec.decode(stored({ ...written, schemaVersion, data }));
    expect((await decode(3, { versions: [] })).event.data).toEqual({ versions: [] });
    expect((await decode(2, { seen: 7 })).event.data).toEqual({ versions: [7, 2] });
  });

  it('leaves erased data erased and still brings the rest forward', async () => {
    const keys = new InMemoryPersonalKeys();
    const written = await encode(codecWith(keys, v1), {
      type: 'Written',
      data: { a: 1 },
      personal: { name: 'Ana Lima' },
    });
    await keys.destroy(SUBJECT, '2030-01-01T00:00:00.000Z');
    const { event } = await codecWith(keys, v3).decode(stored(written));
    expect(event).toEqual({
      type: 'Written',
      data: { a: 1, versions: [1, 2] },
      personal: 'Erased',
    });
  });

  it('refuses a newer schema and an unknown type, by name', async () => {
    const codec = codecWith();
    const written = await encode(codec, { type: 'Written', data: {} });
    const decode = (change: Partial<StoredEvent>) => codec.decode(stored(written, change));
    await expect(decode({ schemaVersion: 2 })).rejects.toThrow(UnreadableEventError);
    await expect(decode({ schemaVersion: 2 })).rejects.toThrow(/Written.*version 2.*up to 1/);
    await expect(decode({ type: 'Unheard' })).rejects.toThrow(UnreadableEventError);
    await expect(decode({ type: 'constructor' })).rejects.toThrow(/Unknown event type constructor/);
    await expect(encode(codec, { type: 'Unheard', data: {} })).rejects.toThrow(
      UnreadableEventError,
    );
  });

  it('refuses two declarations of one type', () => {
    expect(() => new EventCodec(new InMemoryPersonalKeys(), [v1, v3])).toThrow(/Written/);
    expect(() => codecWith(undefined, { NothingChanged: { upcasters: [] } })).toThrow(TypeError);
  });
});

it('reads back whatever JSON it wrote', async () => {
  const codec = codecWith();
  const json = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(json, fc.option(json, { nil: undefined }), async (data, personal) => {
      const normal = JSON.parse(JSON.stringify({ data, personal })) as Omit<DomainEvent, 'type'>;
      const event = { type: 'Written', ...normal };
      const read = await codec.decode(stored(await encode(codec, event)));
      expect(read.event).toEqual(event);
    }),
    { numRuns: 300 },
  );
});
