import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CustomerId, PersonalDataErased } from '@tierbook/domain';
import {
  CommandPipeline,
  OutcomeUnknownError,
  StoreUnavailableError,
  type AggregateStore,
  type PersonalKeys,
  type ProcessManager,
  type RecordedEvent,
} from '@tierbook/eventing';
import { CredentialVault } from '@tierbook/identity';
import { aggregates } from '../aggregates';
import { answerOf, type Answer } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { authoriseOnCustomer } from './customer-access';

/** Destroys the key of a customer's personal data, for good. */
export class EraseCustomerCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
  ) {
    super();
  }
}

/** Destroys what only erased customers have left: the key of their personal data, and their password's verifier. */
export class CustomerEraser {
  constructor(
    private readonly keys: PersonalKeys,
    private readonly vault: CredentialVault,
  ) {}

  /** Durable when answered; as often as one likes. @throws StoreUnavailableError where it must be done again. */
  async erase({ customerId, credentialId }: PersonalDataErased['data'], at: string): Promise<void> {
    await this.keys.destroy(`customer-${customerId}`, at);
    if (credentialId !== null) await this.vault.remove(credentialId);
  }
}

/**
 * The event is written first: an erasure that is refused, or lost in a race, has destroyed nothing. The key is
 * destroyed before this answers; what a crash leaves in between, `CustomerErasureProcess` finishes.
 */
@CommandHandler(EraseCustomerCommand)
export class EraseCustomerHandler implements ICommandHandler<EraseCustomerCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly eraser: CustomerEraser,
  ) {}

  async execute({ sent, customerId: id }: EraseCustomerCommand): Promise<Answer> {
    const path = `customers/${id}`;
    const outcome = await this.pipeline.execute({
      name: 'erase-customer',
      aggregate: aggregates.customer,
      id,
      context: contextOf(sent, commandIdOf(sent, `${path}/erasure`)),
      authorise: (state, gathering, now) =>
        authoriseOnCustomer(
          sent.principal,
          { action: 'erase-customer' },
          state,
          gathering,
          now.toISOString(),
        ),
      gather: (_, now) => ({
        ok: { type: 'erase-customer' as const, at: now.toISOString(), keyDestroyed: false },
      }),
    });
    if (outcome.kind === 'accepted') {
      const erased = outcome.events.find((event) => event.type === 'PersonalDataErased');
      if (erased !== undefined) await this.destroy(erased.data);
    }
    return answerOf(outcome, { type: 'customer', id, path }, () => ({}));
  }

  private async destroy(erased: PersonalDataErased['data']): Promise<void> {
    try {
      await this.eraser.erase(erased, this.pipeline.now().toISOString());
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      throw new OutcomeUnknownError(
        'The erasure is recorded; its last traces are still being destroyed.',
      );
    }
  }
}

/** Finishes erasures that a crash cut short between their event and the key. */
export class CustomerErasureProcess implements ProcessManager {
  readonly name = 'customer-erasure';
  readonly reactsTo = new Set<string>(['PersonalDataErased']);

  constructor(private readonly eraser: CustomerEraser) {}

  async react({ event, metadata }: RecordedEvent): Promise<void> {
    await this.eraser.erase(event.data as PersonalDataErased['data'], metadata.recordedAt);
  }
}

const CUSTOMER = 'customer-';

/**
 * Records the erasure of customers whose key is destroyed and whose stream does not say so: as a log that was
 * restored from before it, or a key destroyed by hand, leaves them.
 */
export async function recordErasures(
  keys: PersonalKeys,
  aggregateStore: AggregateStore,
  pipeline: CommandPipeline,
): Promise<void> {
  for await (const { subject } of keys.tombstones()) {
    if (!subject.startsWith(CUSTOMER)) continue;
    const id = subject.slice(CUSTOMER.length);
    const { state } = await aggregateStore.load(aggregates.customer, id);
    if (state.status === 'none' || state.status === 'erased') continue;
    const commandId = deriveId('erase-customer', id);
    const outcome = await pipeline.execute({
      name: 'erase-customer',
      aggregate: aggregates.customer,
      id,
      context: {
        actor: { kind: 'process', id: 'erasure', organisation: 'operator' },
        commandId,
        fingerprint: { kid: 'process', mac: commandId },
        isSameCommand: () => true,
        correlationId: commandId,
        causationId: commandId,
      },
      authorise: () => ({ ok: {} }),
      gather: (_, now) => ({
        ok: { type: 'erase-customer' as const, at: now.toISOString(), keyDestroyed: true },
      }),
    });
    if (outcome.kind === 'refused') throw new StoreUnavailableError(outcome.refusal.detail);
  }
}
