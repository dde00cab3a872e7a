import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS } from './http/problems';

/** The API's document (OpenAPI 3.1). */
export function apiDocument(app: NestFastifyApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tierbook')
    .setDescription('The system of record for two-tier cloud distribution.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = SwaggerModule.createDocument(app, settings);
  document.components = {
    ...document.components,
    schemas: {
      ...document.components?.schemas,
      CommandAnswer: COMMAND_ANSWER_SCHEMA,
      PlanAnswer: PLAN_ANSWER_SCHEMA,
      Problem: PROBLEM_SCHEMA,
    },
  };
  return document;
}

/** Serves the document at /docs, as JSON at /docs-json. */
export function serveApiDocument(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => apiDocument(app));
}

const RESOURCE_SCHEMA = {
  type: 'object',
  required: ['type', 'id', 'href'],
  properties: {
    type: { type: 'string' },
    id: { type: 'string' },
    href: { type: 'string', format: 'uri-reference' },
  },
};

const WARNINGS_SCHEMA = {
  type: 'array',
  items: {
    type: 'object',
    required: ['code', 'detail'],
    properties: { code: { type: 'string' }, detail: { type: 'string' } },
  },
};

const COMMAND_ANSWER_SCHEMA = {
  type: 'object',
  description: "An accepted command; some commands add members of the resource's own.",
  required: ['resource', 'revision', 'position', 'warnings'],
  properties: {
    resource: RESOURCE_SCHEMA,
    revision: { type: 'integer', description: "The resource's ETag, without quotes." },
    position: { type: 'string', description: 'Send it as Tierbook-Position to read your write.' },
    warnings: WARNINGS_SCHEMA,
  },
};

const PLAN_ANSWER_SCHEMA = {
  type: 'object',
  description: 'A dry run that would be accepted. Personal data is left out of its events.',
  required: ['plan', 'warnings'],
  properties: {
    plan: {
      type: 'object',
      required: ['resource', 'events'],
      properties: {
        resource: RESOURCE_SCHEMA,
        events: {
          type: 'array',
          items: {
            type: 'object',
            required: ['type', 'data'],
            properties: { type: { type: 'string' }, data: { type: 'object' } },
          },
        },
      },
    },
    warnings: WARNINGS_SCHEMA,
  },
};

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'A problem (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance', 'correlationId'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'urn:tierbook:problem:<code>' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What was wrong, and what to do.' },
    code: { type: 'string', enum: Object.keys(PROBLEMS).sort() },
    instance: { type: 'string' },
    correlationId: { type: 'string', format: 'uuid' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description: 'JSON Pointer (RFC 6901) into the body or query.',
          },
          detail: { type: 'string' },
          code: { type: 'string', enum: ['field-invalid', 'field-unknown'] },
        },
      },
    },
  },
};
