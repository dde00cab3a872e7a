import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFactory, type CommanderOptionsType } from 'nest-commander';
import { CliModule, CommandLine } from './cli.module';
import { EXIT, lineOf, UsageError } from './errors';
import { EndedError, makeStrict } from './help';
import { endWithReader, note } from './terminal/output';

const EXAMPLES = `
Examples:
  npm start                                       start a service on this machine, in another terminal
  npm run tierbook -- demo --customers 500        fill it with a provider's partners and customers
  npm run tierbook -- events stats                what its log holds
  npm run tierbook -- events read --type CustomerCreated --limit 5 --json

Exit codes: 0 done, 1 failed, 2 the command line cannot be used.`;

const OPTIONS: Pick<CommanderOptionsType, 'serviceErrorHandler'> & { readonly logger: false } = {
  logger: false,
  serviceErrorHandler: report,
};

async function main(): Promise<void> {
  const application = await CommandFactory.createWithoutRunning(CliModule, OPTIONS);
  const { root } = application.get(CommandLine);
  root
    .name('tierbook')
    .description(
      'Operates a Tierbook: reads, proves and copies its log, steers its views, keeps its keys.',
    )
    .version(versionOf(), '-V, --version', 'show the version')
    .addHelpText('after', EXAMPLES);
  makeStrict(root);
  await CommandFactory.runApplication(application);
  await application.close();
}

function report(error: unknown): void {
  if (error instanceof EndedError) {
    process.exitCode = error.exitCode;
    return;
  }
  note(`tierbook: ${lineOf(error)}`);
  process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

/** From dist/apps/cli/src, where this file is compiled to. */
function versionOf(): string {
  const file = join(__dirname, '..', '..', '..', '..', 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return version;
}

endWithReader();
main().catch(report);
