import { beforeEach, describe, expect, it } from '@jest/globals';
import { ERASED, formatPosition, type Position, type StoredEvent } from '@tierbook/eventing';
import { InMemoryEventStore, newEvent } from '@tierbook/eventing/testing';
import { resellersView } from '../resellers/resellers.projection';
import { partnershipsView } from '../partnerships/partnerships.projection';
import { StreamViews, type StreamViewsOptions } from './stream-views';

const ID = 'r-1';
const APPLIED = { resellerId: ID, partnerId: '7000001', country: 'BR' };

describe('the views of single streams', () => {
  let log: InMemoryEventStore;
  let positions: Position[];
  beforeEach(async () => {
    log = new InMemoryEventStore();
    positions = [];
    await append('ResellerApplied', APPLIED);
    await append('ResellerApproved', { resellerId: ID });
    await append('ResellerSuspended', { resellerId: ID });
  });

  async function append(type: string, data: StoredEvent['data']): Promise<void> {
    const expectedRevision = positions.length === 0 ? 'no_stream' : positions.length - 1;
    const events = [newEvent({ type, data })];
    const outcome = await log.append([{ stream: `t.reseller-${ID}`, expectedRevision, events }]);
    if (outcome.kind !== 'appended') throw new Error('not appended');
    positions.push(outcome.position);
  }

  function views(at: number, more: Partial<StreamViewsOptions> = {}): Promise<StreamViews> {
    return StreamViews.of({
      reader: log,
      decode: (stored) =>
        Promise.resolve({ ...stored, event: { type: stored.type, data: stored.data } }),
      streamOf: (category, id) => `t.${category}-${id}`,
      isSkipped: () => false,
      position: positions[at] ?? formatPosition(log.logId, 0),
      ...more,
    });
  }

  it('are made of the events up to the position, and of no others', async () => {
    const statuses = [];
    for (const at of [0, 1, 2]) {
      const row = await (await views(at)).get(resellersView, ID);
      statuses.push([row?.doc.status, row?.position]);
    }
    expect(statuses).toEqual([
      ['applied', positions[0]],
      ['enrolled', positions[1]],
      ['suspended', positions[2]],
    ]);
    const before = await views(-1);
    expect(await before.getMany(resellersView, [ID, 'r-2'])).toEqual(new Map());
  });

  it('leave out what was dropped from a document', async () => {
    const store = await views(2, {
      isSkipped: (view, key, eventId) => view === 'resellers' && key === ID && eventId === second,
    });
    const second = (await log.eventAt(positions[1] ?? formatPosition(log.logId, 0)))?.id;
    const row = await store.get(resellersView, ID);
    expect([row?.doc.status, row?.doc.decidedAt]).toEqual(['suspended', null]);
  });

  it('say that a document stands still before an event that it cannot take', async () => {
    const parked: string[] = [];
    const store = await views(2, {
      onParked: (view) => parked.push(view),
      isSkipped: (_view, _key, eventId) => eventId === first,
    });
    const first = (await log.eventAt(positions[0] ?? formatPosition(log.logId, 0)))?.id;
    expect(await store.get(resellersView, ID)).toBeUndefined();
    expect(parked).toEqual(['resellers']);
  });

  it('say that personal data were erased', async () => {
    const erased: string[] = [];
    const store = await views(0, {
      onErased: (view) => erased.push(view),
      decode: (stored) =>
        Promise.resolve({
          ...stored,
          event: { type: stored.type, data: stored.data, personal: ERASED },
        }),
    });
    const row = await store.get(resellersView, ID);
    expect([row?.doc.name, row?.doc.country, erased]).toEqual([null, 'BR', ['resellers']]);
  });

  it('are never taken for those that more than one stream makes', async () => {
    const store = await views(2);
    await expect(store.get(partnershipsView, 'p-1.r-1')).rejects.toThrow('partnerships');
  });
});
