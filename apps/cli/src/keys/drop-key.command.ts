import { openOwnCheckpoint } from '@tierbook/audit';
import {
  CredentialVault,
  dropKey,
  keysOnFile,
  MAX_TOKEN_AGE_SECONDS,
  ROTATED_RINGS,
  type RotatedRing,
} from '@tierbook/identity';
import { systemClock } from '@tierbook/eventing';
import {
  auditSigners,
  openPersonalKeysReader,
  openStateReader,
  readIfThere,
  storePlaces,
  type Configuration,
} from '@tierbook/platform';
import { Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError } from '../errors';
import { OperatorCommand, type OperatorOptions } from '../operator-command';
import { oneOf } from '../option-values';
import { formatCount } from '../terminal/format';
import { jsonLine, print } from '../terminal/output';
import { configurationHere, keyFileHere, keysHere } from '../this-machine';

interface Options extends OperatorOptions {
  readonly atOnce?: boolean;
}

@SubCommand({
  name: 'drop',
  arguments: '<ring> <key>',
  description: 'take a former key away, once nothing needs it any more',
})
export class DropKeyCommand extends OperatorCommand {
  async run([name = '', kid = '']: string[], { atOnce, json, dataDir }: Options): Promise<void> {
    const ring = oneOf('The ring', name, ROTATED_RINGS);
    const configuration = configurationHere(process.env, dataDir);
    const file = keyFileHere(process.env, dataDir);
    const needed = await whyNeeded(ring, kid, file, configuration);
    if (needed !== undefined && !(atOnce === true && ring === 'tokens')) {
      throw new CommandFailedError(`'${kid}' of ${ring} stays: ${needed}`);
    }
    dropKey(file, ring, kid);
    await print(
      json === true
        ? jsonLine({ ring, kid, status: 'dropped' })
        : `${kid} is no key of ${ring} any more: start every process anew.`,
    );
  }

  @Option({
    flags: '--at-once',
    description:
      'of tokens: also while tokens that it signed live, which ends them; for a stolen key',
  })
  parseAtOnce(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return `
Copies of the key file hold it still. A personalData key is needed until the service, started with another as
current, has wrapped anew what it wraps; a credentialVault key, until the secrets of its time were replaced.`;
  }
}

/** What would fail without the key, and how that ends; nothing where nothing would. */
async function whyNeeded(
  ring: RotatedRing,
  kid: string,
  file: string,
  configuration: Configuration,
): Promise<string | undefined> {
  switch (ring) {
    case 'tokens':
      return whyTokensNeed(kid, file);
    case 'audit':
      return whyAuditNeeds(kid, configuration);
    case 'fingerprints':
      return 'repeated commands are verified by it for ever.';
    case 'credentialVault': {
      const count = await verifiedBy(kid, configuration);
      if (count === 0) return undefined;
      return `${formatCount(count)} passwords and client secrets are verified by it: replace these first.`;
    }
    case 'personalData': {
      const count = await wrappedBy(kid, configuration);
      if (count === 0) return undefined;
      return (
        `it wraps the keys of ${formatCount(count)} subjects: start the service with another key as current, ` +
        'and wait until it logs that these are wrapped anew.'
      );
    }
  }
}

function whyTokensNeed(kid: string, file: string): string | undefined {
  const key = keysOnFile(file).find((each) => each.ring === 'tokens' && each.kid === kid);
  if (key?.replacedAt === undefined) return undefined;
  const end = Date.parse(key.replacedAt) + MAX_TOKEN_AGE_SECONDS * 1_000;
  if (systemClock.now().getTime() >= end) return undefined;
  return `tokens that it signed may live until ${new Date(end).toISOString()}.`;
}

/** The service goes on from the checkpoint that was published last: one that it knows must have signed that. */
async function whyAuditNeeds(
  kid: string,
  configuration: Configuration,
): Promise<string | undefined> {
  const note = await readIfThere(configuration.auditCheckpointFile);
  if (note === undefined) return undefined;
  const { audit } = keysHere(process.env, configuration);
  const others = auditSigners({
    audit: { ...audit, keys: new Map([...audit.keys].filter(([each]) => each !== kid)) },
  });
  try {
    openOwnCheckpoint(note, others);
    return undefined;
  } catch {
    return 'no other key has signed the checkpoint beside the log yet: start the service with both, and give auditors the new verifier key meanwhile.';
  }
}

const PAGE = 1_000;

async function verifiedBy(kid: string, configuration: Configuration): Promise<number> {
  const state = await openStateReader(configuration);
  if (state === undefined) return 0;
  try {
    const { credentialVault } = keysHere(process.env, configuration);
    const vault = new CredentialVault(state, credentialVault, systemClock);
    let count = 0;
    for (let after: string | undefined; ;) {
      const page = await vault.list(after, PAGE);
      count += page.filter((each) => each.kid === kid).length;
      after = page.at(-1)?.credentialId;
      if (after === undefined) return count;
    }
  } finally {
    await state.close();
  }
}

async function wrappedBy(kid: string, configuration: Configuration): Promise<number> {
  const { personalData } = keysHere(process.env, configuration);
  const reader = await openPersonalKeysReader(storePlaces(configuration).keys, personalData);
  try {
    return (await reader.wrappedBy()).get(kid) ?? 0;
  } finally {
    await reader.close();
  }
}
