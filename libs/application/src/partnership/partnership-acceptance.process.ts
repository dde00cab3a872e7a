import type { PartnershipRequestAccepted } from '@tierbook/domain';
import {
  StoreUnavailableError,
  type CommandPipeline,
  type ProcessManager,
  type RecordedEvent,
} from '@tierbook/eventing';
import { beginPartnership } from './begin-partnership';

/** Begins the partnership of every accepted request that a crash left without one. */
export class PartnershipAcceptanceProcess implements ProcessManager {
  readonly name = 'partnership-acceptance';
  readonly reactsTo = new Set<string>(['PartnershipRequestAccepted']);

  constructor(private readonly pipeline: CommandPipeline) {}

  async react({ event, metadata, id }: RecordedEvent): Promise<void> {
    const outcome = await this.pipeline.execute(
      beginPartnership({
        data: event.data as PartnershipRequestAccepted['data'],
        commandId: metadata.commandId,
        // Whoever accepted began the partnership, whichever of the two sent this half first.
        actor: metadata.actor,
        fingerprint: metadata.fingerprint,
        correlationId: metadata.correlationId,
        causationId: id,
      }),
    );
    // No rule refuses it: others wrote all the while, and it is to be tried again.
    if (outcome.kind === 'refused') throw new StoreUnavailableError(outcome.refusal.detail);
  }
}
