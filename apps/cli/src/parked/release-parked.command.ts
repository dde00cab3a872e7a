import type { ControlRequest, ParkedKey } from '@tierbook/read-models';
import { Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError, UsageError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { OPERATOR, withProjections } from '../projections/projections';
import { jsonLine, print } from '../terminal/output';

interface DropOptions extends OperatorOptions {
  readonly why: string;
}

@SubCommand({
  name: 'retry',
  arguments: '<view> <key>',
  description: 'apply the waiting events again, in order, such as after an upgrade',
})
export class RetryParkedCommand extends OperatorCommand {
  async run([view = '', key = '']: string[], options: OperatorOptions): Promise<void> {
    await release({ operation: 'retry', view, key }, options);
  }
}

@SubCommand({
  name: 'drop',
  arguments: '<view> <key>',
  description: 'fold the document without the event that it cannot take, for good, then retry',
})
export class DropParkedCommand extends OperatorCommand {
  async run([view = '', key = '']: string[], options: DropOptions): Promise<void> {
    const { why } = options;
    await release({ operation: 'drop', view, key, by: OPERATOR.id, why }, options);
  }

  @Option({
    flags: '--why <text>',
    description: 'kept with the decision; no personal data',
    required: true,
  })
  parseWhy(text: string): string {
    if (text.trim() !== '' && text.length <= 500) return text;
    throw new UsageError('--why is to say why, in 1 to 500 characters.');
  }

  @Help('after')
  help(): string {
    return `
The event stays in the log. This document of this view is folded without it from now on: live, in every
rebuild, and where views are verified.

Example:
  tierbook parked drop subscriptions e1a5c8b4-... --why "Written by version 0.9, corrected by hand"`;
  }
}

async function release(
  request: ControlRequest & { readonly key: string },
  { json, dataDir }: OperatorOptions,
): Promise<void> {
  const { view, key } = request;
  const parked = await withProjections(dataDir, (projections) => projections.control(request));
  if (json === true) await print(jsonLine({ view, key, parked: parked ?? null }));
  if (parked !== undefined) throw stillParked(parked);
  if (json !== true) await print(`${view} ${key} is up to date.`);
}

function stillParked({ view, key, event, error }: ParkedKey): CommandFailedError {
  return new CommandFailedError(
    `${view} ${key} stands still at ${event.type} ${event.id} at ${event.position}: ${error}`,
  );
}
