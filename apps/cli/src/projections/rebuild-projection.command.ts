import { setTimeout as wait } from 'node:timers/promises';
import { Help, SubCommand } from 'nest-commander';
import { ControlRefusedError } from '@tierbook/read-models';
import { CommandFailedError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { jsonLine, print } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { noProjection } from './projection-status.command';
import { withProjections, type Projections } from './projections';

const ASK_EVERY_MS = 200;

@SubCommand({
  name: 'rebuild',
  arguments: '<view>',
  description: 'build a view anew beside the one that serves, and let it take its place',
})
export class RebuildProjectionCommand extends OperatorCommand {
  async run([view = '']: string[], { json, dataDir }: OperatorOptions): Promise<void> {
    const startedAt = performance.now();
    await withProjections(dataDir, async (projections) => {
      await begin(projections, view);
      await rebuilt(projections, view);
    });
    const seconds = Math.round(performance.now() - startedAt) / 1_000;
    await print(
      json === true ? jsonLine({ view, seconds }) : `${view} is rebuilt, in ${String(seconds)} s.`,
    );
  }

  @Help('after')
  help(): string {
    return `
Reads and commands go on: the old view serves until the new one has caught up. A rebuild that is cut short
goes on when the service, or this command, starts again. It stops at an event that a document cannot take:
see \`tierbook parked list\`.

Example:
  tierbook projections rebuild customers`;
  }
}

/** One that was cut short goes on by itself, where this process is now the one that builds. */
async function begin(projections: Projections, view: string): Promise<void> {
  try {
    await projections.control({ operation: 'rebuild', view });
  } catch (error) {
    if (!(error instanceof ControlRefusedError && error.code === 'rebuild-under-way')) throw error;
  }
}

/** Shows how far it is until it is done. */
async function rebuilt(projections: Projections, view: string): Promise<void> {
  let progress: Progress | undefined;
  let left = 0;
  try {
    for (;;) {
      const all = await projections.list();
      const status = all.find((each) => each.view === view);
      if (status === undefined) throw noProjection(view, all);
      const { rebuild } = status;
      if (rebuild === null) return;
      if (rebuild.stoppedBy !== undefined) {
        throw new CommandFailedError(
          `The rebuild of ${view} stopped at ${rebuild.stoppedBy}; the old view serves. See \`tierbook parked list\`.`,
        );
      }
      progress ??= new Progress('events', (left = rebuild.lag));
      progress.advance(left - rebuild.lag);
      left = rebuild.lag;
      await wait(ASK_EVERY_MS);
    }
  } finally {
    progress?.end();
  }
}
