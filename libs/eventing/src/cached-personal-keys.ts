import type { Clock } from './clock';
import type { PersonalKey, PersonalKeys } from './personal-keys';
import { RecentlyUsed } from './recently-used';

const MAX_AGE_MS = 1_000;
const CAPACITY = 10_000;

type PresentKey = Extract<PersonalKey, { kind: 'present' }>;

/**
 * Remembers present keys, and asks at least once a second whether any has been destroyed elsewhere, so that
 * a key destroyed there is out of use within that second: by the store's mark, so that one question does
 * for all keys. Absence and tombstones are never remembered. Holds the 10,000 keys used last, and no more than 20,000. A destruction
 * through this object takes effect at once.
 */
export class CachedPersonalKeys implements PersonalKeys {
  private readonly cache = new RecentlyUsed<string, PresentKey>(CAPACITY);
  /** Tells an answer that was under way when a key was destroyed: it must not be remembered. */
  private destructions = 0;
  private lastMark: number | string | undefined;
  private markedAt = -Infinity;

  constructor(
    private readonly keys: PersonalKeys,
    private readonly clock: Clock,
  ) {}

  obtain(subject: string): Promise<PersonalKey> {
    return this.cachedOr(subject, () => this.keys.obtain(subject));
  }

  find(subject: string): Promise<PersonalKey> {
    return this.cachedOr(subject, () => this.keys.find(subject));
  }

  async destroy(subject: string, at: string): Promise<void> {
    this.destructions++;
    this.cache.delete(subject);
    try {
      await this.keys.destroy(subject, at);
    } finally {
      this.destructions++;
      this.cache.delete(subject);
    }
  }

  tombstones(): AsyncIterable<{ readonly subject: string; readonly at: string }> {
    return this.keys.tombstones();
  }

  close(): Promise<void> {
    this.cache.clear();
    return this.keys.close();
  }

  private async cachedOr(subject: string, ask: () => Promise<PersonalKey>): Promise<PersonalKey> {
    if (!this.isFresh()) await this.refresh();
    const cached = this.cache.get(subject);
    if (cached !== undefined) return cached;
    const destructionsBefore = this.destructions;
    const found = await ask();
    if (found.kind === 'present' && this.destructions === destructionsBefore) {
      this.cache.set(subject, found);
    }
    return found;
  }

  /** A clock set back would make the answer look young: then it is asked for again. */
  private isFresh(): boolean {
    const age = this.clock.now().getTime() - this.markedAt;
    return age >= 0 && age < MAX_AGE_MS;
  }

  private async refresh(): Promise<void> {
    const askedAt = this.clock.now().getTime();
    const mark = await this.keys.mark?.();
    if (mark === undefined || mark !== this.lastMark) {
      this.destructions++;
      this.cache.clear();
    }
    this.lastMark = mark;
    this.markedAt = askedAt;
  }
}
