import { parsePosition, type EventReader, type Position } from '@tierbook/eventing';

/** A moment of the log: what is read as of it reflects the events up to the position, and no others. */
export interface Moment {
  /** Of an append's last event: what was written at once is never seen by halves. */
  readonly position: Position;
  /** The time asked for; else the log's at the position. RFC 3339, UTC, milliseconds. */
  readonly at: string;
}

/** Why there is no such moment. */
export type MomentRefusal =
  'as-of-invalid' | 'as-of-in-future' | 'as-of-before-first-event' | 'position-unknown';

/** Nothing can be read as of what was asked for. */
export class MomentRefusedError extends Error {
  override readonly name = 'MomentRefusedError';
  constructor(
    readonly code: MomentRefusal,
    message: string,
  ) {
    super(message);
  }
}

const LONGEST_SHOWN = 60;

/**
 * The moment that a text names: a position of the log, or a time in UTC (RFC 3339, to the millisecond at most), which
 * means the last position that the log had then. A position inside an append means the append's end.
 *
 * @throws MomentRefusedError
 */
export async function momentOf(reader: EventReader, text: string, now: Date): Promise<Moment> {
  const parsed = parsePosition(text);
  return parsed === undefined
    ? momentAtTime(reader, text, now)
    : momentAtPosition(reader, text as Position, parsed);
}

async function momentAtTime(reader: EventReader, text: string, now: Date): Promise<Moment> {
  const at = instantIn(text);
  if (at === undefined) {
    const shown = JSON.stringify(text.slice(0, LONGEST_SHOWN));
    throw new MomentRefusedError(
      'as-of-invalid',
      `${shown} is neither a time in UTC, such as 2030-01-31T10:00:00Z, nor a position.`,
    );
  }
  if (at > now.toISOString()) {
    throw new MomentRefusedError(
      'as-of-in-future',
      `${at} is yet to come: it is now ${now.toISOString()}.`,
    );
  }
  const position = await reader.positionAt(at);
  if (position === undefined) throw await beforeFirst(reader, at);
  return { position, at };
}

async function momentAtPosition(
  reader: EventReader,
  position: Position,
  { logId, ordinal }: { readonly logId: string; readonly ordinal: bigint },
): Promise<Moment> {
  if (logId !== reader.logId) {
    throw new MomentRefusedError(
      'position-unknown',
      `${position} is a position of another log: this one is ${reader.logId}.`,
    );
  }
  const head = await reader.head();
  if (ordinal === 0n || head === undefined) throw await beforeFirst(reader, position);
  if (position > head) {
    throw new MomentRefusedError('as-of-in-future', `The log ends before ${position}, at ${head}.`);
  }
  const event = await reader.eventAt(position);
  if (event === undefined) {
    throw new MomentRefusedError('position-unknown', `No event stands at ${position}.`);
  }
  const { append, recordedAt } = event.metadata;
  const left = append.of - 1 - append.index;
  return { position: await endOfAppend(reader, position, left), at: recordedAt };
}

/** Where an append ends of which so many events follow this one. */
async function endOfAppend(reader: EventReader, from: Position, left: number): Promise<Position> {
  let rest = left;
  let end = from;
  if (rest === 0) return end;
  for await (const { events } of reader.readAll({ after: from })) {
    for (const { position } of events) {
      end = position;
      rest -= 1;
      if (rest === 0) return end;
    }
  }
  return end;
}

async function beforeFirst(reader: EventReader, asked: string): Promise<MomentRefusedError> {
  for await (const { events } of reader.readAll()) {
    const [first] = events;
    if (first === undefined) continue;
    return new MomentRefusedError(
      'as-of-before-first-event',
      `The log begins at ${first.metadata.recordedAt} (${first.position}), after ${asked}.`,
    );
  }
  return new MomentRefusedError('as-of-before-first-event', 'The log is empty.');
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

/** The time, to the millisecond; `undefined` where it is none, such as the 30th of February. */
function instantIn(text: string): string | undefined {
  const date = new Date(INSTANT.test(text) ? text : NaN);
  if (Number.isNaN(date.getTime())) return undefined;
  const instant = date.toISOString();
  // What is beyond a month's or a day's end reads as the next one's beginning.
  return instant.startsWith(text.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)) ? instant : undefined;
}
