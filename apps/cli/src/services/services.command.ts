import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { CreateServiceCommand } from './create-service.command';
import { ListServicesCommand } from './list-services.command';
import { RevokeServiceCommand } from './revoke-service.command';
import { RotateServiceSecretCommand } from './rotate-service-secret.command';

@Command({
  name: 'services',
  description:
    "programs' accounts of an organisation, and their secrets, through the running service",
  subCommands: [
    ListServicesCommand,
    CreateServiceCommand,
    RotateServiceSecretCommand,
    RevokeServiceCommand,
  ],
})
export class ServicesCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
