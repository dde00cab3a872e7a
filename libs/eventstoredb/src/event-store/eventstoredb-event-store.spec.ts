import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { eventStoreContract } from '@tierbook/eventing/testing';
import { WireDouble } from '../testing/double/wire-double';
import { inNamespace } from '../testing/in-namespace';
import { openEventStoreDbEventStore } from './eventstoredb-event-store';

/** A real server, where one is named; otherwise the double. */
const real = process.env['EVENTSTORE_URL'];
let double: WireDouble | undefined;
let url = real ?? '';

beforeAll(async () => {
  if (real !== undefined) return;
  double = await WireDouble.start();
  url = double.url;
});
afterAll(async () => {
  await double?.stop();
});

eventStoreContract('EventStoreDbEventStore', async () => {
  const namespace = `t${randomBytes(6).toString('hex')}`;
  return inNamespace(await openEventStoreDbEventStore({ url, namespace }), namespace);
});
