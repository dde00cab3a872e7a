import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CustomerId } from '@tierbook/domain';
import { CommandPipeline } from '@tierbook/eventing';
import { CredentialVault } from '@tierbook/identity';
import { aggregates } from '../aggregates';
import { answerOf, type Answer } from '../answer';
import { commandIdOf, contextOf, type Sent } from '../command-message';
import { authoriseOnCustomer } from './customer-access';
import { adminCredentialIn, drawnPassword, type AdminCredential } from './one-time-credential';

export interface CredentialBody {
  readonly adminCredential?: AdminCredential;
}

/** A new admin credential; the one before stops working. */
export class ReissueAdminCredentialCommand extends Command<Answer<CredentialBody>> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
  ) {
    super();
  }
}

@CommandHandler(ReissueAdminCredentialCommand)
export class ReissueAdminCredentialHandler implements ICommandHandler<ReissueAdminCredentialCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly vault: CredentialVault,
  ) {}

  async execute(message: ReissueAdminCredentialCommand): Promise<Answer<CredentialBody>> {
    const { sent, customerId: id } = message;
    const path = `customers/${id}`;
    const credential = drawnPassword(this.vault, id);
    const outcome = await this.pipeline.execute({
      name: 'reissue-admin-credential',
      aggregate: aggregates.customer,
      id,
      context: contextOf(sent, commandIdOf(sent, `${path}/admin-credential`)),
      authorise: (state, gathering, now) =>
        authoriseOnCustomer(
          sent.principal,
          { action: 'reissue-admin-credential' },
          state,
          gathering,
          now.toISOString(),
        ),
      gather: (_, now) => ({
        ok: {
          type: 'reissue-admin-credential' as const,
          at: now.toISOString(),
          credentialId: credential.draw(),
        },
      }),
      beforeAppend: () => credential.keepVerifier(),
    });
    return answerOf(outcome, { type: 'customer', id, path }, (events) => {
      const adminCredential = adminCredentialIn(events, credential);
      return adminCredential === undefined ? {} : { adminCredential };
    });
  }
}
