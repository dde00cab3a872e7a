import { randomUUID } from 'node:crypto';
import {
  mayBeUnderWay,
  type ChosenReference,
  type CustomerEvent,
  type CustomerId,
  type Instant,
  type ProviderId,
} from '@tierbook/domain';
import type { CommandContext, CommandPipeline, Gathering, Refusal } from '@tierbook/eventing';
import type { References } from '@tierbook/identity';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';

/** Another customer has just claimed the reference: the customer's events are not appended. */
export class ReferenceLost extends Error {
  override readonly name = 'ReferenceLost';
  constructor(readonly refusal: Refusal) {
    super(refusal.detail);
  }
}

/** The reference as deciding needs it: its name in the log, this command's claim, and whether it is taken. */
export async function chosenReference(
  gathering: Gathering,
  references: References,
  of: { readonly providerId: ProviderId; readonly customerId: CustomerId },
  text: string,
  commandId: string,
  now: Date,
): Promise<ChosenReference> {
  const key = references.customerReferenceKey(of.providerId, text);
  const holder = await holderOf(gathering, key, now.toISOString());
  return {
    key,
    claimId: deriveId('reference-claim', commandId),
    text,
    taken: holder !== null && holder !== of.customerId,
  };
}

/** Who has the reference, or may be about to; `null` when it is free. A claim that a crash left frees itself. */
async function holderOf(
  gathering: Gathering,
  key: string,
  now: Instant,
): Promise<CustomerId | null> {
  const claim = await gathering.read(aggregates.customerReference, key);
  if (claim.status !== 'claimed') return null;
  if (mayBeUnderWay(claim.claimedAt, now)) return claim.customerId;
  const customer = await gathering.read(aggregates.customer, claim.customerId);
  const isHeld = customer.status !== 'none' && customer.reference?.key === key;
  return isHeld ? claim.customerId : null;
}

/**
 * Claims the reference that a customer's events give it, where they give it one: for `beforeAppend`.
 *
 * @throws ReferenceLost when another customer was quicker.
 */
export async function claimReference(
  pipeline: CommandPipeline,
  context: CommandContext,
  providerId: ProviderId,
  events: readonly CustomerEvent[],
): Promise<void> {
  // Of a batch, the last one stands.
  const changed = events.findLast((event) => event.type === 'CustomerReferenceChanged');
  if (changed === undefined || changed.data.to === null) return;
  const { key, claimId } = changed.data.to;
  const { customerId } = changed.data;
  const { actor, fingerprint, correlationId, causationId } = context;
  const outcome = await pipeline.execute({
    name: 'claim-reference',
    aggregate: aggregates.customerReference,
    id: key,
    context: {
      ...{ actor, fingerprint, correlationId, causationId },
      // Each attempt claims anew: so much later, an old claim counts as left by a crash.
      commandId: randomUUID(),
      isSameCommand: () => true,
    },
    authorise: () => ({ ok: {} }),
    gather: async (gathering, now) => {
      const at = now.toISOString();
      const holder = await holderOf(gathering, key, at);
      const held = holder !== null && holder !== customerId;
      const type = 'claim-reference' as const;
      return { ok: { type, at, providerId, customerId, claimId, held } };
    },
  });
  if (outcome.kind === 'refused') throw new ReferenceLost(outcome.refusal);
}

/** Runs what claims a reference, and answers that it was lost as the refusal that it is. */
export async function orLost<T>(
  run: () => Promise<T>,
): Promise<T | { readonly kind: 'refused'; readonly refusal: Refusal }> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ReferenceLost) return { kind: 'refused', refusal: error.refusal };
    throw error;
  }
}
