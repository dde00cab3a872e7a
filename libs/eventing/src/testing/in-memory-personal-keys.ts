import { randomBytes } from 'node:crypto';
import type { PersonalKey, PersonalKeys } from '../personal-keys';

/** Personal keys that die with the process: for tests. */
export class InMemoryPersonalKeys implements PersonalKeys {
  private readonly subjects = new Map<string, PersonalKey>();

  async obtain(subject: string): Promise<PersonalKey> {
    const found = await this.find(subject);
    if (found.kind !== 'absent') return found;
    // Asked again after the wait: another caller may have made the key meanwhile.
    const made = this.subjects.get(subject) ?? { kind: 'present', key: randomBytes(32) };
    this.subjects.set(subject, made);
    return made;
  }

  find(subject: string): Promise<PersonalKey> {
    return Promise.resolve(this.subjects.get(subject) ?? { kind: 'absent' });
  }

  destroy(subject: string, at: string): Promise<void> {
    if (this.subjects.get(subject)?.kind !== 'destroyed') {
      this.subjects.set(subject, { kind: 'destroyed', at });
    }
    return Promise.resolve();
  }

  mark(): Promise<number> {
    const destroyed = [...this.subjects.values()].filter(({ kind }) => kind === 'destroyed');
    return Promise.resolve(destroyed.length);
  }

  async *tombstones(): AsyncIterable<{ readonly subject: string; readonly at: string }> {
    for (const [subject, state] of [...this.subjects].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (state.kind === 'destroyed') yield await Promise.resolve({ subject, at: state.at });
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
