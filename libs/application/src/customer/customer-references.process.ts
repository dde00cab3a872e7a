import type { ClaimedReference, CustomerEnded, CustomerReferenceChanged } from '@tierbook/domain';
import {
  StoreUnavailableError,
  type CommandPipeline,
  type ProcessManager,
  type RecordedEvent,
} from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';
import { processContext } from '../process-context';

/** Gives back the references that customers no longer have: by their very claims, so that none is given back that was claimed anew. */
export class CustomerReferencesProcess implements ProcessManager {
  readonly name = 'customer-references';
  readonly reactsTo = new Set<string>(['CustomerReferenceChanged', 'CustomerEnded']);

  constructor(private readonly pipeline: CommandPipeline) {}

  async react({ event, id }: RecordedEvent): Promise<void> {
    const released = lostBy(event as CustomerReferenceChanged | CustomerEnded);
    if (released === null) return;
    const { key, claimId } = released;
    const outcome = await this.pipeline.execute({
      name: 'release-reference',
      aggregate: aggregates.customerReference,
      id: key,
      context: processContext(this.name, deriveId('release-reference', key, claimId), id),
      authorise: () => ({ ok: {} }),
      gather: (_, now) => ({
        ok: { type: 'release-reference' as const, at: now.toISOString(), claimId },
      }),
    });
    // No rule refuses it: others wrote all the while, and it is to be tried again.
    if (outcome.kind === 'refused') throw new StoreUnavailableError(outcome.refusal.detail);
  }
}

function lostBy(event: CustomerReferenceChanged | CustomerEnded): ClaimedReference | null {
  return event.type === 'CustomerEnded' ? event.data.reference : event.data.from;
}
