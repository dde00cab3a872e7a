import { verifyViewsHere } from '@tierbook/platform';
import type { VerifiedView } from '@tierbook/read-models';
import { Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { formatCount, formatTable } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { configurationHere, keysHere } from '../this-machine';
import { eventsIn } from './events-in';

interface Options extends OperatorOptions {
  readonly scratch?: string;
}

@SubCommand({
  name: 'verify',
  description: 'fold the log afresh, and compare every document of the views with the fold',
})
export class VerifyViewsCommand extends OperatorCommand {
  async run(_args: string[], { json, dataDir, scratch }: Options): Promise<void> {
    const configuration = configurationHere(process.env, dataDir);
    const keys = keysHere(process.env, configuration);
    const progress = new Progress('events', await eventsIn(configuration));
    const views = await verifyViewsHere(configuration, keys, scratch ?? configuration.dataDir, {
      onRead: (events) => {
        progress.advance(events);
      },
      onCompared: () => undefined,
    }).finally(() => {
      progress.end();
    });
    const isRight = views.every(isFold);
    if (json === true) await print(jsonLine({ equal: isRight, views }));
    else for (const line of verifiedLines(views)) await print(line);
    if (!isRight) {
      const wrong = views.filter((view) => !isFold(view)).map(({ view }) => view);
      throw new CommandFailedError(
        `Not what the log makes of them: ${wrong.join(', ')}. See \`tierbook projections rebuild --help\`.`,
      );
    }
  }

  @Option({
    flags: '--scratch <directory>',
    description: 'where to fold; takes as much room as the views (default: the data directory)',
  })
  parseScratch(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
May run beside the service: what changes meanwhile is compared again. Changes nothing.

Exit codes: 0 every document is the fold of its events, 1 one is not, or could not be compared.`;
  }
}

function isFold({ differences, unverified }: VerifiedView): boolean {
  return differences === 0 && unverified === undefined;
}

function verifiedLines(views: readonly VerifiedView[]): string[] {
  const rows = views.map(({ view, documents, differences, unverified }) => [
    view,
    formatCount(documents),
    formatCount(differences),
    unverified ?? '',
  ]);
  return [
    ...formatTable([['VIEW', 'DOCUMENTS', 'DIFFERENT', ''], ...rows], [1, 2]),
    ...views.flatMap(({ view, first }) =>
      first.map(({ key, kind, fields = [] }) =>
        `${view} ${key}: ${kind} ${fields.join(', ')}`.trimEnd(),
      ),
    ),
  ];
}
