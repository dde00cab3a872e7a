import { randomBytes } from 'node:crypto';
import { type EventData, ErrorType, NO_STREAM, START } from '@eventstore/db-client';
import { isLogId, StoreRefusedError } from '@tierbook/eventing';
import type { Connection, Patience } from './connection';
import { typeOf } from './failures';
import { LogReader } from './log-reader';

/** The oldest that says when a subscription has caught up. */
const OLDEST = { major: 23, minor: 10 };

/** @throws StoreRefusedError for a server older than 23.10. */
export async function refuseOldServer(connection: Connection, patience: Patience): Promise<void> {
  const version = await connection.read(patience, async (client) => {
    // eslint-disable-next-line @typescript-eslint/dot-notation -- The client asks for the version, and shows it to nobody.
    return (await client['capabilities']).serverVersion;
  });
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw new StoreRefusedError(
    `The event store at ${connection.place} (EVENT_STORE_URL) is of version ${version}: 23.10 or newer is needed.`,
  );
}

/** What tells one log from another, and where in $all it begins. */
export interface LogIdentity {
  readonly logId: string;
  /** Commit position of the record that holds the id: every event of the log comes after it. */
  readonly origin: bigint;
}

/**
 * The identity of the namespace's log, kept in a stream beside it. Drawn by who comes first, unless it must exist.
 *
 * @throws StoreRefusedError where there is none and `mustExist`, or something else stands there.
 */
export async function identityOf(
  connection: Connection,
  patience: Patience,
  namespace: string,
  mustExist: boolean,
): Promise<LogIdentity> {
  const stream = `${namespace}-log`;
  const known = await readIdentity(connection, patience, stream);
  if (known !== undefined) return known;
  if (mustExist) {
    throw new StoreRefusedError(
      `The event store at ${connection.place} (EVENT_STORE_URL) holds no log of namespace ${namespace}: start the service once.`,
    );
  }
  await begin(connection, patience, stream);
  const begun = await readIdentity(connection, patience, stream);
  if (begun !== undefined) return begun;
  throw new StoreRefusedError(`Stream ${stream} in the event store does not hold a log's id.`);
}

async function readIdentity(
  connection: Connection,
  patience: Patience,
  stream: string,
): Promise<LogIdentity | undefined> {
  const reader = new LogReader(connection, patience);
  const [first] = (await reader.stream(stream, { from: START, count: 1 })) ?? [];
  const { logId } = (first?.event?.data ?? {}) as { readonly logId?: unknown };
  const origin = first?.event?.position?.commit;
  if (typeof logId !== 'string' || !isLogId(logId) || origin === undefined) return undefined;
  return { logId, origin };
}

async function begin(connection: Connection, patience: Patience, stream: string): Promise<void> {
  const event: EventData = {
    id: crypto.randomUUID(),
    type: 'LogBegun',
    contentType: 'application/json',
    data: { logId: randomBytes(8).toString('hex') },
    metadata: undefined,
  };
  try {
    await connection.read(patience, (client) =>
      client.appendToStream(stream, event, { expectedRevision: NO_STREAM }),
    );
  } catch (error) {
    // Another process came first.
    if (typeOf(error) !== ErrorType.WRONG_EXPECTED_VERSION) throw error;
  }
}
