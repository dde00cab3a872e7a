import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { StoredEvent } from '@tierbook/eventing';
import { random } from '@tierbook/eventing/testing';
import { type Service, startService } from '../e2e/harness/service';
import { type Answer, Client, type Command, customer, offer, order } from './harness/client';
import { type Known, type SentCommand, startLoad } from './harness/load';
import { differencesOf, flawsOf, readLog } from './harness/oracle';
import { newDirectory, startToEnd } from './harness/process';
import { seedOfRun } from './harness/random';

const SEED = seedOfRun();
/** 200 of them take some ten minutes. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 5);
const CONNECTIONS = 50;

/** All that callers know after the rounds so far. */
class Callers {
  readonly known: Known;
  /** By idempotency key, with the first answer. */
  readonly acknowledged = new Map<string, { command: Command; answer: Answer }>();
  /** Sent, and the connection broke before the answer. */
  readonly unanswered: Command[] = [];
  readonly correlationIds = new Set<string>();
  readonly contradictions: string[] = [];
  readonly passwords: string[] = [];

  constructor(known: Known) {
    this.known = known;
  }

  take({ command, answer }: SentCommand): void {
    this.correlationIds.add(command.correlationId);
    if (answer === undefined) {
      this.unanswered.push(command);
      return;
    }
    const password = answer.body.adminCredential?.password;
    if (password !== undefined) this.passwords.push(password);
    const first = this.acknowledged.get(command.key)?.answer ?? answer;
    if (answer.status !== 200 && answer.status !== 201) {
      this.contradictions.push(`${command.path}: ${JSON.stringify(answer.body)}`);
    } else if (outcome(first) !== outcome(answer)) {
      this.contradictions.push(`${command.path}: ${outcome(first)}, then ${outcome(answer)}`);
    } else if (first === answer) {
      this.acknowledged.set(command.key, { command, answer });
    }
  }
}

/** What has to be the same each time: all but the password, which only the first answer holds. */
function outcome({ status, headers, body }: Answer): string {
  const told = { ...body, adminCredential: body.adminCredential?.userName };
  return JSON.stringify([status, headers['etag'], told]);
}

/** I1 and I2 of every command that was sent so far, against the log. */
function wrongsOf(callers: Callers, log: readonly StoredEvent[], before: number): string[] {
  const wrongs = [...callers.contradictions, ...flawsOf(log)];
  const byCommand = Map.groupBy(log, ({ metadata }) => metadata.correlationId);
  for (const { command, answer } of callers.acknowledged.values()) {
    const events = byCommand.get(command.correlationId) ?? [];
    const last = events.at(-1);
    if (last?.position !== answer.body.position) {
      wrongs.push(`${command.path} was answered ${String(answer.body.position)}: ${named(events)}`);
    }
    const nothingChanged = last?.type === 'NothingChanged';
    if (!nothingChanged && !events.some(({ revision }) => revision === answer.body.revision)) {
      wrongs.push(`${command.path} was answered ${String(answer.body.revision)}: ${named(events)}`);
    }
    if (new Set(events.map(({ metadata }) => metadata.commandId)).size > 1) {
      wrongs.push(`${command.path} is in the log twice: ${named(events)}`);
    }
  }
  for (const [index, { position, metadata }] of log.entries()) {
    if (index >= before && !callers.correlationIds.has(metadata.correlationId)) {
      wrongs.push(`${position} is of no command that was sent`);
    }
  }
  return wrongs;
}

function named(events: readonly StoredEvent[]): string {
  const names = events.map(({ type, position, revision }) => `${type} ${position}@${revision}`);
  return names.length === 0 ? 'nothing in the log' : names.join(', ');
}

/** Of one connection each answer stands behind the one before it. */
function misorderedOf(lanes: readonly (readonly SentCommand[])[]): SentCommand[] {
  return lanes.flatMap((lane) => {
    const seen = new Set<string>();
    const first = lane.filter(({ command: { key }, answer }) => {
      const isFirst = answer !== undefined && !seen.has(key);
      seen.add(key);
      return isFirst;
    });
    return first.filter(({ answer }, index) => {
      const before = first[index - 1]?.answer?.body.position ?? '';
      return (answer?.body.position ?? '') <= before;
    });
  });
}

async function newCallers(service: Service): Promise<Callers> {
  const client = new Client(service);
  const callers = new Callers({ offerId: '', customers: [], subscriptions: [] });
  const sent = offer();
  const answer = await client.send(sent);
  const known = { ...callers.known, offerId: answer.body.resource?.id ?? '' };
  const ready = new Callers(known);
  ready.take({ command: sent, answer });
  const first = customer('primeira', [order(known.offerId)]);
  const created = await client.send(first);
  ready.take({ command: first, answer: created });
  known.customers.push(created.body.resource?.href ?? '');
  await client.close();
  return ready;
}

/** One kill after so many answers; gives back what each connection had sent. */
async function killUnderLoad(
  service: Service,
  callers: Callers,
  next: (limit: number) => number,
  answers: number,
): Promise<readonly (readonly SentCommand[])[]> {
  const client = new Client(service, CONNECTIONS);
  const load = startLoad(client, callers.known, CONNECTIONS, next, (count) => {
    if (count === answers) service.signal('SIGKILL');
  });
  await load.ended;
  await service.ended();
  await client.close();
  for (const lane of load.lanes) for (const sent of lane) callers.take(sent);
  return load.lanes;
}

/** Sends again whatever was cut short, and some of what was answered. */
async function sendAgain(
  service: Service,
  callers: Callers,
  next: (limit: number) => number,
): Promise<void> {
  const client = new Client(service, CONNECTIONS);
  const answered = [...callers.acknowledged.values()];
  const sample = Array.from({ length: 25 }, () => answered[next(answered.length)]?.command);
  const again = [...callers.unanswered.splice(0), ...sample.filter((each) => each !== undefined)];
  const sent = await Promise.all(
    again.map(async (command) => ({ command, answer: await client.send(command) })),
  );
  for (const each of sent) callers.take(each);
  await client.close();
}

describe('kill -9', () => {
  it(
    `loses, doubles and reorders nothing under ${CONNECTIONS} connections (seed ${SEED})`,
    async () => {
      const next = random(SEED);
      const dataDir = newDirectory();
      const service = await startService({ dataDir });
      const before = (await readLog(dataDir)).length;
      const callers = await newCallers(service);

      for (let round = 1; round <= ROUNDS; round++) {
        const lanes = await killUnderLoad(service, callers, next, 1 + next(400));
        expect(misorderedOf(lanes)).toEqual([]);
        const cut = await readLog(dataDir);
        expect(wrongsOf(callers, cut, before)).toEqual([]);

        await service.start();
        await sendAgain(service, callers, next);

        const log = await readLog(dataDir);
        expect(log.slice(0, cut.length)).toEqual(cut);
        expect(wrongsOf(callers, log, before)).toEqual([]);
        expect(await differencesOf(dataDir, log)).toEqual([]);
      }

      await service.kill();
      expect(callers.passwords.length).toBeGreaterThan(0);
      expect(secretsIn(dataDir, [...callers.passwords, ...Object.values(service.tokens)])).toEqual(
        [],
      );
    },
    60_000 + ROUNDS * 15_000,
  );

  it(`starts again after killed starts (seed ${SEED})`, async () => {
    const next = random(SEED);
    const dataDir = newDirectory();
    for (let round = 0; round < 6; round++) {
      await startToEnd({ dataDir, endAfterMs: next(300) });
    }
    for (let round = 0; round < 5; round++) {
      await startToEnd({ dataDir, endAfterMs: 200 + next(1_200) });
    }
    const service = await startService({ dataDir });
    const callers = await newCallers(service);
    const log = await readLog(dataDir);
    await service.kill();
    for (let round = 0; round < 5; round++) {
      await startToEnd({ dataDir, endAfterMs: 100 + next(1_000) });
    }
    await service.start();
    await sendAgain(service, callers, next);

    expect(await readLog(dataDir)).toEqual(log);
    expect(callers.contradictions).toEqual([]);
    expect(log.filter(({ type }) => type === 'ProviderCreated')).toHaveLength(1);
    expect(flawsOf(log)).toEqual([]);
    expect(await differencesOf(dataDir, log)).toEqual([]);
  }, 120_000);
});

/** Secrets that stand in a file of the data directory where they have no business. */
function secretsIn(dataDir: string, secrets: readonly string[]): string[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'development.json')
    .flatMap(({ parentPath, name }) => {
      const bytes = readFileSync(join(parentPath, name));
      return secrets.filter((secret) => bytes.includes(secret)).map(() => name);
    });
}
