import { databaseUrl, newDatabaseUrl } from '../../mongo-server/mongo-server';

/**
 * Where the service under test keeps views, state and personal keys, by TIERBOOK_E2E_STORES: `sqlite`, unless told, or
 * `mongodb`, each call in new databases of the server that this run's tests share.
 */
export async function storesEnv(): Promise<Readonly<Record<string, string>>> {
  const stores = process.env['TIERBOOK_E2E_STORES'] ?? 'sqlite';
  if (stores === 'sqlite') return {};
  if (stores !== 'mongodb') {
    throw new Error(`TIERBOOK_E2E_STORES is '${stores}': give sqlite or mongodb.`);
  }
  return mongoEnv(await newDatabaseUrl());
}

/** The settings for three databases beside the one that the URL names. */
export function mongoEnv(url: string): Readonly<Record<string, string>> {
  const name = /\/([^/?]+)(\?|$)/.exec(url)?.[1] ?? 'tierbook';
  return {
    READ_STORE_URL: databaseUrl(url, `${name}_views`),
    STATE_STORE_URL: databaseUrl(url, `${name}_state`),
    KEY_STORE_URL: databaseUrl(url, `${name}_keys`),
  };
}
