import { streamName } from '@tierbook/eventing';
import { parsePrincipal, type Principal } from '@tierbook/identity';
import { openEventReader, type Configuration } from '@tierbook/platform';
import { Command, Help, Option } from 'nest-commander';
import { CommandFailedError, UsageError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { OPERATOR } from '../projections/projections';
import { RunningService } from '../running-service';
import { jsonLine, print } from '../terminal/output';
import { configurationHere, keysHere } from '../this-machine';

interface Options extends OperatorOptions {
  readonly yes?: boolean;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Command({
  name: 'erase',
  arguments: '<customer>',
  description: "destroy a customer's personal data, for good, through the running service",
})
export class EraseCommand extends OperatorCommand {
  async run([customer = '']: string[], { yes = false, json, dataDir }: Options): Promise<void> {
    if (!UUID.test(customer)) {
      throw new UsageError(
        `'${customer}' is no customer's id: give it as \`customerId\` shows it.`,
      );
    }
    const configuration = configurationHere(process.env, dataDir);
    const service = RunningService.of(configuration, keysHere(process.env, configuration));
    const agent = await agentOfProvider(configuration, customer);
    const path = `/v1/customers/${customer}/erasure`;
    const answer = await service.command(agent, yes ? path : `${path}?dryRun=true`);
    refuseAsPlanned(customer, answer);
    if (json === true) {
      const { position = null } = answer;
      await print(jsonLine({ customer, erased: yes, position }));
    } else if (yes) {
      await print(`Customer ${customer} is erased, at ${String(answer['position'])}.`);
    } else {
      await print(`Customer ${customer} can be erased. Nothing was done: add --yes.`);
    }
  }

  @Option({ flags: '--yes', description: 'do it: nothing brings the data back' })
  parseYes(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return `
Destroys the key that the customer's personal data is sealed under, so that no copy of the log can be read
any more, and clears the views. What happened stays, without who it was; the domain stays taken. Refused
while a subscription runs. The event names the command line as who did it, for the customer's provider.

Copies of the key store from before it hold the key: destroy them too.

Example:
  tierbook erase 6f1c1b0e-5d0f-5d4c-9a3e-0d0f5a0b7c11 --yes`;
  }
}

/** What is planned is answered with what would refuse it. */
function refuseAsPlanned(customer: string, answer: Readonly<Record<string, unknown>>): void {
  const { plan } = answer as {
    readonly plan?: { readonly refusals: readonly { readonly code: string; detail: string }[] };
  };
  const [refusal] = plan?.refusals ?? [];
  if (refusal === undefined) return;
  const { code, detail } = refusal;
  throw new CommandFailedError(`Customer ${customer} cannot be erased: ${code}. ${detail}`);
}

/** The command line as an agent of the customer's provider, whom the log names. */
async function agentOfProvider(configuration: Configuration, customer: string): Promise<Principal> {
  const log = await openEventReader(configuration);
  try {
    const stream = streamName(configuration.namespace, 'customer', customer);
    for await (const events of log.reader.readStream(stream)) {
      const provider = parsePrincipal({
        id: OPERATOR.id,
        kind: 'agent',
        organisation: { kind: 'provider', id: events[0]?.metadata.tenant },
        role: 'admin-agent',
      });
      if (provider !== undefined) return provider;
    }
  } finally {
    await log.close();
  }
  throw new CommandFailedError(`There is no customer ${customer} in this log.`);
}
