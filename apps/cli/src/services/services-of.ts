import type { Organisation, Principal } from '@tierbook/identity';
import { Option } from 'nest-commander';
import { CommandFailedError, UsageError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { OPERATOR } from '../projections/projections';
import { jsonLine, print } from '../terminal/output';
import { ORGANISATION_FORMS, parseOrganisation, tokenHolder } from '../tokens/token-holder';

export interface ServicesOptions extends OperatorOptions {
  readonly organisation: Organisation;
}

/** What every command on an organisation's services takes, said once. */
export abstract class ServicesOfCommand extends OperatorCommand {
  @Option({ flags: '--organisation <who>', description: ORGANISATION_FORMS, required: true })
  parseOrganisation(text: string): Organisation {
    return parseOrganisation(text);
  }
}

/** The command line as the administrator of the organisation. */
export function administratorOf(organisation: Organisation): Principal {
  return tokenHolder(organisation, { id: OPERATOR.id });
}

/**
 * The path of a service.
 * @throws UsageError for what is no id.
 */
export function pathOfService(id: string): string {
  if (/^[0-9a-f-]{36}$/.test(id)) return `/v1/services/${id}`;
  throw new UsageError(`'${id}' is no service's id: \`tierbook services list\` shows them.`);
}

type Answer = Readonly<Record<string, unknown>>;

/** Prints what a service names itself by at the token endpoint: the secret is shown here, and never again. */
export async function printClient(answer: Answer, json: boolean | undefined): Promise<void> {
  const { client, resource } = answer as {
    readonly client?: { readonly clientId: string; readonly clientSecret?: string };
    readonly resource: { readonly id: string };
  };
  if (client?.clientSecret === undefined) {
    throw new CommandFailedError(
      `Service ${resource.id} has a new secret, but the answer that showed it was lost: rotate it again.`,
    );
  }
  const { clientId, clientSecret } = client;
  if (json === true) {
    await print(jsonLine({ serviceId: resource.id, clientId, clientSecret }));
    return;
  }
  await print(`Service  ${resource.id}`);
  await print(`Client   ${clientId}`);
  await print(`Secret   ${clientSecret}`);
  await print('The secret is shown this once.');
}
