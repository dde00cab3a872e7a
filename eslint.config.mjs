import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** A disabled rule says why, beside it: `// eslint-disable-next-line some-rule -- because ...`. */
const explainedDisable = {
  meta: { type: 'problem', schema: [], messages: { why: 'Say why after "--".' } },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (/^\s*eslint-disable/.test(comment.value) && !/\s--\s+\S/.test(comment.value)) {
          context.report({ loc: comment.loc, messageId: 'why' });
        }
      }
    },
  }),
};

const tests = ['**/*.{spec,e2e,browser}.ts', '**/testing/**/*.ts', 'test/**/*.{ts,mts}'];

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', 'data/', '.tmp/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,mts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Nest modules are classes with nothing but a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // What is read by a name that no type declares (rows, parsed JSON, the environment) may look so: row['key'].
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // A port is asynchronous and its adapter need not be; `async` makes what it throws a rejection.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: tests,
    rules: {
      'max-lines-per-function': 'off',
      // Every test runs, on every adapter.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|failing)$/]',
          message: 'Every test runs.',
        },
      ],
    },
  },
  {
    files: ['**/*.{cjs,mjs}'],
    languageOptions: {
      globals: {
        __dirname: 'readonly',
        console: 'readonly',
        module: 'writable',
        process: 'readonly',
        require: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
  {
    // Read by whatever Node the machine has.
    files: ['bin/*.cjs', 'scripts/*.cjs'],
    languageOptions: { ecmaVersion: 2019, sourceType: 'commonjs' },
  },
  {
    plugins: { tierbook: { rules: { 'explained-disable': explainedDisable } } },
    rules: { 'tierbook/explained-disable': 'error' },
  },
  prettier,
);
