import { type Answer, type Client, command, type Command, customer, order } from './client';

/** A command that was sent, and its answer where one came. */
export interface SentCommand {
  readonly command: Command;
  readonly answer?: Answer;
}

/** What callers know of the data: what they may send commands on. */
export interface Known {
  readonly offerId: string;
  readonly customers: string[];
  readonly subscriptions: string[];
}

export interface Load {
  /** Of each connection, in the order in which it sent them: a command goes out once the one before is answered. */
  readonly lanes: readonly SentCommand[][];
  /** Resolves once no connection sends any more. */
  readonly ended: Promise<void>;
  /** Ends it once every connection has its answer. */
  stop(): void;
}

let customers = 0;

/**
 * Sends orders, quantity changes, customers and repeated commands on so many connections at once, until it
 * is stopped or the connections fail. `onAnswer` is called with the number of answers so far.
 */
export function startLoad(
  client: Client,
  known: Known,
  connections: number,
  next: (limit: number) => number,
  onAnswer: (answers: number) => void = () => undefined,
): Load {
  const lanes: SentCommand[][] = Array.from({ length: connections }, () => []);
  let stopped = false;
  let answers = 0;
  const run = async (lane: SentCommand[]): Promise<void> => {
    while (!stopped) {
      const chosen = choose(known, lane, next);
      try {
        const answer = await client.send(chosen);
        lane.push({ command: chosen, answer });
        learn(known, chosen, answer);
      } catch {
        lane.push({ command: chosen });
        return;
      }
      onAnswer(++answers);
    }
  };
  return {
    lanes,
    ended: Promise.all(lanes.map(run)).then(() => undefined),
    stop: () => {
      stopped = true;
    },
  };
}

function choose(
  { offerId, customers: paths, subscriptions }: Known,
  lane: readonly SentCommand[],
  next: (limit: number) => number,
): Command {
  const pick = <T>(items: readonly T[]): T | undefined => items[next(items.length)];
  const dice = next(100);
  const path = pick(paths);
  const subscription = pick(subscriptions);
  const repeated = pick(lane);
  if (dice < 40 && path !== undefined) {
    return command('POST', `${path}/subscriptions`, order(offerId, 1 + next(300)));
  }
  if (dice < 70 && subscription !== undefined) {
    return command('PUT', `${subscription}/quantity`, { quantity: 1 + next(300) });
  }
  if (dice < 75 && repeated !== undefined) return repeated.command;
  if (dice < 78 && path !== undefined) return command('POST', `${path}/admin-credential`, {});
  const orders = Array.from({ length: next(3) }, () => order(offerId, 1 + next(300)));
  return customer(`firma${String(Date.now())}x${String(customers++)}`, orders);
}

function learn(
  { customers: paths, subscriptions }: Known,
  { path }: Command,
  { body }: Answer,
): void {
  const href = body.resource?.href;
  if (href === undefined) return;
  if (path === '/v1/customers') paths.push(href);
  if (path.endsWith('/subscriptions')) subscriptions.push(href);
}
