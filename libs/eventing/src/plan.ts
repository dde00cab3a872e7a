import type { Fingerprint } from './envelope';

/** What a dry run was asked and what it read: the command itself may be held to it. */
export interface Plan {
  /** Organisation of the caller that asked for it. */
  readonly organisation: string;
  /** Of the command. */
  readonly fingerprint: Fingerprint;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Revision of every stream that deciding read, by the stream's digest; -1 where it did not exist. */
  readonly revisions: Readonly<Record<string, number>>;
}

/** A plan on its way: no state is kept, its id is all there is of it. */
export interface PlanIds {
  /** An id that holds the whole plan and that nobody else can make. */
  issue(plan: Plan): string;
  /** The plan of an id; `undefined` where the id was not made here, or was altered. */
  read(id: string): Plan | undefined;
}

/** For how long a plan can be applied: time enough to review it, too short for dates to go far. */
export const PLAN_LIFETIME_MS = 15 * 60 * 1000;
