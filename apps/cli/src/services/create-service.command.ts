import { Help, Option, SubCommand } from 'nest-commander';
import { RunningService } from '../running-service';
import {
  administratorOf,
  printClient,
  ServicesOfCommand,
  type ServicesOptions,
} from './services-of';

interface Options extends ServicesOptions {
  readonly name: string;
  readonly role: string;
}

@SubCommand({ name: 'create', description: 'a new one; prints its secret, this once' })
export class CreateServiceCommand extends ServicesOfCommand {
  async run(_args: string[], options: Options): Promise<void> {
    const { organisation, name, role, json, dataDir } = options;
    const agent = administratorOf(organisation);
    const service = RunningService.here(dataDir);
    await printClient(await service.command(agent, '/v1/services', { name, role }), json);
  }

  @Option({
    flags: '--name <label>',
    description: '1 to 63 lower-case letters, digits and hyphens; of no person',
    required: true,
  })
  parseName(text: string): string {
    return text;
  }

  @Option({
    flags: '--role <role>',
    description: 'what it may do, as docs/access.md says; operator for the operator',
    required: true,
  })
  parseRole(text: string): string {
    return text;
  }

  @Help('after')
  help(): string {
    return `
Example:
  tierbook services create --organisation provider:5b0c... --name erp-sync --role sales-agent`;
  }
}
