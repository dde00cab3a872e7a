import { beforeEach, describe, expect, it } from '@jest/globals';
import { formatPosition, parsePosition, type Position } from '@tierbook/eventing';
import { InMemoryEventStore, newEvent } from '@tierbook/eventing/testing';
import { momentOf } from './moment';

const NOW = new Date('2030-06-01T00:00:00.000Z');

describe('a moment of the log', () => {
  let log: InMemoryEventStore;
  beforeEach(() => {
    log = new InMemoryEventStore();
  });

  /** One append of so many events, stamped at this time. */
  async function append(stream: string, recordedAt: string, count = 1): Promise<Position> {
    const events = Array.from({ length: count }, () => {
      const event = newEvent();
      return { ...event, metadata: { ...event.metadata, recordedAt } };
    });
    const outcome = await log.append([{ stream, expectedRevision: 'no_stream', events }]);
    if (outcome.kind !== 'appended') throw new Error('not appended');
    return outcome.position;
  }
  const momentAt = (text: string) => momentOf(log, text, NOW);
  const back = (position: Position, by: number) =>
    formatPosition(log.logId, (parsePosition(position)?.ordinal ?? 0n) - BigInt(by));

  it('by a time is the last position that the log had then', async () => {
    const first = await append('a', '2030-01-01T00:00:00.000Z');
    const second = await append('b', '2030-01-02T00:00:00.500Z');

    const at = '2030-01-02T00:00:00.499Z';
    expect(await momentAt(at)).toEqual({ position: first, at });
    expect(await momentAt('2030-01-02T00:00:00.5Z')).toEqual({
      position: second,
      at: '2030-01-02T00:00:00.500Z',
    });
    expect((await momentAt('2030-05-31T23:59:59Z')).position).toBe(second);
  });

  it('by a position inside an append is the end of the append', async () => {
    await append('a', '2030-01-01T00:00:00.000Z');
    const end = await append('b', '2030-01-02T00:00:00.000Z', 150);
    await append('c', '2030-01-03T00:00:00.000Z');

    for (const before of [0, 1, 149]) {
      expect(await momentAt(back(end, before))).toEqual({
        position: end,
        at: '2030-01-02T00:00:00.000Z',
      });
    }
  });

  it('is refused, saying why and what there is, where the log has none', async () => {
    const refused = (text: string) => expect(momentAt(text)).rejects;
    await refused('2030-01-01T00:00:00Z').toMatchObject({ code: 'as-of-before-first-event' });
    const head = await append('a', '2030-01-01T00:00:00.000Z');

    await refused('2029-12-31T23:59:59.999Z').toMatchObject({
      code: 'as-of-before-first-event',
      message: expect.stringContaining('2030-01-01T00:00:00.000Z'),
    });
    await refused(back(head, 1)).toMatchObject({ code: 'as-of-before-first-event' });
    await refused(back(head, -1)).toMatchObject({
      code: 'as-of-in-future',
      message: expect.stringContaining(head),
    });
    await refused('2030-06-01T00:00:00.001Z').toMatchObject({ code: 'as-of-in-future' });
    await refused(formatPosition('0123456789abcdef', 1)).toMatchObject({
      code: 'position-unknown',
    });
    await refused('2030-02-30T00:00:00Z').toMatchObject({ code: 'as-of-invalid' });
    await refused('last week').toMatchObject({
      code: 'as-of-invalid',
      message: expect.stringContaining('"last week"'),
    });
  });
});
