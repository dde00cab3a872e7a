import { generateKeyFile } from '@tierbook/identity';
import { CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { jsonLine, print } from '../terminal/output';

interface Options {
  readonly out: string;
  readonly json?: boolean;
}

@SubCommand({
  name: 'generate',
  description: 'make a new key file; an existing one is never overwritten',
})
export class GenerateKeysCommand extends CommandRunner {
  async run(_args: string[], { out, json }: Options): Promise<void> {
    generateKeyFile(out);
    if (json === true) {
      await print(jsonLine({ file: out }));
      return;
    }
    await print(`Made ${out}, which only you may read (0600).`);
    await print('Keep a copy apart from the data: without it, personal data in the log is lost.');
    await print(`Start the service with TIERBOOK_KEYS_FILE=${out}`);
  }

  @Option({ flags: '--out <file>', description: 'where to write the keys', required: true })
  parseOut(file: string): string {
    return file;
  }

  @Option({ flags: '--json', description: 'answer with JSON: { "file": ... }' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return '\nExample:\n  tierbook keys generate --out /etc/tierbook/keys.json';
  }
}
