import { addKey, ROTATED_RINGS, useKey } from '@tierbook/identity';
import { systemClock } from '@tierbook/eventing';
import { Help, SubCommand } from 'nest-commander';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { oneOf } from '../option-values';
import { jsonLine, print } from '../terminal/output';
import { keyFileHere } from '../this-machine';

@SubCommand({
  name: 'add',
  arguments: '<ring>',
  description: 'begin to replace a key: add one that verifies and opens, and makes nothing yet',
})
export class AddKeyCommand extends OperatorCommand {
  async run([name = '']: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    const ring = oneOf('The ring', name, ROTATED_RINGS);
    const kid = addKey(keyFileHere(process.env, dataDir), ring);
    if (json === true) {
      await print(jsonLine({ ring, kid, status: 'waiting' }));
      return;
    }
    await print(`${ring} has a new key: ${kid}.`);
    await print(
      `Keep a new copy of the key file, start every process anew, then: tierbook keys use ${ring} ${kid}`,
    );
  }

  @Help('after')
  help(): string {
    return `
The rings: ${ROTATED_RINGS.join(', ')}. docs/operations.md tells the steps, and what each ring is for.`;
  }
}

@SubCommand({
  name: 'use',
  arguments: '<ring> <key>',
  description: 'make this key the one that new things are made with; those before go on',
})
export class UseKeyCommand extends OperatorCommand {
  async run([name = '', kid = '']: string[], options: OperatorOptions): Promise<void> {
    const { json, dataDir } = options;
    const ring = oneOf('The ring', name, ROTATED_RINGS);
    useKey(keyFileHere(process.env, dataDir), ring, kid, systemClock.now());
    await print(
      json === true
        ? jsonLine({ ring, kid, status: 'current' })
        : `${kid} is the current key of ${ring}: start every process anew.`,
    );
  }
}
