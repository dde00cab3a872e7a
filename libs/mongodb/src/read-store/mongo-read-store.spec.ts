import { readStoreContract } from '@tierbook/read-models/testing';
import { MongoClient } from 'mongodb';
import { describeMongo } from '../../../../test/mongo-server/describe-mongo';
import { newDatabaseUrl } from '../../../../test/mongo-server/mongo-server';
import { openMongoProjectionStore } from './mongo-projection-store';
import { openMongoReadStore } from './mongo-read-store';
import { collectionNameOf, directNameOf, records } from './view-records';

const newPlace = async () => ({ setting: 'READ_STORE_URL', url: await newDatabaseUrl() });

/** What a program sees that reads the view past us; where the server has no views, what its record names. */
async function directly(url: string, name: string) {
  const client = new MongoClient(url);
  try {
    const db = client.db();
    const [info] = await db.listCollections({ name }).toArray();
    const seen = { projection: { _id: 0 } };
    if (info?.type === 'view') {
      const rows = await db.collection(name).find({}, seen).sort({ key: 1 }).toArray();
      return rows.map(({ key, doc }) => ({ key: String(key), doc: doc as unknown }));
    }
    const all = await records(db).find().toArray();
    const record = all.find(({ _id }) => directNameOf(_id) === name);
    const build = { view: record?._id ?? '', generation: record?.serving ?? 0 };
    const rows = await db
      .collection<{ _id: string; doc: unknown }>(collectionNameOf(build))
      .find({ gone: { $exists: false } })
      .sort({ _id: 1 })
      .toArray();
    return rows.map(({ _id, doc }) => ({ key: _id, doc }));
  } finally {
    await client.close();
  }
}

describeMongo('MongoDB ReadStore', () => {
  readStoreContract(async () => {
    const place = await newPlace();
    return {
      writer: await openMongoProjectionStore(place),
      reader: await openMongoReadStore(place),
      direct: (name) => directly(place.url, name),
    };
  });
});
