import { createHash } from 'node:crypto';
import type { Aggregate } from './aggregate';
import type { AggregateStore, LoadedAggregate } from './aggregate-store';
import type { Gathering } from './command-request';
import type { DomainEvent } from './envelope';
import type { Plan } from './plan';

/** Bytes of a stream's digest in a plan: a plan is authentic, so that they only have to tell its streams apart. */
const DIGEST_BYTES = 9;

/**
 * What one attempt at a command reads: each stream once, so that authorising, gathering and deciding see
 * the same state of it, and its revision is known afterwards.
 */
export class Reads implements Gathering {
  private readonly loading = new Map<string, Promise<LoadedAggregate<unknown>>>();

  /** @param logId of the log that is read: revisions mean nothing in another one. */
  constructor(
    private readonly aggregates: AggregateStore,
    private readonly logId: string,
  ) {}

  async read<C, S, E extends DomainEvent, K extends string>(
    aggregate: Aggregate<C, S, E, K>,
    id: string,
  ): Promise<S> {
    return (await this.load(aggregate, id)).state;
  }

  /** The aggregate as this attempt first read it. */
  load<C, S, E extends DomainEvent, K extends string>(
    aggregate: Aggregate<C, S, E, K>,
    id: string,
  ): Promise<LoadedAggregate<S>> {
    const name = `${aggregate.category}-${id}`;
    const loading = this.loading.get(name) ?? this.aggregates.load(aggregate, id);
    this.loading.set(name, loading);
    return loading as Promise<LoadedAggregate<S>>;
  }

  /** Revision of each stream read so far, by the stream's digest; -1 where it does not exist. */
  async revisions(): Promise<Plan['revisions']> {
    const revisions: Record<string, number> = {};
    for (const [name, loading] of this.loading) {
      revisions[this.digestOf(name)] = (await loading).revision;
    }
    return revisions;
  }

  /** Says which stream is not as the plan saw it; `undefined` where everything read is. */
  async movedSince({ revisions }: Plan): Promise<string | undefined> {
    for (const [name, loading] of this.loading) {
      const { revision } = await loading;
      const planned = revisions[this.digestOf(name)];
      if (planned === undefined) return `${name} is read now, and was not when it was planned.`;
      if (planned !== revision) {
        return `${name} is at revision ${revision}; it was planned on revision ${planned}.`;
      }
    }
    return undefined;
  }

  private digestOf(name: string): string {
    const digest = createHash('sha256').update(`${this.logId} ${name}`).digest();
    return digest.subarray(0, DIGEST_BYTES).toString('base64url');
  }
}
