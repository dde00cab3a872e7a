import { setTimeout as pause } from 'node:timers/promises';
import {
  type EventData,
  ErrorType,
  NO_STREAM,
  type WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  AppendTooLargeError,
  MAX_APPEND_BYTES,
  OutcomeUnknownError,
  StoreRefusedError,
  type StreamWrite,
} from '@tierbook/eventing';
import { backoffMs, type Connection, type Patience } from './connection';
import { isDenied, isSurelyNotWritten, isTransient, textOf, typeOf } from './failures';
import { tombstoned } from './log-reader';

/** One stream's part of an append, ready for the wire. */
export interface WireWrite {
  readonly stream: string;
  readonly expectedRevision: StreamWrite['expectedRevision'];
  readonly events: EventData[];
}

export type Written =
  /** `position` is unknown where the events were written before, and have been removed since. */
  | { readonly kind: 'written'; readonly position: bigint | undefined }
  | { readonly kind: 'conflict'; readonly actual: number | 'no_stream' };

/**
 * Appends to one stream at an exact revision. A failure that does not tell whether it was written is
 * answered by the same append again (same ids, same revision), until the server says how it stands:
 * reading would not tell, since what failed may still become durable later.
 *
 * @throws OutcomeUnknownError when the server does not say within the budget.
 * @throws StoreUnavailableError when nothing was written: the server is away, or refuses the credentials.
 */
export async function appendUntilAnswered(
  connection: Connection,
  patience: Patience,
  write: WireWrite,
): Promise<Written> {
  const begun = performance.now();
  let mayBeWritten = false;
  for (let attempt = 0; ; attempt++) {
    try {
      return await appendOnce(connection, patience, write);
    } catch (error) {
      if (!isTransient(error))
        throw mayBeWritten ? unknown(connection, error) : final(connection, write, error);
      mayBeWritten ||= !isSurelyNotWritten(error);
      // What may be written is asked for as long as this call may take; nothing queues up behind an outage.
      const since = mayBeWritten ? begun : Math.min(begun, connection.outage?.since ?? begun);
      if (performance.now() - since >= patience.budgetMs) {
        throw mayBeWritten ? unknown(connection, error) : connection.unavailable(error);
      }
      await pause(backoffMs(attempt));
    }
  }
}

async function appendOnce(
  connection: Connection,
  { answerMs }: Patience,
  { stream, expectedRevision, events }: WireWrite,
): Promise<Written> {
  try {
    const { position, nextExpectedRevision } = await connection.once(answerMs, (client) =>
      client.appendToStream(stream, events, {
        expectedRevision: expectedRevision === 'no_stream' ? NO_STREAM : BigInt(expectedRevision),
      }),
    );
    const first = expectedRevision === 'no_stream' ? 0 : expectedRevision + 1;
    if (Number(nextExpectedRevision) !== first + events.length - 1) throw revived(stream);
    return { kind: 'written', position: position?.commit };
  } catch (error) {
    if (typeOf(error) !== ErrorType.WRONG_EXPECTED_VERSION) throw error;
    const { actualVersion } = error as WrongExpectedVersionError;
    const actual = typeof actualVersion === 'bigint' ? Number(actualVersion) : 'no_stream';
    return { kind: 'conflict', actual };
  }
}

function final(connection: Connection, { stream }: WireWrite, error: unknown): unknown {
  if (isDenied(error)) return connection.denied(error);
  switch (typeOf(error)) {
    case ErrorType.STREAM_DELETED:
      return tombstoned(stream);
    case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
      return new AppendTooLargeError(MAX_APPEND_BYTES + 1, MAX_APPEND_BYTES);
    default:
      return error;
  }
}

function unknown(connection: Connection, cause: unknown): OutcomeUnknownError {
  return new OutcomeUnknownError(
    `The event store at ${connection.place} (EVENT_STORE_URL) did not say whether it was written (${textOf(cause)}): repeat the same append.`,
    { cause },
  );
}

/** A deleted stream goes on after its last revision, whatever the append expected. */
function revived(stream: string): StoreRefusedError {
  return new StoreRefusedError(
    `Stream ${stream} was deleted in the event store by hand, and its history is hidden: restore it from a backup.`,
  );
}
