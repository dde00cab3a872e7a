import { SubCommand } from 'nest-commander';
import { RunningService } from '../running-service';
import { jsonLine, print } from '../terminal/output';
import {
  administratorOf,
  pathOfService,
  ServicesOfCommand,
  type ServicesOptions,
} from './services-of';

@SubCommand({
  name: 'revoke',
  arguments: '<service>',
  description: 'end it: its secrets and tokens work no more, at once and for good',
})
export class RevokeServiceCommand extends ServicesOfCommand {
  async run([id = '']: string[], options: ServicesOptions): Promise<void> {
    const { organisation, json, dataDir } = options;
    const path = `${pathOfService(id)}/revocation`;
    await RunningService.here(dataDir).command(administratorOf(organisation), path);
    await print(
      json === true ? jsonLine({ serviceId: id, status: 'revoked' }) : `Service ${id} is revoked.`,
    );
  }
}
