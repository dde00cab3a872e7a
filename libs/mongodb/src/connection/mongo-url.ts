import { StoreRefusedError } from '@tierbook/eventing';

/** A database that the environment names. */
export interface MongoPlace {
  /** The variable that holds the URL: what messages name. */
  readonly setting: string;
  /** `mongodb://` or `mongodb+srv://`, with the name of the database. */
  readonly url: string;
}

const SHAPE = /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]+)\/([^?]+)/;

/** Whether a URL is for this engine. */
export function isMongoUrl(url: string): boolean {
  return /^mongodb(\+srv)?:/.test(url);
}

/**
 * The server and the database that the URL names, before anything is opened.
 * @throws StoreRefusedError in one line, naming the setting.
 */
export function requireMongoUrl({ setting, url }: MongoPlace): {
  readonly hosts: string;
  readonly name: string;
} {
  const [, hosts, name] = SHAPE.exec(url) ?? [];
  if (hosts !== undefined && name !== undefined) return { hosts, name: decodeURIComponent(name) };
  throw new StoreRefusedError(
    `${setting} is not usable: give mongodb://<host>:<port>/<database>, special characters in name and password percent-encoded.`,
  );
}
