/**
 * The layers of docs/architecture.md, as what each may import. There is no list of exceptions: a test may reach
 * across layers, because it is a test, and nothing else may.
 */

/** Specifications, contract suites and the end-to-end tests. */
const tests = '[.](spec|e2e|browser)[.]ts$|/testing/|^test/';
const testTools = '^node_modules/(@jest/globals|fast-check)/';
const engines = 'sqlite|mongodb|eventstoredb';

/** Everything in `from` may import only what matches one of `allowed`; `core` allows Node's own modules too. */
const only = (name, comment, from, { core = false, allowed }) => ({
  name,
  comment,
  severity: 'error',
  from,
  to: { pathNot: allowed, ...(core ? { dependencyTypesNot: ['core'] } : {}) },
});

/** A library of ours may import, of our libraries, only itself and those. */
const onlyLibs = (lib, ...others) => ({
  name: `${lib}-imports`,
  comment: `libs/${lib} may import, of our own code: ${others.join(', ')}.`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: tests },
  to: { path: '^(apps|libs)/', pathNot: `^libs/(${[lib, ...others].join('|')})/` },
});

/** A package or Node module that one place alone may import. */
const reserved = (name, module, from, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: from },
  to: { path: module },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'No cycles, of types neither.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that resolves to nothing.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'libs-by-name',
      comment:
        'Another library is imported by its name, @tierbook/<lib>, never by a relative path.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/$1/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'libs-by-name-from-outside',
      comment: 'A library is imported by its name, @tierbook/<lib>, never by a relative path.',
      severity: 'error',
      // Benchmarks measure what lies beneath a library's name.
      from: { path: '^(apps|test)/', pathNot: '^test/bench/' },
      // What tests share has no name of its own.
      to: { path: '^libs/', pathNot: '/testing/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'libs-not-apps',
      comment: 'Libraries know nothing of the applications.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-tests-in-production-code',
      comment: 'Production code imports no test and no test helper.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: tests },
      to: { path: tests, pathNot: '^node_modules/' },
    },
    {
      name: 'no-dev-dependencies-in-production-code',
      comment: 'What production code needs at run time stands in "dependencies".',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },

    only(
      'domain-imports',
      'domain imports nothing but itself.',
      { path: '^libs/domain/', pathNot: tests },
      {
        allowed: '^libs/domain/',
      },
    ),
    only(
      'kernel-imports',
      'eventing and state import nothing but Node built-ins.',
      { path: '^libs/(eventing|state)/', pathNot: tests },
      { core: true, allowed: '^libs/$1/' },
    ),
    only(
      'port-testing-imports',
      "A port's contract suite imports its port, Jest and fast-check.",
      { path: '^libs/(eventing|state)/src/testing/' },
      { core: true, allowed: [`^libs/$1/`, testTools] },
    ),
    onlyLibs('read-models', 'domain', 'eventing', 'state'),
    onlyLibs('identity', 'eventing', 'state'),
    onlyLibs('application', 'domain', 'eventing', 'identity', 'state'),
    {
      name: 'application-framework',
      comment:
        'application holds @nestjs/cqrs handlers, derives ids by uuid, knows phone numbers by libphonenumber-js, and needs no other package.',
      severity: 'error',
      from: { path: '^libs/application/', pathNot: tests },
      to: {
        path: '^node_modules/',
        pathNot: '^node_modules/(@nestjs/(cqrs|common)|uuid|libphonenumber-js)/',
      },
    },
    onlyLibs('audit', 'domain', 'eventing', 'state'),
    ...engines.split('|').map((engine) => onlyLibs(engine, 'eventing', 'state', 'read-models')),
    {
      name: 'engine-packages',
      comment: 'An engine imports its driver and no other package.',
      severity: 'error',
      from: { path: `^libs/(${engines})/`, pathNot: tests },
      to: {
        path: '^node_modules/',
        pathNot: '^node_modules/(mongodb|bson|@eventstore/db-client)/',
      },
    },
    {
      name: 'apps-reach-engines-through-platform',
      comment: 'Which engine is used is configuration, and platform reads it.',
      severity: 'error',
      from: { path: '^apps/', pathNot: tests },
      to: { path: `^libs/(${engines})/` },
    },
    reserved(
      'driver-sqlite',
      '^(node:)?sqlite$',
      '^libs/sqlite/|^test/',
      'node:sqlite is for libs/sqlite, and for tests that look into its files.',
    ),
    reserved(
      'driver-mongodb',
      '^node_modules/(mongodb|bson)/',
      '^libs/mongodb/|^test/bench/|^test/e2e/harness/|^node_modules/',
      'The driver is for libs/mongodb, and for tests that look into what it wrote.',
    ),
    reserved(
      'driver-eventstoredb',
      '^node_modules/@eventstore/',
      '^libs/eventstoredb/|^test/bench/|^node_modules/',
      'The client is for libs/eventstoredb.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What Emmett's benchmark imports is installed when that benchmark runs.
    exclude: { path: '^(dist|test/bench/emmett)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.tsx', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
