import { Option } from 'nest-commander';
import { OperatorCommand, type OperatorOptions } from '../operator-command';

export interface AsOfOptions extends OperatorOptions {
  readonly asOf?: string;
}

/** A command that shows or builds what was at a moment. */
export abstract class AsOfCommand extends OperatorCommand {
  @Option({
    flags: '--as-of <moment>',
    description: 'a time in UTC, such as 2026-03-31T14:05:09Z, or a position (default: now)',
  })
  parseAsOf(moment: string): string {
    return moment;
  }
}
