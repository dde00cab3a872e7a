import type { AggregateStore } from '@tierbook/eventing';
import type { CredentialVault, IssuedCredential } from '@tierbook/identity';
import type { StateStore } from '@tierbook/state';
import { aggregates } from '../aggregates';
import type { Schedule } from './scheduler.process';

/** Longer than any command takes from drawing a credential to the event that names it. */
const SETTLED_AFTER_MS = 3_600_000;
/** How long nothing is looked for after all that was settled has been looked at. */
const PAUSE_MS = 60_000;
const PAGE = 50;

const [COLLECTION, CURSOR] = ['credential-sweep', 'cursor'];
const OWNER = /^(customer|services)-(.+)$/;

/**
 * Removes the verifiers of credentials that count for nothing: those that no event came to name, as a
 * refusal, a lost race or a crash leaves them, and those replaced since. Each is looked at once, an hour after
 * it was made, in the order of their ids, which is that in which they were drawn; how far it came is kept.
 */
export class CredentialSweep implements Schedule {
  readonly name = 'credential-sweep';
  private pausedUntil = 0;
  private looked: string | undefined;

  constructor(
    private readonly vault: CredentialVault,
    private readonly aggregateStore: AggregateStore,
    private readonly state: StateStore,
  ) {}

  /** A page at a tick, so that many of them hold up nobody. */
  async *due(now: Date): AsyncGenerator<string> {
    if (now.getTime() < this.pausedUntil) return;
    const page = await this.vault.list(await this.cursor(), PAGE);
    const settled = page.filter(
      ({ createdAt }) => now.getTime() - Date.parse(createdAt) >= SETTLED_AFTER_MS,
    );
    for (const { credentialId } of settled) {
      yield credentialId;
      // One that could not be looked at is due again, and with it those after it.
      if (this.looked !== credentialId) return;
    }
    const last = settled.at(-1);
    if (last !== undefined) {
      await this.state.put(COLLECTION, CURSOR, { after: last.credentialId });
    }
    if (settled.length < PAGE) this.pausedUntil = now.getTime() + PAUSE_MS;
  }

  async wake(credentialId: string): Promise<void> {
    const credential = await this.vault.find(credentialId);
    if (credential !== undefined && !(await this.counts(credential))) {
      await this.vault.remove(credentialId);
    }
    this.looked = credentialId;
  }

  /** Whether its owner's stream names it now. One whose owner is of a kind not known here is left alone. */
  private async counts({ credentialId, owner }: IssuedCredential): Promise<boolean> {
    const [, kind, id = ''] = OWNER.exec(owner) ?? [];
    switch (kind) {
      case 'customer': {
        const { state } = await this.aggregateStore.load(aggregates.customer, id);
        return state.status !== 'none' && state.credentialId === credentialId;
      }
      case 'services': {
        const { state } = await this.aggregateStore.load(aggregates.services, id);
        const services = state.status === 'none' ? [] : [...state.services.values()];
        return services.some(
          ({ revokedAt, former, ...service }) =>
            revokedAt === null &&
            [service.credentialId, former?.credentialId].some((each) => each === credentialId),
        );
      }
      default:
        return true;
    }
  }

  private async cursor(): Promise<string | undefined> {
    return (await this.state.get<{ readonly after: string }>(COLLECTION, CURSOR))?.value.after;
  }
}
