import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { eventSchemas } from './audit/event.schemas';
import { refusalSchemas } from './audit/refusal.schemas';
import { transparencySchemas } from './audit/transparency.schemas';
import { customerSchemas } from './customers/customer.schemas';
import { asOfSchemas } from './http/as-of.schemas';
import { commandSchemas } from './http/command.schemas';
import { delegationSchemas } from './delegations/delegation.schemas';
import { problemSchemas } from './http/problem.schemas';
import type { Schemas } from './http/schemas';
import { offerSchemas } from './offers/offer.schemas';
import { partnershipSchemas } from './partnerships/partnership.schemas';
import { providerSchemas } from './providers/provider.schemas';
import { countrySchemas } from './country-rules/country.schemas';
import { serviceSchemas } from './services/service.schemas';
import { resellerSchemas } from './resellers/reseller.schemas';
import { subscriptionSchemas } from './subscriptions/subscription.schemas';

/** What operations answer, by the names that they refer to. */
const SCHEMAS: Schemas = {
  ...commandSchemas,
  ...asOfSchemas,
  ...problemSchemas,
  ...providerSchemas,
  ...countrySchemas,
  ...resellerSchemas,
  ...partnershipSchemas,
  ...offerSchemas,
  ...customerSchemas,
  ...subscriptionSchemas,
  ...delegationSchemas,
  ...eventSchemas,
  ...refusalSchemas,
  ...transparencySchemas,
  ...serviceSchemas,
};

const DESCRIPTION = [
  'The system of record for two-tier cloud distribution.',
  'Commands append events; a command is repeated safely with the same Idempotency-Key, and decided without being done with `dryRun=true`.',
  'Reads answer views of the events; with the Tierbook-Position of a command, they wait for it.',
  'Answers may gain fields: skip those that you do not know. Problems are told apart by `code`.',
].join('\n\n');

/** The API's document (OpenAPI 3.1). */
export function apiDocument(app: NestFastifyApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tierbook')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addOAuth2({
      type: 'oauth2',
      description:
        'How a service gets its bearer token: by client credentials (RFC 6749, section 4.4).',
      flows: { clientCredentials: { tokenUrl: '/v1/token', scopes: {} } },
    })
    .addTag('providers', 'Indirect providers: the tenants of this deployment.')
    .addTag('resellers', 'Indirect resellers: their enrolment, and their partnerships.')
    .addTag('partnerships', 'From an invitation to the end of a partnership.')
    .addTag('offers', "Providers' catalogues.")
    .addTag('customers', "Providers' customers.")
    .addTag('subscriptions', "Customers' subscriptions: licences, credit, support.")
    .addTag('countries', 'What countries ask of a customer, and their market regions.')
    .addTag('audit', 'What happened, in order, and the proof of it.')
    .addTag('services', 'Programs of an organisation that call this API, and their secrets.')
    .build();
  const document = SwaggerModule.createDocument(app, settings);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...SCHEMAS },
  };
  return document;
}

/** Serves the document at /docs, as JSON at /docs-json. */
export function serveApiDocument(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => apiDocument(app));
}
