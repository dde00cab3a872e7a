import { expect } from '@jest/globals';
import type { Exchange } from './api';
import type { Service } from './service';

/** A schema, as far as the tests read it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
}

/** One command or read of the API's document. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly isCommand: boolean;
  /** Such as `provider sales-agent`. */
  readonly roles: readonly string[];
  readonly problemCodes: readonly string[];
  /** Statuses that it says it answers, problems included. */
  readonly statuses: readonly number[];
  /** Of the query. */
  readonly query: readonly string[];
  /** References resolved; absent where it takes no body. */
  readonly body?: Schema;
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-roles': readonly string[];
  readonly 'x-problem-codes': readonly string[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The API as it documents itself at /docs-json. */
export class ApiDocument {
  readonly operations: readonly Operation[];

  private constructor(private readonly document: Document) {
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, documented]) =>
        this.operation(method.toUpperCase(), path, documented),
      ),
    );
  }

  static async of(service: Service): Promise<ApiDocument> {
    const answer = await service.api().get('/docs-json');
    return new ApiDocument(answer.body as unknown as Document);
  }

  get commands(): readonly Operation[] {
    return this.operations.filter(({ isCommand }) => isCommand);
  }

  get reads(): readonly Operation[] {
    return this.operations.filter(({ isCommand }) => !isCommand);
  }

  /** The operation that this request met, if any. Fixed names win over parameters. */
  operationOf(method: string, path: string): Operation | undefined {
    const asked = path.replace(/\?.*$/s, '').split('/');
    const fits = (operation: Operation) => {
      const parts = operation.path.split('/');
      return (
        operation.method === method &&
        parts.length === asked.length &&
        parts.every((part, index) => part.startsWith('{') || part === asked[index])
      );
    };
    const parameters = ({ path: text }: Operation) => text.split('{').length;
    return this.operations.filter(fits).sort((a, b) => parameters(a) - parameters(b))[0];
  }

  /** A schema without references and without allOf of one. */
  resolve(schema: Schema): Schema {
    const only = schema.$ref ?? schema.allOf?.[0]?.$ref;
    const found =
      only === undefined ? schema : this.document.components.schemas[only.split('/').at(-1) ?? ''];
    return found ?? schema;
  }

  private operation(method: string, path: string, documented: DocumentedOperation): Operation {
    const { operationId: id, parameters = [], requestBody, responses } = documented;
    const schema = requestBody?.content['application/json']?.schema;
    return {
      id,
      method,
      path,
      isCommand: parameters.some(({ name }) => name === 'Idempotency-Key'),
      roles: documented['x-roles'],
      problemCodes: documented['x-problem-codes'],
      statuses: Object.keys(responses).map(Number),
      query: parameters.filter((each) => each.in === 'query').map(({ name }) => name),
      ...(schema === undefined ? {} : { body: this.resolve(schema) }),
    };
  }
}

/** Of answers that are wrong. */
const MOST_SHOWN = 20;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Every answer so far was one that the document declares for its operation; every refusal was a whole
 * problem (RFC 9457); and none was a failure of the service's own.
 */
export function expectDeclaredAnswers(document: ApiDocument, exchanges: readonly Exchange[]): void {
  const wrong = exchanges.flatMap((exchange) =>
    faultsOf(document, exchange).map(
      (fault) =>
        `${exchange.method} ${exchange.path.slice(0, 120)}: ${fault} (${exchange.answer.status} ${exchange.answer.text.slice(0, 500)})`,
    ),
  );
  expect([...new Set(wrong)].slice(0, MOST_SHOWN)).toEqual([]);
}

function faultsOf(document: ApiDocument, { method, path, answer }: Exchange): readonly string[] {
  const operation = document.operationOf(method, path);
  if (answer.status < 400) {
    return operation === undefined || operation.statuses.includes(answer.status)
      ? []
      : ['the status is not declared'];
  }
  const type = answer.headers.get('content-type') ?? '';
  // The token endpoint says errors as RFC 6749 does.
  const expected = path === '/v1/token' ? 'application/json' : 'application/problem+json';
  if (!type.startsWith(expected)) return [`content type ${type}`];
  return [...problemFaults(answer.status, path, answer.body), ...undeclared(operation, answer)];
}

function problemFaults(
  status: number,
  path: string,
  problem: Readonly<Record<string, unknown>>,
): readonly string[] {
  const faults: string[] = [];
  const { type, title, detail, code, instance, correlationId, errors } = problem;
  if (status === 500 || code === 'internal-error') faults.push('a failure of its own');
  if (type !== `urn:tierbook:problem:${String(code)}`) faults.push('type');
  if (typeof title !== 'string' || title === '') faults.push('title');
  if (typeof detail !== 'string' || detail === '') faults.push('detail');
  if (problem['status'] !== status) faults.push('status');
  if (instance !== path.replace(/\?.*$/s, '')) faults.push('instance');
  if (typeof correlationId !== 'string' || !UUID.test(correlationId)) faults.push('correlationId');
  const listed = errors === undefined ? [] : (errors as readonly Record<string, unknown>[]);
  for (const { pointer, detail: said } of listed) {
    if (typeof pointer !== 'string' || !/^[/?]/.test(pointer)) faults.push('pointer');
    if (typeof said !== 'string' || said === '') faults.push('detail of a field');
  }
  return faults;
}

function undeclared(
  operation: Operation | undefined,
  answer: Exchange['answer'],
): readonly string[] {
  if (operation === undefined) return [];
  const faults: string[] = [];
  if (!operation.problemCodes.includes(answer.code)) faults.push(`code ${answer.code} undeclared`);
  if (!operation.statuses.includes(answer.status)) faults.push(`status undeclared`);
  return faults;
}
