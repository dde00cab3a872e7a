import { Command } from '@nestjs/cqrs';
import type { Gathering } from '@tierbook/eventing';
import type { OfferId, OfferTerms, ProviderId } from '@tierbook/domain';
import { checkProvider } from '../access';
import { organisationIdOf } from '@tierbook/identity';
import { aggregates } from '../aggregates';
import type { Answer } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { plainHandler } from '../one-line-handler';

export interface PublishOfferInput extends OfferTerms {
  readonly description: string;
}

/** A provider adds an offer to its catalogue. */
export class PublishOfferCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly input: PublishOfferInput,
  ) {
    super();
  }
}

function publishOffer({ sent, input }: PublishOfferCommand) {
  const commandId = commandIdOf(sent, 'offers');
  const id = deriveId('offer', commandId) as OfferId;
  return {
    resource: { type: 'offer', id, path: `offers/${id}` },
    request: {
      name: 'publish-offer',
      aggregate: aggregates.offer,
      id,
      context: contextOf(sent, commandId),
      authorise: (_: unknown, gathering: Gathering) =>
        checkProvider(sent.principal, 'publish-offer', gathering),
      gather: (_: unknown, now: Date) => ({
        ok: {
          type: 'publish-offer' as const,
          at: now.toISOString(),
          offerId: id,
          providerId: organisationIdOf(sent.principal) as ProviderId,
          ...input,
        },
      }),
    },
  };
}

export const offerHandlers = [plainHandler(PublishOfferCommand, publishOffer)];
