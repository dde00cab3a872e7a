import { resourceAsOf, SHOWN_RESOURCES } from '@tierbook/platform';
import { Command, Help } from 'nest-commander';
import { CommandFailedError, UsageError } from '../errors';
import { jsonLine, jsonText, note, print } from '../terminal/output';
import { configurationHere, keysHere } from '../this-machine';
import { AsOfCommand, type AsOfOptions } from './as-of-command';

const KINDS = SHOWN_RESOURCES.join(', ');

@Command({
  name: 'show',
  arguments: '<resource> <id>',
  description: 'show a customer, reseller, provider, offer or request as it was at any moment',
})
export class ShowCommand extends AsOfCommand {
  async run([word = '', id = '']: string[], { json, dataDir, asOf }: AsOfOptions): Promise<void> {
    const kind = SHOWN_RESOURCES.find((each) => each === word);
    if (kind === undefined) {
      throw new UsageError(`There is no resource '${word}' to show: name one of ${KINDS}.`);
    }
    const configuration = configurationHere(process.env, dataDir);
    const keys = keysHere(process.env, configuration);
    const shown = await resourceAsOf(configuration, keys, kind, id, asOf);
    const { position, at, resource, erased, parked } = shown;
    if (resource === undefined) {
      throw new CommandFailedError(`There was no ${kind} ${id} at ${position} (${at}).`);
    }
    if (json === true) await print(jsonLine({ position, at, erased, parked, [kind]: resource }));
    else {
      await print(`${kind} ${id} at ${at} (${position})`);
      await print(jsonText(resource));
    }
    if (erased) note('Personal data have been erased since: they are null here.');
    if (parked.length > 0) {
      note(
        `A document stands still before an event (${parked.join(', ')}): see \`tierbook parked\`.`,
      );
    }
  }

  @Help('after')
  help(): string {
    return `
Resources: ${KINDS}. A customer is shown with all of its subscriptions and delegations.

Reads the log itself, also beside the service or in a copy of the data directory, and folds the events of
the resource up to the moment, as the views do. What has been erased since is null.

Exit codes: 0 shown, 1 it was not there then or cannot be read, 2 the command line cannot be used.

Example:
  tierbook show customer 0f8fad5b-d9cb-569f-a165-70867728950e --as-of 2026-03-31T23:59:59Z`;
  }
}
