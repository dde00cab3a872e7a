/**
 * Writes docs/events.md, docs/errors.md, docs/access.md and libs/domain/src/event-shapes.json from the source;
 * with `--check`, only says what is out of date (exit 1).
 *
 * event-shapes.json keeps the shape of every schema version of every event. A version that stands there is
 * never rewritten: an event whose type no longer has the shape of its version needs a new version, with
 * an upcaster and a golden file. What it says is read from types and literals; nothing is
 * executed but the role table, which is data.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');
const DOMAIN = 'libs/domain/src';
const SHAPES = `${DOMAIN}/event-shapes.json`;
const STREAMS = [
  'provider',
  'reseller',
  'partnership-request',
  'partnership',
  'offer',
  'customer',
  'customer-reference',
  'services',
] as const;

const AGENTS = ['admin-agent', 'sales-agent', 'helpdesk-agent', 'auditor', 'reporter'] as const;

/** A field's path, such as `data.requestId`, and its type, written out. `?` ends a path that may be absent. */
type Shape = Readonly<Record<string, string>>;
/** Each event's versions, the first one first. */
type Shapes = Readonly<Record<string, readonly Shape[]>>;

interface EventField {
  readonly path: string;
  readonly type: string;
  readonly meaning: string;
}

interface EventType {
  readonly name: string;
  readonly meaning: string;
  readonly version: number;
  readonly fields: readonly EventField[];
}

const { options, fileNames } = readConfiguration();
const program = ts.createProgram(
  fileNames.filter((file) => !file.endsWith('.spec.ts')),
  { ...options, noEmit: true },
);
const checker = program.getTypeChecker();
const mistakes: string[] = [];

const streams = STREAMS.map((stream) => ({ stream, events: eventsOf(stream) }));
const shapes = shapesWith(streams.flatMap(({ events }) => events));
await emit(SHAPES, JSON.stringify(shapes));
await emit('docs/events.md', eventsPage());
await emit('docs/errors.md', errorsPage());
await emit('docs/access.md', await accessPage());

if (mistakes.length > 0) {
  console.error(mistakes.join('\n'));
  process.exitCode = 1;
}

function readConfiguration() {
  const file = join(ROOT, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
}

function sourceOf(path: string): ts.SourceFile {
  const source = program.getSourceFile(join(ROOT, path));
  if (source === undefined) throw new Error(`${path} is not part of the program.`);
  return source;
}

/** Writes the file, or says that it is out of date. */
async function emit(path: string, text: string): Promise<void> {
  const file = join(ROOT, path);
  const content = path.endsWith('.json') ? await formatted(file, text) : text;
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  if (process.argv.includes('--check')) mistakes.push(`${path} is out of date: run npm run docs.`);
  else writeFileSync(file, content);
}

async function formatted(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

// Events

/** Every event of an aggregate, in the order of its schemas. */
function eventsOf(stream: string): readonly EventType[] {
  const folder = join(ROOT, DOMAIN, stream, '/');
  const versions = versionsOf(stream);
  const interfaces = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(folder) && fileName.endsWith('.events.ts'))
    .flatMap(({ statements }) => statements.filter((each) => ts.isInterfaceDeclaration(each)));
  return [...versions].map(([name, version]) => {
    const declaration = interfaces.find((each) => each.name.text === name);
    if (declaration === undefined) throw new Error(`No *.events.ts in ${folder} declares ${name}.`);
    const type = checker.getTypeAtLocation(declaration);
    return {
      name,
      version,
      meaning: commentOf(checker.getSymbolAtLocation(declaration.name)),
      fields: ['data', 'personal'].flatMap((part) => fieldsOf(type, part)),
    };
  });
}

/** Each event type's schema version: one more than it has upcasters. */
function versionsOf(stream: string): ReadonlyMap<string, number> {
  const source = sourceOf(`${DOMAIN}/${stream}/${stream}.upcasters.ts`);
  const versions = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'upcasters') {
      const event = node.parent.parent;
      if (!ts.isPropertyAssignment(event) || !ts.isArrayLiteralExpression(node.initializer)) {
        throw new Error(`upcasters is to be a list of its event in ${source.fileName}.`);
      }
      versions.set(event.name.getText(), node.initializer.elements.length + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return versions;
}

function fieldsOf(event: ts.Type, part: string): readonly EventField[] {
  const property = event.getProperty(part);
  if (property === undefined) return [];
  const optionalPart = isOptional(property) ? '?' : '';
  return checker
    .getNonNullableType(checker.getTypeOfSymbol(property))
    .getProperties()
    .map((field) => {
      const type = checker.getTypeOfSymbol(field);
      return {
        path: `${part}${optionalPart}.${field.name}${isOptional(field) ? '?' : ''}`,
        type: written(type),
        meaning: commentOf(field) || commentOfType(field),
      };
    });
}

function isOptional(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Optional) !== 0;
}

/** The type written out, without names of ours, so that a change in what a name stands for shows. */
function written(type: ts.Type): string {
  if (type.isUnion()) {
    // In alphabetical order: the compiler's own depends on what it met first.
    const parts = [...new Set(type.types.map(written))].filter((part) => part !== 'undefined');
    return parts.sort().join(' | ').replace('false | true', 'boolean');
  }
  if (type.isIntersection() && type.types.some(isText)) return 'string';
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference);
    const text = element === undefined ? 'unknown' : written(element);
    return text.includes(' | ') ? `(${text})[]` : `${text}[]`;
  }
  const properties = type.getProperties();
  if ((type.flags & ts.TypeFlags.Object) !== 0 || type.isIntersection()) {
    const fields = properties.map(
      (each) =>
        `${each.name}${isOptional(each) ? '?' : ''}: ${written(checker.getTypeOfSymbol(each))}`,
    );
    return `{ ${fields.join(', ')} }`;
  }
  return checker.typeToString(type);
}

function isText(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.String) !== 0;
}

function commentOf(symbol: ts.Symbol | undefined): string {
  const text = ts.displayPartsToString(symbol?.getDocumentationComment(checker));
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** What the comment on the name of a field's type says, where it has a name. */
function commentOfType(field: ts.Symbol): string {
  const declaration = field.valueDeclaration;
  if (declaration === undefined || !ts.isPropertySignature(declaration)) return '';
  const type = withoutNull(declaration.type);
  if (type === undefined || !ts.isTypeReferenceNode(type)) return '';
  const symbol = checker.getSymbolAtLocation(type.typeName);
  if (symbol === undefined) return '';
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  return commentOf(isAlias ? checker.getAliasedSymbol(symbol) : symbol);
}

/** What stands beside `null`, where that is one type; else the type as it is. */
function withoutNull(type: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (type === undefined || !ts.isUnionTypeNode(type)) return type;
  const [only, ...others] = type.types.filter((part) => !ts.isLiteralTypeNode(part));
  return others.length === 0 ? (only ?? type) : type;
}

/** The shapes that are kept, with those of new versions; a kept one that no longer fits is a mistake. */
function shapesWith(events: readonly EventType[]): Shapes {
  const file = join(ROOT, SHAPES);
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Shapes) : {};
  const known = new Set(events.map(({ name }) => name));
  for (const name of Object.keys(kept)) {
    if (!known.has(name)) mistakes.push(`${name} is gone, and a log may hold it: bring it back.`);
  }
  return Object.fromEntries(
    events.map((event) => [event.name, withVersion(event, kept[event.name] ?? [])]),
  );
}

function withVersion(
  { name, version, fields }: EventType,
  kept: readonly Shape[],
): readonly Shape[] {
  const shape = Object.fromEntries(fields.map(({ path, type }) => [path, type]));
  const recorded = kept[version - 1];
  if (recorded !== undefined) {
    if (JSON.stringify(sorted(recorded)) !== JSON.stringify(sorted(shape))) {
      mistakes.push(
        `${name} no longer has the shape of its version ${version}: add an upcaster and the golden file of version ${version + 1}.`,
      );
    }
    return kept;
  }
  if (kept.length === version - 1) return [...kept, shape];
  mistakes.push(`${name} is at version ${version}, and ${SHAPES} knows ${kept.length}.`);
  return kept;
}

function sorted(shape: Shape): readonly (readonly [string, string])[] {
  return Object.entries(shape).sort(([a], [b]) => (a < b ? -1 : 1));
}

function eventsPage(): string {
  const sections = streams.map(
    ({ stream, events }) => `## Stream ${stream}\n\n${events.map(eventSection).join('\n\n')}`,
  );
  return `# Events

Generated from the source by \`npm run docs\`: do not edit.

Every event that the log can hold, by the stream that it stands in. What is under \`personal\` is sealed: encrypted as
one object under the key of the person or organisation that it concerns, and unreadable once that key has been
destroyed. Everything under \`data\` is plain. \`?\` marks what may be absent. Readers are given the latest version,
whichever version was written. The kernel adds \`NothingChanged\`, \`CommandClaimed\` and \`BatchAccepted\`, by which it knows a command again, and \`LogRestored\`, where a log goes on from a backup.

${sections.join('\n\n')}
`;
}

function eventSection({ name, meaning, version, fields }: EventType): string {
  const versions = shapes[name] ?? [];
  const rows = fields.map(({ path, type, meaning: what }) => {
    const since = versions.findIndex((shape) => path in shape) + 1;
    const sealed = path.startsWith('personal') ? 'sealed' : '';
    return `| \`${path}\` | \`${cell(type)}\` | ${sealed} | ${since} | ${cell(what)} |`;
  });
  const plural = version === 1 ? 'Version 1.' : `Versions 1 to ${version}.`;
  return `### ${name}

${meaning === '' ? plural : `${meaning} ${plural}`}

| field | type | sealed | since version | meaning |
| --- | --- | --- | --- | --- |
${rows.join('\n')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

// Errors

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly advice: string;
}

function errorsPage(): string {
  const problems = [
    ...problemsOf('apps/api/src/http/problems.ts', 'SERVICE_PROBLEMS'),
    ...problemsOf(`${DOMAIN}/refusal-codes.ts`, 'REFUSALS'),
  ].sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1));
  const answering = operationsByCode();
  const sections = problems.map(
    ({ code, status, title, advice }) =>
      `### ${code}\n\n${status}. ${title}. ${advice}\n\nAnswered by: ${answering(code)}.`,
  );
  return `# Errors

Generated from the source by \`npm run docs\`: do not edit.

Every refusal is an \`application/problem+json\` (RFC 9457) with a \`code\` of its own, which stays; \`type\` is
\`urn:tierbook:problem:<code>\`. \`detail\` says what was wrong and what to do; \`errors\` names the fields to blame, each by
JSON Pointer. \`correlationId\` finds the request in the logs.

Below each code: its status, its title, what to do, and which operations of the API answer it.

${sections.join('\n\n')}
`;
}

/** The entries of a catalogue; a rule's status is 409 unless it says otherwise. */
function problemsOf(path: string, name: string): readonly Problem[] {
  return literalOf(path, name).properties.map((entry) => {
    if (!ts.isPropertyAssignment(entry) || !ts.isObjectLiteralExpression(entry.initializer)) {
      throw new Error(`${name} holds something else than entries.`);
    }
    const field = (wanted: string) => valueIn(entry.initializer, wanted);
    return {
      code: nameOf(entry.name),
      status: Number(field('status') ?? 409),
      title: field('title') ?? '',
      advice: field('advice') ?? '',
    };
  });
}

function literalOf(path: string, name: string): ts.ObjectLiteralExpression {
  for (const statement of sourceOf(path).statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name: declared, initializer } of statement.declarationList.declarations) {
      const value = declared.getText() === name ? bare(initializer) : undefined;
      if (value !== undefined && ts.isObjectLiteralExpression(value)) return value;
    }
  }
  throw new Error(`${path} declares no object ${name}.`);
}

/** The expression without \`as const\` and \`satisfies\`. */
function bare(expression: ts.Expression | undefined): ts.Expression | undefined {
  return expression !== undefined &&
    (ts.isSatisfiesExpression(expression) || ts.isAsExpression(expression))
    ? bare(expression.expression)
    : expression;
}

function propertyIn(node: ts.Node, name: string): ts.Expression | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  for (const each of node.properties) {
    if (ts.isPropertyAssignment(each) && nameOf(each.name) === name) return each.initializer;
  }
  return undefined;
}

function valueIn(node: ts.Node, name: string): string | undefined {
  const value = propertyIn(node, name);
  if (value === undefined) return undefined;
  if (ts.isStringLiteralLike(value) || ts.isNumericLiteral(value)) return value.text;
  throw new Error(`${name} is no literal: ${value.getText()}`);
}

function nameOf(name: ts.PropertyName): string {
  return ts.isStringLiteral(name) ? name.text : name.getText();
}

/** Says which operations answer a code, as their routes declare it. */
function operationsByCode(): (code: string) => string {
  const everywhere = new Map<string, string>();
  for (const [name, where] of [
    ['EVERY_ROUTE', 'every operation'],
    ['EVERY_COMMAND', 'every command'],
    ['EVERY_READ', 'every read'],
  ] as const) {
    for (const code of codesIn(constantOf('apps/api/src/http/routes.ts', name))) {
      everywhere.set(code, everywhere.has(code) ? 'every command, every read' : where);
    }
  }
  const operations = new Map<string, string[]>();
  for (const { action, codes } of routes()) {
    for (const code of codes) operations.set(code, [...(operations.get(code) ?? []), action]);
  }
  return (code) => {
    const common = everywhere.get(code);
    if (common !== undefined) return common;
    const named = operations.get(code)?.sort();
    return named?.map((action) => `\`${action}\``).join(', ') ?? 'addresses outside the document';
  };
}

function constantOf(path: string, name: string): ts.Expression {
  for (const statement of sourceOf(path).statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name: declared, initializer } of statement.declarationList.declarations) {
      if (declared.getText() === name && initializer !== undefined) return initializer;
    }
  }
  throw new Error(`${path} declares no ${name}.`);
}

/** The text literals of a list, with those of lists that it spreads, by its type. */
function codesIn(list: ts.Expression): readonly string[] {
  const element = checker.getIndexTypeOfType(checker.getTypeAtLocation(list), ts.IndexKind.Number);
  if (element === undefined) return [];
  const parts = element.isUnion() ? element.types : [element];
  return parts.filter((part) => part.isStringLiteral()).map(({ value }) => value);
}

function routes(): readonly { readonly action: string; readonly codes: readonly string[] }[] {
  const found: { action: string; codes: readonly string[] }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isDecorator(node) && ts.isCallExpression(node.expression)) {
      const { expression, arguments: given } = node.expression;
      const [route] = given;
      if (/^(?:Command|Read)Route$/.test(expression.getText()) && route !== undefined) {
        const problems = propertyIn(route, 'problems');
        const action = valueIn(route, 'action') ?? '';
        found.push({ action, codes: problems === undefined ? [] : codesIn(problems) });
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const source of program.getSourceFiles()) {
    if (source.fileName.endsWith('.controller.ts')) visit(source);
  }
  return found;
}

// Access

interface RoleTable {
  readonly ACTIONS: readonly string[];
  readonly mayDo: (role: string, organisation: string, action: string) => boolean;
  readonly conditionsOf: (action: string) => Readonly<Record<string, string>>;
}

async function accessPage(): Promise<string> {
  const source = sourceOf('libs/identity/src/role-table.ts').text;
  const script = ts.transpile(source, { module: ts.ModuleKind.ESNext });
  const table = (await import(`data:text/javascript,${encodeURIComponent(script)}`)) as RoleTable;
  const addresses = addressesByAction();
  const rowless = [...addresses.keys()].filter((action) => !table.ACTIONS.includes(action));
  if (rowless.length > 0) mistakes.push(`Not in the role table: ${rowless.join(', ')}.`);
  const rows = table.ACTIONS.map((action) => {
    const conditions = table.conditionsOf(action);
    const agents = (organisation: string) =>
      AGENTS.filter((role) => table.mayDo(role, organisation, action))
        .map((role) => role.replace('-agent', ''))
        .join(', ');
    const told = ([organisation, condition]: readonly [string, string]) =>
      `${organisation}: ${condition}`;
    const cells = [
      `\`${action}\``,
      addresses.get(action) ?? '',
      table.mayDo('operator', 'operator', action) ? 'yes' : '',
      agents('provider'),
      agents('reseller'),
      table.mayDo('customer-admin', 'customer', action) ? 'yes' : '',
      Object.entries(conditions)
        .filter(([, condition]) => condition !== 'always')
        .map(told)
        .join('; '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Who may do what

Generated from the source by \`npm run docs\`: do not edit.

Every command and read, and who may: the operator; of a provider's and of a reseller's agents, the roles named
(admin, sales and helpdesk stand for admin-agent, sales-agent and helpdesk-agent); the administrator of a customer. The
last column is the condition, decided on current state at each request. Whoever it does not hold for does not find the
thing (404), except a reseller that may see it by another right; whoever it holds for in another role is told which
roles may (403). What reads show of a customer is no more than the caller may see.

| operation | address | operator | provider | reseller | customer-admin | when |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** Method and path of each route. */
function addressesByAction(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const argument = (decorator: ts.Decorator, name: RegExp): ts.Expression | undefined | null => {
    const call = decorator.expression;
    if (!ts.isCallExpression(call) || !name.test(call.expression.getText())) return null;
    return call.arguments[0];
  };
  const textOf = (given: ts.Expression | undefined | null) =>
    given != null && ts.isStringLiteral(given) ? given.text : '';
  const visit = (node: ts.Node): void => {
    if (!ts.isClassDeclaration(node)) return;
    const controller = (ts.getDecorators(node) ?? []).find(
      (each) => argument(each, /^Controller$/) !== null,
    );
    if (controller === undefined) return;
    const base = textOf(argument(controller, /^Controller$/));
    for (const member of node.members.filter((each) => ts.isMethodDeclaration(each))) {
      let action = '';
      let address = '';
      for (const decorator of ts.getDecorators(member) ?? []) {
        const route = argument(decorator, /^(?:Command|Read)Route$/);
        if (route != null) action = valueIn(route, 'action') ?? '';
        const path = argument(decorator, /^(?:Get|Post|Put|Delete)$/);
        if (path === null || !ts.isCallExpression(decorator.expression)) continue;
        const method = decorator.expression.expression.getText().toUpperCase();
        address = `${method} /${[base, textOf(path)].filter((part) => part !== '').join('/')}`;
      }
      if (action !== '') found.set(action, `\`${address}\``);
    }
  };
  for (const source of program.getSourceFiles()) {
    if (source.fileName.endsWith('.controller.ts')) ts.forEachChild(source, visit);
  }
  return found;
}
