import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Exchange } from './api';
import type { Operation } from './api-document';

type Json = Readonly<Record<string, unknown>>;

interface DocumentedHeader {
  readonly required?: boolean;
  readonly schema: object;
}

/** The headers whose presence the document has to tell. `Cache-Control` is everywhere, and told where it matters most. */
const TOLD_HEADERS = ['ETag', 'Tierbook-Position', 'Location', 'Retry-After', 'WWW-Authenticate'];

/**
 * Holds bodies and answers to the schemas of the API's document. Every object is taken to be closed: a field
 * that the document does not have is a fault.
 */
export class AnswerSchemas {
  private readonly ajv: Ajv2020;
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(private readonly document: Json) {
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(this.ajv);
    this.ajv.addSchema(closed(document) as object, 'api');
  }

  /** What is wrong with a value, by the schema at that path of the document. */
  faultsOf(value: unknown, ...path: readonly string[]): readonly string[] {
    const validate = this.validatorAt(path);
    if (validate === undefined) return [`the document has nothing at ${path.join(' ')}`];
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  }

  /** What is wrong with an answer to that operation: status, media type, headers, body. */
  faultsOfAnswer(operation: Operation, { answer }: Exchange): readonly string[] {
    const status = String(answer.status);
    const at = ['paths', operation.path, operation.method.toLowerCase(), 'responses', status];
    const type = (answer.headers.get('content-type') ?? '').replace(/;.*$/, '');
    return [
      ...this.faultsOf(answer.body, ...at, 'content', type, 'schema'),
      ...this.headerFaults(answer.headers, at),
    ];
  }

  private headerFaults(headers: Headers, at: readonly string[]): readonly string[] {
    const told = (this.at([...at, 'headers']) ?? {}) as Readonly<Record<string, DocumentedHeader>>;
    return TOLD_HEADERS.flatMap((name) => {
      const sent = headers.get(name);
      const documented = told[name];
      if (sent === null) return documented?.required === true ? [`no ${name}`] : [];
      if (documented === undefined) return [`${name} is not documented`];
      return this.faultsOf(sent, ...at, 'headers', name, 'schema');
    });
  }

  private validatorAt(path: readonly string[]): ValidateFunction | undefined {
    if (this.at(path) === undefined) return undefined;
    const pointer = path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const known = this.validators.get(pointer);
    if (known !== undefined) return known;
    const compiled = this.ajv.compile({ $ref: `api#/${encodeURI(pointer)}` });
    this.validators.set(pointer, compiled);
    return compiled;
  }

  private at(path: readonly string[]): unknown {
    return path.reduce<unknown>(
      (found, name) => (found as Json | undefined)?.[name],
      this.document,
    );
  }
}

/** The same schemas, each object without any field that it does not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  // What is put together of several is closed as a whole.
  const parts = Object.entries(value).map(([name, part]) => [
    name,
    name === 'allOf' ? (part as unknown) : closed(part),
  ]);
  const names = 'allOf' in value || ('properties' in value && !('additionalProperties' in value));
  return {
    ...(Object.fromEntries(parts) as object),
    ...(names ? { unevaluatedProperties: false } : {}),
  };
}
