import { keysOnFile } from '@tierbook/identity';
import { SubCommand } from 'nest-commander';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { formatTable } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { keyFileHere } from '../this-machine';

@SubCommand({
  name: 'list',
  description: 'the keys that can be replaced, by their ids; never the keys themselves',
})
export class ListKeysCommand extends OperatorCommand {
  async run(_args: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    const keys = keysOnFile(keyFileHere(process.env, dataDir));
    if (json === true) {
      await print(jsonLine({ keys }));
      return;
    }
    const rows = keys.map((key) => [key.ring, key.kid, key.status, key.replacedAt ?? '-']);
    const head = ['RING', 'KEY', 'STATUS', 'REPLACED'];
    for (const line of formatTable([head, ...rows], [])) await print(line);
  }
}
