import type { Clock } from './clock';
import type { PersonalKey, PersonalKeys } from './personal-keys';

const MAX_AGE_MS = 1_000;
const MAX_KEYS = 10_000;

interface CachedKey {
  readonly found: Extract<PersonalKey, { kind: 'present' }>;
  readonly askedAt: number;
}

/**
 * Remembers present keys for at most one second from the moment they were asked for, so that a key
 * destroyed elsewhere is out of use within that second. Absence and tombstones are never remembered.
 * Holds the 10,000 keys used last. A destruction through this object takes effect at once.
 */
export class CachedPersonalKeys implements PersonalKeys {
  /** In order of use, the longest unused first. */
  private readonly cache = new Map<string, CachedKey>();
  /** Tells an answer that was under way when a key was destroyed: it must not be remembered. */
  private destructions = 0;

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
    const now = this.clock.now().getTime();
    const cached = this.cache.get(subject);
    this.cache.delete(subject);
    if (cached !== undefined && isFresh(cached, now)) {
      this.cache.set(subject, cached);
      return cached.found;
    }
    const destructionsBefore = this.destructions;
    const found = await ask();
    if (found.kind === 'present' && this.destructions === destructionsBefore) {
      this.remember(subject, { found, askedAt: now });
    }
    return found;
  }

  private remember(subject: string, key: CachedKey): void {
    this.cache.set(subject, key);
    if (this.cache.size <= MAX_KEYS) return;
    for (const longestUnused of this.cache.keys()) {
      this.cache.delete(longestUnused);
      return;
    }
  }
}

/** A clock set back would make a key look young: then it is asked for again. */
function isFresh(cached: CachedKey, now: number): boolean {
  const age = now - cached.askedAt;
  return age >= 0 && age < MAX_AGE_MS;
}
