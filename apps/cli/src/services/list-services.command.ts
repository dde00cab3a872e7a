import { SubCommand } from 'nest-commander';
import { RunningService } from '../running-service';
import { formatTable } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { administratorOf, ServicesOfCommand, type ServicesOptions } from './services-of';

/** As the API shows a service. */
interface ServiceShown {
  readonly serviceId: string;
  readonly name: string;
  readonly role: string;
  readonly status: string;
  readonly formerSecretUntil: string | null;
}

@SubCommand({ name: 'list', description: 'all of an organisation, those revoked too' })
export class ListServicesCommand extends ServicesOfCommand {
  async run(_args: string[], { organisation, json, dataDir }: ServicesOptions): Promise<void> {
    const request = { method: 'GET' as const, path: '/v1/services' };
    const service = RunningService.here(dataDir);
    const { items } = await service.send(administratorOf(organisation), request);
    if (json === true) {
      await print(jsonLine({ services: items }));
      return;
    }
    const rows = (items as readonly ServiceShown[]).map((each) => [
      each.serviceId,
      each.name,
      each.role,
      each.status,
      each.formerSecretUntil ?? '-',
    ]);
    const head = ['SERVICE', 'NAME', 'ROLE', 'STATUS', 'FORMER SECRET UNTIL'];
    for (const line of formatTable([head, ...rows], [])) await print(line);
  }
}
