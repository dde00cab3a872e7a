/*
 * The wire double as a process of its own: node launch.cjs [port] [file]. It prints its port in one line when
 * it listens, keeps its log in the file, and ends when its standard input does, so that no test leaves it behind.
 */
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

// The sources are TypeScript, and this process has no build of them.
require.extensions['.ts'] = (module, file) => {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    module: { type: 'commonjs' },
    jsc: { target: 'es2023', parser: { syntax: 'typescript' }, keepClassNames: true },
    sourceMaps: 'inline',
  });
  module._compile(code, file);
};

const { startKept } = require('./kept-double.ts');

const [port = '0', file] = process.argv.slice(2);
startKept(Number(port), file).then(
  (double) => {
    process.stdin.on('end', () => process.exit(0)).resume();
    console.log(String(double.port));
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
