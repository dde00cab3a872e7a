import type { ClientCredentials, ClientCredentialsBody } from '@tierbook/application';
import { AGENT_ROLES } from '@tierbook/identity';
import {
  choice,
  id,
  instant,
  listOf,
  objectOf,
  optional,
  orNull,
  ref,
  REVISION,
  text,
  type Schemas,
} from '../http/schemas';
import { commandAnswer } from '../http/command.schemas';
import type { ServiceShown } from './services.controller';

export const serviceSchemas: Schemas = {
  Service: objectOf<ServiceShown>('A program that calls the API by client credentials.', {
    serviceId: id('The service.'),
    clientId: text('Its client_id at the token endpoint.'),
    name: text('Its label.'),
    role: choice(['operator', ...AGENT_ROLES], 'What it may do.'),
    status: choice(['active', 'revoked'], 'Whether it gets tokens.'),
    createdAt: instant('When it was created.'),
    rotatedAt: orNull(instant('When its secret was last replaced.'), 'null where it never was.'),
    formerSecretUntil: orNull(
      instant('Until when the secret before works.'),
      'null where only the last one works.',
    ),
    revokedAt: orNull(instant('When it was revoked.'), 'null while it is active.'),
    revision: REVISION,
  }),
  ServiceList: objectOf<{ items: unknown }>('All services of an organisation.', {
    items: listOf(ref('Service'), 'In the order in which they were created.'),
  }),
  ClientCredentials: objectOf<ClientCredentials>('How a service names itself at POST /v1/token.', {
    clientId: text('Its client_id.'),
    clientSecret: optional(
      text('Its client_secret: in the first answer only.', { pattern: '^tbs_[A-Za-z0-9_-]{43}$' }),
    ),
  }),
  ServiceCredentialsAnswer: commandAnswer(
    'An accepted new secret of a service.',
    objectOf<ClientCredentialsBody>('', { client: optional(ref('ClientCredentials')) }),
  ),
};
