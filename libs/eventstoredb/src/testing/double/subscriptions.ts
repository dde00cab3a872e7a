import { type ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { type Database, type DatabaseRecord, TOMBSTONE_REVISION } from './database';
import { eventResponse, failure, nameOf, streamDeleted } from './messages';

/** U6: events that a live subscription may owe to its client. */
const MAX_OWED = 100;
/** K1: the server's window, in events. */
const WINDOW = 32;

type Call = ServerWritableStream<ReadReq, ReadResp>;

/** How a subscription is told from outside that it must end. */
export interface Running {
  /** U6: as if the client had been too slow. */
  drop(): void;
}

/** Runs the subscription that was asked for until the client cancels it; undefined where it was refused. */
export function runSubscription(database: Database, call: Call): Running | undefined {
  const options = call.request.getOptions();
  const isStream = options?.hasStream() === true;
  const name = nameOf(options?.getStream()?.getStreamIdentifier());
  const source = isStream ? streamSource(database, call, name) : allSource(database, call);
  if (source === undefined) {
    call.emit('error', failure(status.UNKNOWN, 'Exception was thrown by handler.'));
    return undefined;
  }
  return new Subscription(database, call, source).start();
}

interface Source {
  /** What comes next, and whether it matches; undefined at the end. */
  next(): { readonly record: DatabaseRecord; readonly matches: boolean } | undefined;
  /** K1: a checkpoint after so many events; none without a filter. */
  readonly checkpointEvery?: number;
  /** Tombstoned: there is no more (U3). */
  readonly endsWith?: string;
}

class Subscription {
  readonly #database: Database;
  readonly #call: Call;
  readonly #source: Source;
  #isLive = false;
  #isPumping = false;
  #isOver = false;
  #considered = 0;
  /** Of the page being scanned: its first event, and the last that matched. */
  #pageStart: DatabaseRecord | undefined;
  #lastMatch: DatabaseRecord | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(database: Database, call: Call, source: Source) {
    this.#database = database;
    this.#call = call;
    this.#source = source;
  }

  start(): Running {
    const call = this.#call;
    call.write(
      new ReadResp().setConfirmation(
        new ReadResp.SubscriptionConfirmation().setSubscriptionId(crypto.randomUUID()),
      ),
    );
    this.#unsubscribe = this.#database.onChange(() => {
      void this.#pump();
    });
    call.on('cancelled', () => {
      this.#end();
    });
    call.on('close', () => {
      this.#end();
    });
    void this.#pump();
    return {
      drop: () => {
        this.#tooSlow();
      },
    };
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (!this.#isOver) {
      const next = this.#source.next();
      if (next === undefined) {
        if (this.#isLive) break;
        this.#isLive = true;
        this.#call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
        continue;
      }
      if (!this.#send(next)) await this.#drained();
    }
    this.#isPumping = false;
  }

  /** False when the client takes no more for now. */
  #send({ record, matches }: { record: DatabaseRecord; matches: boolean }): boolean {
    let takesMore = true;
    if (matches) {
      takesMore = this.#call.write(eventResponse(record));
      if (record.revision === TOMBSTONE_REVISION && this.#source.endsWith === record.stream) {
        this.#fail(streamDeleted(record.stream));
        return true;
      }
    }
    this.#checkpoint(record, matches);
    return takesMore;
  }

  #checkpoint(record: DatabaseRecord, matches: boolean): void {
    const every = this.#source.checkpointEvery;
    if (every === undefined) return;
    this.#considered++;
    this.#pageStart ??= record;
    if (matches) this.#lastMatch = record;
    if (this.#considered % every !== 0) return;
    // K2: live, the event just considered; catching up, the last match or the page's first event.
    const at = this.#isLive ? record : (this.#lastMatch ?? this.#pageStart);
    const prepare = this.#isLive || this.#lastMatch !== undefined ? at.position : 0n;
    this.#pageStart = undefined;
    this.#lastMatch = undefined;
    this.#call.write(
      new ReadResp().setCheckpoint(
        new ReadResp.Checkpoint()
          .setCommitPosition(at.position.toString())
          .setPreparePosition(prepare.toString()),
      ),
    );
  }

  /** Waits until the client takes more. A live one that falls too far behind meanwhile is dropped (U6). */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      let owed = 0;
      const done = () => {
        stop();
        this.#call.off('drain', done).off('cancelled', done).off('close', done);
        resolve();
      };
      const stop = this.#database.onChange(() => {
        owed++;
        if (!this.#isLive || owed <= MAX_OWED) return;
        this.#tooSlow();
        done();
      });
      this.#call.on('drain', done).on('cancelled', done).on('close', done);
    });
  }

  #tooSlow(): void {
    this.#fail(
      failure(
        status.ABORTED,
        'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
      ),
    );
  }

  #fail(error: ReturnType<typeof failure>): void {
    if (this.#isOver) return;
    this.#end();
    this.#call.emit('error', error);
  }

  #end(): void {
    this.#isOver = true;
    this.#unsubscribe();
  }
}

function allSource(database: Database, call: Call): Source | undefined {
  const options = call.request.getOptions();
  const all = options?.getAll();
  let index: number | undefined = 0;
  if (all?.hasEnd() === true) index = database.end();
  if (all?.hasPosition() === true) {
    index = database.indexAfter(BigInt(all.getPosition()?.getCommitPosition() ?? '0'));
  }
  if (index === undefined) return undefined;
  const filter = options?.getFilter();
  const matches = filter === undefined ? () => true : matcherOf(filter);
  if (matches === undefined) return undefined;
  let at = index;
  return {
    next: () => {
      while (at < database.end()) {
        const record = database.at(at++);
        if (record !== undefined) return { record, matches: matches(record) };
      }
      return undefined;
    },
    ...(filter && {
      checkpointEvery:
        Math.max(1, filter.getCheckpointintervalmultiplier()) *
        (filter.hasMax() ? filter.getMax() : WINDOW),
    }),
  };
}

/** K5: prefixes OR-ed, or a regular expression; no criteria match nothing; a bad one is refused. */
function matcherOf(
  filter: ReadReq.Options.FilterOptions,
): ((record: DatabaseRecord) => boolean) | undefined {
  const byType = filter.hasEventType();
  const expression = byType ? filter.getEventType() : filter.getStreamIdentifier();
  const subject = (record: DatabaseRecord) => (byType ? record.type : record.stream);
  const prefixes = expression?.getPrefixList() ?? [];
  const pattern = expression?.getRegex() ?? '';
  if (pattern === '') {
    return (record) => prefixes.some((prefix) => subject(record).startsWith(prefix));
  }
  try {
    const regex = new RegExp(pattern);
    return (record) => regex.test(subject(record));
  } catch {
    return undefined;
  }
}

function streamSource(database: Database, call: Call, name: string): Source {
  const stream = call.request.getOptions()?.getStream();
  let after = -1n;
  if (stream?.hasRevision() === true) after = BigInt(stream.getRevision());
  if (stream?.hasEnd() === true) after = database.visibleIn(name).at(-1)?.revision ?? -1n;
  let isOver = false;
  return {
    endsWith: name,
    next: () => {
      const record = database.visibleIn(name).find(({ revision }) => revision > after);
      if (record !== undefined) {
        after = record.revision;
        return { record, matches: true };
      }
      const tombstone = isOver ? undefined : database.tombstoneOf(name);
      isOver = tombstone !== undefined;
      return tombstone && { record: tombstone, matches: true };
    },
  };
}
