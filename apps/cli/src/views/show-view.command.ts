import { resolve } from 'node:path';
import { documentIn, viewNames } from '@tierbook/platform';
import { Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError, UsageError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { jsonLine, jsonText, print } from '../terminal/output';

interface Options extends OperatorOptions {
  readonly in: string;
}

@SubCommand({
  name: 'show',
  arguments: '<view> <key>',
  description: 'show one document of views that `tierbook replay` built',
})
export class ShowViewCommand extends OperatorCommand {
  async run([name = '', key = '']: string[], { json, in: directory }: Options): Promise<void> {
    if (!viewNames().includes(name)) {
      throw new UsageError(`There is no view '${name}': name one of ${viewNames().join(', ')}.`);
    }
    const { position, document } = await documentIn(resolve(directory), name, key);
    if (document === undefined) {
      throw new CommandFailedError(`${name} has no document ${key} at ${position ?? 'no event'}.`);
    }
    if (json === true) await print(jsonLine({ view: name, key, position, document }));
    else {
      await print(`${name} ${key} at ${position ?? 'no event'}`);
      await print(jsonText(document));
    }
  }

  @Option({
    flags: '--in <directory>',
    description: 'the directory that was given to `tierbook replay --to`',
    required: true,
  })
  parseIn(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
Views: ${viewNames().join(', ')}.

Example:
  tierbook replay --as-of 2026-03-31T23:59:59Z --to /tmp/march
  tierbook views show customers 0f8fad5b-d9cb-569f-a165-70867728950e --in /tmp/march`;
  }
}
