/** What is to be written, as it came over the wire. */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface DatabaseRecord extends Proposed {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  /** .NET ticks (100 ns) since 1970. */
  readonly created: bigint;
}

export type Expected = bigint | 'no_stream' | 'any' | 'stream_exists';

/** How a write ended. The names are those of the client's errors; `hangs` is never answered. */
export type WriteResult =
  | {
      readonly kind: 'success';
      readonly revision: bigint | undefined;
      readonly position: bigint | undefined;
    }
  | {
      readonly kind: 'wrong-expected-version';
      readonly expected: Expected;
      readonly actual: bigint | 'no_stream';
    }
  | { readonly kind: 'stream-deleted' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'bad-request' }
  | { readonly kind: 'hangs' };

export type ReadResult =
  | { readonly kind: 'events'; readonly events: readonly DatabaseRecord[] }
  | { readonly kind: 'stream-not-found' }
  | { readonly kind: 'stream-deleted' }
  /** UnknownError, code 2. */
  | { readonly kind: 'unknown' };

export interface Range<P> {
  readonly from: P | 'start' | 'end';
  readonly backwards: boolean;
  readonly count: number;
}

interface Stream {
  /** By revision: what is hidden or removed is here too. */
  readonly records: DatabaseRecord[];
  truncateBefore: bigint;
  maxCount: number;
  maxAgeSeconds: number;
  hasMetadata: boolean;
  isDeleted: boolean;
  isTombstoned: boolean;
}

/** S1: of event data alone. */
const MAX_APPEND_BYTES = 1_048_576;
/** R5: where a fresh database has its first record. */
const FIRST_POSITION = 548n;
/** V1: a scavenge closes the chunk, and what follows is in the next. */
const CHUNK = 268_435_456n;
export const TOMBSTONE_REVISION = 9_223_372_036_854_775_807n;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The rules by which EventStoreDB keeps its log, as recorded, in memory. Letters and numbers cite the facts. */
export class Database {
  readonly #log: DatabaseRecord[] = [];
  readonly #streams = new Map<string, Stream>();
  /** What `any` and `stream_exists` know of ids, by stream; a restart forgets it (I6). */
  readonly #knownIds = new Map<string, Map<string, bigint>>();
  readonly #removed = new Set<bigint>();
  readonly #listeners = new Set<() => void>();
  #nextPosition = FIRST_POSITION;
  #scavengedBefore = 0n;
  /** Written without a quorum: in the log, and not to be seen (X21). */
  #visibleBefore: bigint | undefined;
  /** Told of each record, in order; for keeping it in a file. */
  onRecord: ((record: DatabaseRecord) => void) | undefined;

  constructor() {
    this.#write('$$$scavenges', [
      proposed('$metadata', { $maxAge: 2_592_000 }, '00000000-0000-4000-8000-000000000000'),
    ]);
  }

  /** What a subscription may look at anew. The answer ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  append(name: string, expected: Expected, events: readonly Proposed[]): WriteResult {
    if (name === '' || events.some(({ id, type }) => type === '' || !UUID.test(id))) {
      return { kind: 'bad-request' }; // A10, A11
    }
    const stream = this.#streams.get(name);
    if (stream?.isTombstoned === true) return { kind: 'stream-deleted' }; // D3
    if (events.reduce((sum, { data }) => sum + data.length, 0) > MAX_APPEND_BYTES) {
      return { kind: 'too-large' };
    }
    const checked =
      expected === 'any' || expected === 'stream_exists'
        ? this.#checkLoosely(name, stream, expected, events)
        : this.#checkExactly(stream, expected, events);
    if (checked !== undefined) return checked;
    const written = this.#write(name, events);
    const last = written.at(-1);
    if (last === undefined) {
      return { kind: 'success', revision: lastOf(stream) ?? 0n, position: undefined }; // A7
    }
    if (stream?.isDeleted === true) this.#undelete(name, stream, written[0]?.revision ?? 0n);
    if (name.startsWith('$$')) this.#applyMetadata(name.slice(2), last);
    return { kind: 'success', revision: last.revision, position: last.position };
  }

  /** D1: what was in it is hidden, and appends go on after it. */
  delete(name: string, expected: Expected): WriteResult {
    const stream = this.#streams.get(name);
    if (stream?.isTombstoned === true) return { kind: 'stream-deleted' };
    const last = lastOf(stream);
    if (stream === undefined || last === undefined) return this.#wrong(expected, stream); // D2
    if (typeof expected === 'bigint' && expected !== last) return this.#wrong(expected, stream);
    stream.isDeleted = true;
    stream.truncateBefore = TOMBSTONE_REVISION;
    return this.#writeMetadata(name, { $tb: Number(TOMBSTONE_REVISION) });
  }

  /** D3: nothing is read from it or written to it any more. */
  tombstone(name: string, expected: Expected): WriteResult {
    const stream = this.#stream(name);
    if (stream.isTombstoned) return { kind: 'stream-deleted' };
    const last = lastOf(stream);
    if (
      expected !== 'any' &&
      (last === undefined || (expected !== last && expected !== 'stream_exists'))
    ) {
      return this.#wrong(expected, stream);
    }
    stream.isTombstoned = true;
    // R5: an event of its own in $all.
    const record = this.#push(name, TOMBSTONE_REVISION, {
      ...proposed('$streamDeleted', ''),
      data: new Uint8Array(),
      contentType: 'application/octet-stream',
    });
    this.#notify();
    return { kind: 'success', revision: TOMBSTONE_REVISION, position: record.position };
  }

  readStream(name: string, { from, backwards, count }: Range<bigint>): ReadResult {
    const stream = this.#streams.get(name);
    if (stream?.isTombstoned === true) return { kind: 'stream-deleted' };
    const first = stream?.records[0]?.position;
    if (first === undefined || stream?.isDeleted === true || first >= this.#unseenFrom()) {
      return { kind: 'stream-not-found' }; // R1, M3, D1, X21
    }
    if (count <= 0 || (from === 'end' && !backwards)) return { kind: 'unknown' }; // R2
    const visible = this.visibleIn(name);
    const events = backwards
      ? visible
          .filter(({ revision }) => from === 'end' || revision <= (from === 'start' ? 0n : from))
          .toReversed()
      : visible.filter(({ revision }) => from === 'start' || from === 'end' || revision >= from);
    return { kind: 'events', events: events.slice(0, count) };
  }

  /** Forwards from a position includes it, backwards excludes it (R4). */
  readAll({ from, backwards, count }: Range<bigint>): ReadResult {
    if (typeof from === 'bigint' && !this.#mayBeReadFrom(from)) return { kind: 'unknown' };
    const end = this.end();
    if (backwards) {
      const start =
        from === 'end' ? end : from === 'start' ? 0 : Math.min(end, this.#indexAt(from));
      const events: DatabaseRecord[] = [];
      for (let index = start - 1; index >= 0 && events.length < count; index--) {
        const record = this.#log[index];
        if (record !== undefined && !this.#removed.has(record.position)) events.push(record);
      }
      return { kind: 'events', events };
    }
    const start = from === 'start' ? 0 : from === 'end' ? end : this.#indexAt(from);
    const events: DatabaseRecord[] = [];
    for (let index = start; index < end && events.length < count; index++) {
      const record = this.#log[index];
      if (record !== undefined && !this.#removed.has(record.position)) events.push(record);
    }
    return { kind: 'events', events };
  }

  /** What of a stream is to be seen: not what its metadata hides, nor what was removed (M1). */
  visibleIn(name: string): readonly DatabaseRecord[] {
    const stream = this.#streams.get(name);
    if (stream === undefined) return [];
    const hidden = BigInt(
      Math.max(0, stream.records.length - Math.min(stream.maxCount, stream.records.length)),
    );
    const first = hidden > stream.truncateBefore ? hidden : stream.truncateBefore;
    const oldest =
      stream.maxAgeSeconds === Infinity
        ? 0n
        : BigInt(Date.now() - stream.maxAgeSeconds * 1000) * 10_000n;
    const unseen = this.#unseenFrom();
    return stream.records.filter(
      ({ revision, created, position }) =>
        revision >= first && created >= oldest && position < unseen && !this.#removed.has(position),
    );
  }

  /** The event that a tombstone is in $all (R5). */
  tombstoneOf(name: string): DatabaseRecord | undefined {
    return this.#log.find(
      ({ stream, revision }) => stream === name && revision === TOMBSTONE_REVISION,
    );
  }

  /** Index after the last record that may be seen. */
  end(): number {
    return this.#visibleBefore === undefined
      ? this.#log.length
      : this.#indexAt(this.#visibleBefore);
  }

  /** The record at that index of $all, unless it has been removed. */
  at(index: number): DatabaseRecord | undefined {
    const record = this.#log[index];
    return record === undefined || this.#removed.has(record.position) ? undefined : record;
  }

  /**
   * Index of the first record that a subscription from there brings; `undefined` for a position that is no
   * record (U1). From a position whose record is gone, the next survivor is skipped (V4).
   */
  indexAfter(position: bigint): number | undefined {
    if (position >= this.#nextPosition) return this.#log.length;
    if (!this.#mayBeReadFrom(position)) return undefined;
    let index = this.#indexAt(position);
    while (index < this.#log.length && this.at(index) === undefined) index++;
    return index + 1;
  }

  /** I6: what a restart does to `any`. */
  forgetIds(): void {
    this.#knownIds.clear();
  }

  /** V1, V2: removes what is hidden; a deleted stream keeps its last event. */
  scavenge(): void {
    for (const [name, stream] of this.#streams) {
      const visible = new Set(this.visibleIn(name).map(({ position }) => position));
      for (const [index, { position, revision }] of stream.records.entries()) {
        const isKept =
          visible.has(position) ||
          revision === TOMBSTONE_REVISION ||
          (stream.isDeleted && index === stream.records.length - 1);
        if (!isKept) this.#removed.add(position);
      }
    }
    this.#nextPosition = (this.#nextPosition / CHUNK + 1n) * CHUNK;
    this.#scavengedBefore = this.#nextPosition;
  }

  /** X20, X21: what is written from now on is durable only, and seen only, after `regainQuorum`. */
  loseQuorum(): void {
    this.#visibleBefore = this.#nextPosition;
  }

  regainQuorum(): void {
    this.#visibleBefore = undefined;
    this.#notify();
  }

  /** Takes a record as it was, from a file. */
  restore(record: DatabaseRecord): void {
    const stream = this.#stream(record.stream);
    if (record.revision === TOMBSTONE_REVISION) stream.isTombstoned = true;
    else stream.records.push(record);
    this.#log.push(record);
    this.#nextPosition = record.position + sizeOf(record);
    if (record.stream.startsWith('$$')) this.#applyMetadata(record.stream.slice(2), record);
  }

  #checkExactly(
    stream: Stream | undefined,
    expected: bigint | 'no_stream',
    events: readonly Proposed[],
  ): WriteResult | undefined {
    const last = lastOf(stream);
    if (last === undefined)
      return expected === 'no_stream' ? undefined : this.#wrong(expected, stream);
    if (expected === last) return undefined; // I2: also what is there already
    if (expected === 'no_stream' && stream?.isDeleted === true) return undefined; // D1
    if (expected !== 'no_stream' && expected > last) return this.#wrong(expected, stream);
    const first = expected === 'no_stream' ? 0 : Number(expected) + 1;
    const there = events.map(({ id }, index) => stream?.records[first + index]?.id === id);
    if (events.length > 0 && there.every(Boolean)) {
      const record = stream?.records[first + events.length - 1];
      return record && this.#again(record); // I1, and a prefix of a batch (I4)
    }
    // I4: known events with new ones after them say that they expected "any".
    const isContinued = there[0] === true && first + events.length > Number(last) + 1;
    return this.#wrong(isContinued ? 'any' : expected, stream);
  }

  #checkLoosely(
    name: string,
    stream: Stream | undefined,
    expected: 'any' | 'stream_exists',
    events: readonly Proposed[],
  ): WriteResult | undefined {
    if (expected === 'stream_exists') {
      if (stream?.isDeleted === true) return { kind: 'stream-deleted' };
      if (lastOf(stream) === undefined && stream?.hasMetadata !== true)
        return this.#wrong(expected, stream);
    }
    const known = this.#knownIds.get(name);
    const revisions = events.map(({ id }) => known?.get(id));
    if (revisions[0] === undefined) return undefined;
    if (revisions.includes(undefined)) return this.#wrong('any', stream); // I4
    const ordered = revisions.filter((revision) => revision !== undefined);
    if (ordered.some((revision, index) => revision < (ordered[index - 1] ?? 0n))) {
      return { kind: 'hangs' }; // I5
    }
    const record = stream?.records[Number(ordered.at(-1))];
    return record && this.#again(record);
  }

  /** V9: the position of an event that has been removed is not known any more. */
  #again({ revision, position }: DatabaseRecord): WriteResult {
    return {
      kind: 'success',
      revision,
      position: this.#removed.has(position) ? undefined : position,
    };
  }

  #wrong(expected: Expected, stream: Stream | undefined): WriteResult {
    return { kind: 'wrong-expected-version', expected, actual: lastOf(stream) ?? 'no_stream' };
  }

  #write(name: string, events: readonly Proposed[]): readonly DatabaseRecord[] {
    const stream = this.#stream(name);
    const known = this.#knownIds.get(name) ?? new Map<string, bigint>();
    this.#knownIds.set(name, known);
    const written = events.map((event) => {
      const record = this.#push(name, BigInt(stream.records.length), event);
      stream.records.push(record);
      known.set(record.id, record.revision);
      return record;
    });
    this.#notify();
    return written;
  }

  #push(stream: string, revision: bigint, event: Proposed): DatabaseRecord {
    const record: DatabaseRecord = {
      ...event,
      id: event.id.toLowerCase(),
      stream,
      revision,
      position: this.#nextPosition,
      created: BigInt(Date.now()) * 10_000n,
    };
    this.#log.push(record);
    this.#nextPosition += sizeOf(record);
    this.onRecord?.(record);
    return record;
  }

  #undelete(name: string, stream: Stream, first: bigint): void {
    stream.isDeleted = false;
    stream.truncateBefore = first;
    this.#writeMetadata(name, { $tb: Number(first) });
  }

  #writeMetadata(name: string, metadata: object): WriteResult {
    const [record] = this.#write(`$$${name}`, [proposed('$metadata', metadata)]);
    return { kind: 'success', revision: record?.revision, position: record?.position };
  }

  #applyMetadata(name: string, { data }: DatabaseRecord): void {
    const stream = this.#stream(name);
    const { $tb, $maxCount, $maxAge } = JSON.parse(Buffer.from(data).toString()) as {
      $tb?: number;
      $maxCount?: number;
      $maxAge?: number;
    };
    stream.hasMetadata = true;
    stream.isDeleted = $tb === Number(TOMBSTONE_REVISION);
    stream.truncateBefore = stream.isDeleted ? TOMBSTONE_REVISION : BigInt($tb ?? 0);
    stream.maxCount = $maxCount === undefined || $maxCount === 0 ? Infinity : $maxCount; // M2
    stream.maxAgeSeconds = $maxAge ?? Infinity;
  }

  #stream(name: string): Stream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = {
        records: [],
        truncateBefore: 0n,
        // M2: a metadata stream keeps its last event only.
        maxCount: name.startsWith('$$') ? 1 : Infinity,
        maxAgeSeconds: Infinity,
        hasMetadata: false,
        isDeleted: false,
        isTombstoned: false,
      };
      this.#streams.set(name, stream);
    }
    return stream;
  }

  #unseenFrom(): bigint {
    return this.#visibleBefore ?? this.#nextPosition;
  }

  /** Records, what lies beyond the end, and, where scavenged, anything (V3). */
  #mayBeReadFrom(position: bigint): boolean {
    if (position >= this.#nextPosition || position < this.#scavengedBefore) return true;
    return this.#log[this.#indexAt(position)]?.position === position;
  }

  /** Index of the first record at or after a position. */
  #indexAt(position: bigint): number {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#log[middle]?.position ?? 0n) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function lastOf(stream: Stream | undefined): bigint | undefined {
  return stream?.records.at(-1)?.revision;
}

function sizeOf({ data, metadata, type, stream }: DatabaseRecord): bigint {
  return BigInt(120 + data.length + metadata.length + type.length + stream.length);
}

function proposed(type: string, data: object | string, id: string = crypto.randomUUID()): Proposed {
  return {
    id,
    type,
    contentType: 'application/json',
    data: Buffer.from(JSON.stringify(data)),
    metadata: new Uint8Array(),
  };
}
