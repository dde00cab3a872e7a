import type { EventReader, Position } from '@tierbook/eventing';

/** Events between two marks, at least: so many are read again for a lookup at most. */
const APART = 1_000;

/** How far the log was, and the latest `recordedAt` up to there. */
interface Mark {
  readonly position: Position;
  readonly latest: string;
}

/**
 * Finds where the log was at a time (`EventReader.positionAt`) by reading it, for an engine without an index of
 * times. What one lookup has read, later ones pass by: the first of a process reads from the log's beginning.
 */
export class KnownTimes {
  /** In the order of the log, so that neither positions nor times fall. */
  readonly #marks: Mark[] = [];

  constructor(private readonly readAll: EventReader['readAll']) {}

  /** Position of the last event before the first that was recorded later than `time`. */
  async positionAt(time: string): Promise<Position | undefined> {
    const start = this.#marks.findLast(({ latest }) => latest <= time);
    let [last, latest, since] = [start?.position, start?.latest ?? '', 0];
    for await (const { events } of this.readAll({ after: last })) {
      for (const { position, metadata } of events) {
        if (metadata.recordedAt > time) return last;
        last = position;
        if (metadata.recordedAt > latest) latest = metadata.recordedAt;
      }
      since += events.length;
      // A batch ends where an append does, so that one can be read from there.
      if (last === undefined || since < APART) continue;
      this.#keep({ position: last, latest });
      since = 0;
    }
    return last;
  }

  #keep(mark: Mark): void {
    const end = this.#marks.at(-1);
    if (end === undefined || mark.position > end.position) this.#marks.push(mark);
  }
}
