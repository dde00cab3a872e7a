import {
  parsePosition,
  type EventReader,
  type Position,
  type StoredEvent,
} from '@tierbook/eventing';
import { CommandFailedError, UsageError } from '../errors';

/** Which events to read, and in which order. */
export interface EventSelection {
  /** The first event, itself included. */
  readonly from?: Position | undefined;
  /** A stream's whole name. */
  readonly stream?: string | undefined;
  /** Any of these. */
  readonly types?: readonly string[] | undefined;
  /** The stream's last event first. */
  readonly reverse?: boolean | undefined;
  readonly limit?: number | undefined;
}

/** The selected events, read as they are asked for. */
export async function* selectEvents(
  reader: EventReader,
  selection: EventSelection,
): AsyncGenerator<StoredEvent> {
  const { types, limit = Infinity } = selection;
  let left = limit;
  for await (const page of pagesOf(reader, selection)) {
    for (const event of page) {
      if (types !== undefined && !types.includes(event.type)) continue;
      yield event;
      left -= 1;
      if (left <= 0) return;
    }
  }
}

async function* pagesOf(
  reader: EventReader,
  { from, stream, reverse = false }: EventSelection,
): AsyncGenerator<readonly StoredEvent[]> {
  if (stream === undefined) {
    if (from !== undefined) yield [await eventAt(reader, from)];
    for await (const { events } of reader.readAll({ after: from })) yield events;
    return;
  }
  const direction = reverse ? 'backwards' : 'forwards';
  for await (const page of reader.readStream(stream, { direction })) {
    yield from === undefined ? page : page.filter(({ position }) => position >= from);
  }
}

/** Positions are read after; a selection begins with the event itself. */
async function eventAt(reader: EventReader, position: Position): Promise<StoredEvent> {
  const event = await reader.eventAt(position);
  if (event !== undefined) return event;
  throw new CommandFailedError(`No event stands at ${position}.`);
}

/**
 * The position that a caller gave.
 * @throws UsageError for what is no position.
 */
export function parsePositionOption(text: string): Position {
  if (parsePosition(text) !== undefined) return text as Position;
  throw new UsageError(
    `--from is '${text}', which is no position: give one as a command, a read or this log shows it.`,
  );
}

/** @throws CommandFailedError for a position that is not in this log, and a stream that has no event. */
export async function checkSelection(
  reader: EventReader,
  { from, stream }: EventSelection,
): Promise<void> {
  if (from !== undefined) await checkInLog(reader, from);
  if (stream !== undefined) await checkStreamExists(reader, stream);
}

async function checkInLog(reader: EventReader, position: Position): Promise<void> {
  if (parsePosition(position)?.logId !== reader.logId) {
    throw new CommandFailedError(
      `${position} is a position of another log; this log's begin with ${reader.logId}.`,
    );
  }
  const head = await reader.head();
  if (head === undefined || position > head) {
    throw new CommandFailedError(
      `${position} is beyond the end of this log, ${head ?? 'which is empty'}.`,
    );
  }
}

async function checkStreamExists(reader: EventReader, stream: string): Promise<void> {
  for await (const page of reader.readStream(stream, { limit: 1 })) {
    if (page.length > 0) return;
  }
  throw new CommandFailedError(
    `There is no stream ${stream}: give a name as \`tierbook events read\` shows it, such as customer-<id>.`,
  );
}

/** A stream's whole name, for one given with or without the deployment's namespace. */
export function streamName(namespace: string, given: string): string {
  return given.startsWith(`${namespace}.`) ? given : `${namespace}.${given}`;
}
