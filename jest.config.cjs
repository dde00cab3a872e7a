const { compilerOptions } = require('./tsconfig.json');

/** `@tierbook/<lib>` as tsconfig.json maps it. */
const moduleNameMapper = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([alias, [target]]) => [
    `^${alias}$`,
    target.replace(/^\./, '<rootDir>'),
  ]),
);

module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.{spec,e2e,browser}.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/testing/'],
  moduleFileExtensions: ['ts', 'mts', 'js', 'json'],
  moduleNameMapper,
  transform: {
    '^.+\\.(t|j)s$': [
      '@swc/jest',
      {
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
  // Packages that ship ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(@nestjs|jose|uuid)/)'],
  globalSetup: '<rootDir>/test/mongo-server/jest.global-setup.ts',
  globalTeardown: '<rootDir>/test/mongo-server/jest.global-teardown.ts',
  // Many tests start processes, on machines that do other things, too.
  testTimeout: 60_000,
  maxWorkers: 2,
};
