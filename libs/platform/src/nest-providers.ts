import type { Provider } from '@nestjs/common';
import {
  accountHandlers,
  AcceptPartnershipHandler,
  CreateCustomerHandler,
  CustomerBatchHandler,
  DeclinePartnershipHandler,
  delegationHandlers,
  CustomerEraser,
  EndPartnershipHandler,
  EraseCustomerHandler,
  InvitationReader,
  offerHandlers,
  partnershipRequestHandlers,
  providerHandlers,
  ReissueAdminCredentialHandler,
  resellerHandlers,
  ServiceAccounts,
  serviceHandlers,
  subscriptionHandlers,
  subscriptionLifecycleHandlers,
} from '@tierbook/application';
import { AggregateStore, CommandPipeline, EventCodec } from '@tierbook/eventing';
import {
  AccessTokens,
  CredentialVault,
  Fingerprints,
  Invitations,
  References,
} from '@tierbook/identity';
import type { Configuration } from './configuration';
import type { Logger } from './logging';
import type { Tierbook } from './tierbook';

/** What Nest injects under these tokens are interfaces: Tierbook, Configuration, Logger. */
export const TIERBOOK = Symbol('Tierbook');
export const CONFIGURATION = Symbol('Configuration');
export const LOGGER = Symbol('Logger');

/** The opened service's parts, for Nest to inject. They are opened and closed outside Nest. */
export function partsOf(
  tierbook: Tierbook,
  configuration: Configuration,
  logger: Logger,
): Provider[] {
  return [
    { provide: TIERBOOK, useValue: tierbook },
    { provide: CONFIGURATION, useValue: configuration },
    { provide: LOGGER, useValue: logger },
    { provide: CommandPipeline, useValue: tierbook.pipeline },
    { provide: AggregateStore, useValue: tierbook.aggregates },
    { provide: EventCodec, useValue: tierbook.codec },
    { provide: CredentialVault, useValue: tierbook.vault },
    { provide: Invitations, useValue: tierbook.invitations },
    { provide: References, useValue: tierbook.references },
    { provide: InvitationReader, useValue: tierbook.invitationReader },
    { provide: AccessTokens, useValue: tierbook.accessTokens },
    { provide: CustomerEraser, useValue: tierbook.customerEraser },
    { provide: ServiceAccounts, useValue: tierbook.serviceAccounts },
    { provide: Fingerprints, useValue: tierbook.fingerprints },
  ];
}

/** Every command's handler. */
export const commandHandlers: Provider[] = [
  ...providerHandlers,
  ...resellerHandlers,
  ...serviceHandlers,
  ...partnershipRequestHandlers,
  AcceptPartnershipHandler,
  DeclinePartnershipHandler,
  EndPartnershipHandler,
  ...offerHandlers,
  CreateCustomerHandler,
  CustomerBatchHandler,
  ReissueAdminCredentialHandler,
  ...accountHandlers,
  EraseCustomerHandler,
  ...subscriptionHandlers,
  ...subscriptionLifecycleHandlers,
  ...delegationHandlers,
];
