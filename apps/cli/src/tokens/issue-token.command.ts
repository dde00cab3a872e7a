import { AGENT_ROLES, MAX_TOKEN_AGE_SECONDS, type Organisation } from '@tierbook/identity';
import { accessTokensOf } from '@tierbook/platform';
import { CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { hours } from '../option-values';
import { print } from '../terminal/output';
import { configurationHere, issuerHere, keysHere } from '../this-machine';
import { ORGANISATION_FORMS, parseOrganisation, tokenHolder } from './token-holder';

interface Options {
  readonly organisation: Organisation;
  readonly role?: string;
  readonly id?: string;
  readonly hours?: number;
  readonly dataDir?: string;
}

const SECONDS_AN_HOUR = 3_600;
const DEFAULT_HOURS = 8;
const MOST_HOURS = MAX_TOKEN_AGE_SECONDS / SECONDS_AN_HOUR;

@SubCommand({
  name: 'issue',
  description: "sign a token with this machine's keys; prints the token alone",
})
export class IssueTokenCommand extends CommandRunner {
  async run(_args: string[], options: Options): Promise<void> {
    const configuration = configurationHere(process.env, options.dataDir);
    const holder = tokenHolder(options.organisation, {
      role: options.role,
      id: options.id ?? 'tierbook-cli',
    });
    const keys = keysHere(process.env, configuration);
    const publicUrl = issuerHere(process.env, configuration);
    const tokens = accessTokensOf({ ...configuration, publicUrl }, keys);
    await print(await tokens.sign(holder, (options.hours ?? DEFAULT_HOURS) * SECONDS_AN_HOUR));
  }

  @Option({
    flags: '--organisation <who>',
    description: ORGANISATION_FORMS,
    required: true,
  })
  parseOrganisation(text: string): Organisation {
    return parseOrganisation(text);
  }

  @Option({
    flags: '--role <role>',
    description: `${AGENT_ROLES.join(', ')} (default: admin-agent); operator and customer have one each`,
  })
  parseRole(text: string): string {
    return text;
  }

  @Option({
    flags: '--id <id>',
    description: 'who acts, as events will name it: opaque, never a name (default: tierbook-cli)',
  })
  parseId(text: string): string {
    return text;
  }

  @Option({
    flags: '--hours <number>',
    description: `how long it is good for, at most ${String(MOST_HOURS)} (default: ${String(DEFAULT_HOURS)})`,
  })
  parseHours(text: string): number {
    return hours('--hours', text, MOST_HOURS);
  }

  @Option({
    flags: '--data-dir <directory>',
    description: "development's data directory (default: DATA_DIR, else ./data)",
  })
  parseDataDir(directory: string): string {
    return directory;
  }

  @Help('after')
  help(): string {
    return `
Signs with the keys in TIERBOOK_KEYS_FILE; where that is not set, with those that \`npm start\` made.
The service takes the token only if PUBLIC_URL (or PORT) is the same here as there.

Example:
  TOKEN=$(tierbook tokens issue --organisation reseller-partner-id:4521987 --role sales-agent)
  curl -H "Authorization: Bearer $TOKEN" http://localhost:3000/v1/providers`;
  }
}
