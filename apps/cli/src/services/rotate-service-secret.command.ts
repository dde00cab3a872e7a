import { Option, SubCommand } from 'nest-commander';
import { wholeNumber } from '../option-values';
import { RunningService } from '../running-service';
import {
  administratorOf,
  pathOfService,
  printClient,
  ServicesOfCommand,
  type ServicesOptions,
} from './services-of';

interface Options extends ServicesOptions {
  readonly overlapHours?: number;
}

const MOST_HOURS = 720;

@SubCommand({
  name: 'rotate',
  arguments: '<service>',
  description: 'a new secret, shown this once; the one before works on for a while',
})
export class RotateServiceSecretCommand extends ServicesOfCommand {
  async run([id = '']: string[], options: Options): Promise<void> {
    const { organisation, overlapHours, json, dataDir } = options;
    const path = `${pathOfService(id)}/secret`;
    const body = overlapHours === undefined ? {} : { overlapHours };
    const service = RunningService.here(dataDir);
    await printClient(await service.command(administratorOf(organisation), path, body), json);
  }

  @Option({
    flags: '--overlap-hours <number>',
    description: 'how long the one before works on; 0 ends it now (default: 24)',
  })
  parseOverlapHours(text: string): number {
    return wholeNumber('--overlap-hours', text, 0, MOST_HOURS);
  }
}
