import { join, resolve } from 'node:path';
import { accessTokensOf } from '@tierbook/platform';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { readDevelopmentService, type DevelopmentService } from '../development-service';
import { CommandFailedError } from '../errors';
import { wholeNumber } from '../option-values';
import { formatCount } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { configurationHere, developmentKeys, issuerHere } from '../this-machine';
import { ApiClient } from '../api-client';
import { Callers } from './callers';
import { SEEDS } from './plan';
import { runDemo, type DemoOutcome } from './run-demo';
import { summaryLines } from './summary';

interface Options {
  readonly customers?: number;
  readonly seed?: number;
  readonly json?: boolean;
  readonly dataDir?: string;
}

const DEFAULT_CUSTOMERS = 200;
const MOST_CUSTOMERS = 1_000_000;
const DEFAULT_SEED = 1;

@Command({
  name: 'demo',
  description: 'fill the development service with resellers, customers and subscriptions',
})
export class DemoCommand extends CommandRunner {
  async run(_args: string[], options: Options): Promise<void> {
    const { customers = DEFAULT_CUSTOMERS, seed = DEFAULT_SEED } = options;
    const configuration = configurationHere(
      { ...process.env, TIERBOOK_KEYS_FILE: '' },
      options.dataDir,
    );
    const { dataDir } = configuration;
    const service = await runningService(dataDir);
    const keys = developmentKeys(dataDir);
    const publicUrl = issuerHere({}, configuration);
    const callers = Callers.of(service, accessTokensOf({ ...configuration, publicUrl }, keys));
    const startedAt = performance.now();
    const progress = new Progress('customers', customers);
    const outcome = await runDemo(new ApiClient(service), callers, {
      seed,
      customers,
      onCustomer: () => {
        progress.advance();
      },
    }).finally(() => {
      progress.end();
    });
    await show(outcome, options.json === true, {
      baseUrl: service.baseUrl,
      tokensFile: resolve(join(dataDir, 'development.json')),
      seed,
      milliseconds: performance.now() - startedAt,
    });
  }

  @Option({
    flags: '--customers <number>',
    description: `how many customers there are to be (default: ${String(DEFAULT_CUSTOMERS)})`,
  })
  parseCustomers(text: string): number {
    return wholeNumber('--customers', text, 1, MOST_CUSTOMERS);
  }

  @Option({
    flags: '--seed <number>',
    description: `which demo: the same seed makes the same things, once (default: ${String(DEFAULT_SEED)})`,
  })
  parseSeed(text: string): number {
    return wholeNumber('--seed', text, 0, SEEDS - 1);
  }

  @Option({ flags: '--json', description: 'the summary as one JSON object' })
  parseJson(): boolean {
    return true;
  }

  @Option({
    flags: '--data-dir <directory>',
    description: "the service's data directory (default: DATA_DIR, else ./data)",
  })
  parseDataDir(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
Sends real commands to the service that \`npm start\` runs. Each has an Idempotency-Key made of the seed and
a number: running the demo again changes nothing, a killed run goes on where it stopped, and more
--customers only adds the rest. All names are invented.

Examples:
  tierbook demo
  tierbook demo --customers 10000
  tierbook demo --seed 2 --customers 50 --json`;
  }
}

/** @throws CommandFailedError where none runs. */
async function runningService(dataDir: string): Promise<DevelopmentService> {
  const service = readDevelopmentService(dataDir);
  if (service === undefined) {
    throw new CommandFailedError(
      `No service was started in ${dataDir}: run \`npm start\` first, or name its directory by --data-dir.`,
    );
  }
  const isRunning = await fetch(`${service.baseUrl}/health/live`, {
    signal: AbortSignal.timeout(5_000),
  }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (isRunning) return service;
  throw new CommandFailedError(
    `No service answers at ${service.baseUrl}: run \`npm start\` first.`,
  );
}

async function show(
  outcome: DemoOutcome,
  json: boolean,
  place: Parameters<typeof summaryLines>[1],
): Promise<void> {
  if (json) await print(jsonLine({ ...place, ...outcome }));
  else for (const line of summaryLines(outcome, place)) await print(line);
  if (outcome.refusedCount > 0) {
    throw new CommandFailedError(
      `${formatCount(outcome.refusedCount)} customers were refused; where another version of the demo made them, use another --seed.`,
    );
  }
}
