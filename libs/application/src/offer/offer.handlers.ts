import { Command } from '@nestjs/cqrs';
import type { Gathering } from '@tierbook/eventing';
import type {
  OfferAvailability,
  OfferContent,
  OfferId,
  OfferState,
  OfferTerms,
  ProviderId,
} from '@tierbook/domain';
import { organisationIdOf, type Action } from '@tierbook/identity';
import { checkOwner, checkProvider } from '../access';
import { aggregates } from '../aggregates';
import type { Answer } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { plainHandler } from '../one-line-handler';

type Extras = Pick<OfferTerms, 'pricing' | 'addOnOf'> & OfferAvailability;

/** An offer as a provider describes it. What is left out does not limit it; without pricing it has no list price. */
export interface OfferInput
  extends
    Omit<OfferTerms, keyof Extras>,
    Partial<{ readonly [K in keyof Extras]: Extras[K] | undefined }> {
  readonly description: string;
}

/** A provider adds an offer to its catalogue. */
export class PublishOfferCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly input: OfferInput,
  ) {
    super();
  }
}

/** Replaces what an offer says, for new orders. */
export class ReviseOfferCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly offerId: OfferId,
    readonly input: OfferInput,
  ) {
    super();
  }
}

/** No new orders of this offer. */
export class RetireOfferCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly offerId: OfferId,
  ) {
    super();
  }
}

async function contentOf(
  gathering: Gathering,
  providerId: string,
  offerId: OfferId,
  input: OfferInput,
): Promise<OfferContent> {
  const { pricing = null, addOnOf = [], limitPerCustomer = null, ...others } = input;
  const { upgradeTargets = [], countries = null, ...required } = others;
  const named = new Set([...addOnOf, ...upgradeTargets].filter((id) => id !== offerId));
  const known = await Promise.all(
    [...named].map(async (id) => {
      const offer = await gathering.read(aggregates.offer, id);
      return { id, isOwn: offer.status !== 'none' && offer.providerId === providerId };
    }),
  );
  const unknownOffers = known.flatMap(({ id, isOwn }) => (isOwn ? [] : [id]));
  const limits = { limitPerCustomer, upgradeTargets, countries };
  return { ...required, pricing, addOnOf, ...limits, unknownOffers };
}

function publishOffer({ sent, input }: PublishOfferCommand) {
  const commandId = commandIdOf(sent, 'offers');
  const id = deriveId('offer', commandId) as OfferId;
  const providerId = organisationIdOf(sent.principal) as ProviderId;
  return {
    resource: { type: 'offer', id, path: `offers/${id}` },
    request: {
      name: 'publish-offer',
      aggregate: aggregates.offer,
      id,
      context: contextOf(sent, commandId),
      authorise: (_: unknown, gathering: Gathering) =>
        checkProvider(sent.principal, 'publish-offer', gathering),
      gather: async (gathering: Gathering, now: Date) => ({
        ok: {
          type: 'publish-offer' as const,
          at: now.toISOString(),
          offerId: id,
          providerId,
          ...(await contentOf(gathering, providerId, id, input)),
        },
      }),
    },
  };
}

function requestOn(sent: Sent, id: OfferId, action: Action) {
  const path = `offers/${id}`;
  return {
    resource: { type: 'offer', id, path },
    base: {
      name: action,
      aggregate: aggregates.offer,
      id,
      context: contextOf(sent, commandIdOf(sent, path)),
      authorise: (state: OfferState) =>
        checkOwner(
          sent.principal,
          action,
          state.status === 'none' ? null : state.providerId,
          'offer',
        ),
    },
  };
}

function reviseOffer({ sent, offerId, input }: ReviseOfferCommand) {
  const { resource, base } = requestOn(sent, offerId, 'revise-offer');
  const providerId = organisationIdOf(sent.principal);
  return {
    resource,
    request: {
      ...base,
      gather: async (gathering: Gathering, now: Date) => ({
        ok: {
          type: 'revise-offer' as const,
          at: now.toISOString(),
          ...(await contentOf(gathering, providerId, offerId, input)),
        },
      }),
    },
  };
}

function retireOffer({ sent, offerId }: RetireOfferCommand) {
  const { resource, base } = requestOn(sent, offerId, 'retire-offer');
  return {
    resource,
    request: {
      ...base,
      gather: (_: Gathering, now: Date) => ({
        ok: { type: 'retire-offer' as const, at: now.toISOString() },
      }),
    },
  };
}

export const offerHandlers = [
  plainHandler(PublishOfferCommand, publishOffer),
  plainHandler(ReviseOfferCommand, reviseOffer),
  plainHandler(RetireOfferCommand, retireOffer),
];
