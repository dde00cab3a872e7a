import {
  requestStatusAt,
  type DraftLanguage,
  type DraftText,
  type Instant,
  type PartnershipRequestEvent,
  type PartnershipRequestId,
  type PartnershipRequestState,
  type PartnershipRequestStatus,
  type ProviderEvent,
  type ProviderId,
} from '@tierbook/domain';
import {
  ERASED,
  isKernelEvent,
  type AggregateStore,
  type Clock,
  type DomainEvent,
  type EventCodec,
  type EventReader,
  type Position,
} from '@tierbook/eventing';
import type { Invitations } from '@tierbook/identity';
import { aggregates } from '../aggregates';
import { invitationDraft, type InvitationDraft } from './invitation-draft';

/** A request as its own stream tells it, with its link and its text. */
export interface Invitation {
  readonly requestId: PartnershipRequestId;
  readonly providerId: ProviderId;
  readonly providerName: string;
  readonly email: string;
  readonly language: DraftLanguage;
  readonly status: PartnershipRequestStatus;
  readonly generation: number;
  readonly expiresAt: string;
  readonly link: string;
  readonly draft: InvitationDraft;
}

/** A link by its generation, and until when it may be followed. */
export type InvitationLink = Pick<Invitation, 'generation' | 'expiresAt'>;

/** Reads invitations from the log itself, so that what it says is never behind. */
export class InvitationReader {
  constructor(
    private readonly reader: EventReader,
    private readonly codec: EventCodec,
    private readonly aggregateStore: AggregateStore,
    private readonly invitations: Invitations,
    private readonly clock: Clock,
    /** Where people reach this service: links begin with it. */
    private readonly baseUrl: string,
  ) {}

  /**
   * The invitation, or `undefined` where there is none, or where its personal data has been erased.
   *
   * @param shown the link to show, where not the one that counts now.
   */
  async read(id: PartnershipRequestId, shown?: InvitationLink): Promise<Invitation | undefined> {
    const { state } = await this.aggregateStore.load(aggregates.partnershipRequest, id);
    return this.told(id, state, this.clock.now().toISOString(), shown);
  }

  /** The invitation as it was at a position, and at a time; with the link that counted then. */
  async readAsOf(
    id: PartnershipRequestId,
    { position, at }: { readonly position: Position; readonly at: Instant },
  ): Promise<Invitation | undefined> {
    const { partnershipRequest } = aggregates;
    const { state } = await this.aggregateStore.loadAsOf(partnershipRequest, id, position);
    return this.told(id, state, at);
  }

  private async told(
    id: PartnershipRequestId,
    state: PartnershipRequestState,
    now: Instant,
    shown?: InvitationLink,
  ): Promise<Invitation | undefined> {
    if (state.status === 'none') return undefined;
    const requested = await this.first<PartnershipRequestEvent>('partnershipRequest', id);
    if (requested?.type !== 'PartnershipRequested' || isErased(requested)) return undefined;
    const { email, draft } = requested.personal;
    const { language } = requested.data;
    const providerName = await this.providerName(state.providerId);
    const { providerId } = state;
    const { generation, expiresAt } = shown ?? state;
    const link = this.invitations.link(this.baseUrl, id, generation);
    const own: { readonly draft?: DraftText } = draft === undefined ? {} : { draft };
    return {
      requestId: id,
      providerId,
      providerName,
      email,
      language,
      status: requestStatusAt(state, now),
      generation,
      expiresAt,
      link,
      draft: invitationDraft({ providerName, email, language, expiresAt, link, ...own }),
    };
  }

  private async providerName(id: ProviderId): Promise<string> {
    const created = await this.first<ProviderEvent>('provider', id);
    return created?.type !== 'ProviderCreated' || isErased(created) ? '' : created.personal.name;
  }

  private async first<E extends DomainEvent>(category: string, id: string): Promise<E | undefined> {
    const stream = this.aggregateStore.streamOf(category, id);
    for await (const page of this.reader.readStream(stream, { limit: 1 })) {
      for (const stored of page) {
        if (!isKernelEvent(stored.type)) return (await this.codec.decode<E>(stored)).event;
      }
    }
    return undefined;
  }
}

function isErased(event: DomainEvent): boolean {
  return event.personal === ERASED;
}
