import {
  checkConsistency,
  checkInclusion,
  openCheckpoint,
  parseProof,
  parseVerifierKey,
  type Checkpoint,
  type Proof,
  type VerifierKey,
} from '@tierbook/audit';
import { readIfThere } from '@tierbook/platform';
import { CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { CommandFailedError, UsageError } from '../errors';
import { jsonLine, print } from '../terminal/output';
import { checkpointIn, openedIn } from './checkpoints';

interface Options {
  readonly key: readonly string[];
  readonly earlier?: string;
  readonly json?: boolean;
}

@SubCommand({
  name: 'check',
  arguments: '<proof>',
  description: 'check a proof offline: no service, no data',
})
export class CheckProofCommand extends CommandRunner {
  async run([file = '']: string[], { key, earlier, json }: Options): Promise<void> {
    const keys = key.map(parseVerifierKey);
    const text = await readIfThere(file);
    if (text === undefined) {
      throw new CommandFailedError(`There is no proof in ${file}: name another file.`);
    }
    const proof = openedIn(file, () => parseProof(text));
    const { size, position } = await checked(file, proof, keys, earlier);
    if (json === true) {
      await print(jsonLine({ proven: true, format: proof.format, size, position }));
      return;
    }
    await print(
      proof.format === 'tierbook-inclusion-proof/1'
        ? `Proven: the event stands at index ${String(proof.index)} of the ${String(size)} that the checkpoint signs.`
        : `Proven: the log of ${String(size)} events begins with the ${String(proof.from)} that were signed before.`,
    );
  }

  @Option({
    flags: '--key <verifier key>',
    description: 'who may have signed the checkpoint, again for one more',
    required: true,
  })
  parseKey(key: string, before: readonly string[] = []): readonly string[] {
    return [...before, key];
  }

  @Option({
    flags: '--earlier <file>',
    description: 'of a consistency proof: the checkpoint that was kept',
  })
  parseEarlier(file: string): string {
    return file;
  }

  @Option({ flags: '--json', description: 'answer with JSON' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return `
A proof comes from GET /v1/audit/proofs/{event} or GET /v1/audit/consistency?from={events}; the verifier key
from \`tierbook audit keys\` or GET /v1/audit/keys, once, over a way that you trust. Ends with 1 where it proves nothing.

Example:
  tierbook audit check proof.json --key "$(cat verifier-key)"`;
  }
}

async function checked(
  file: string,
  proof: Proof,
  keys: readonly VerifierKey[],
  earlier: string | undefined,
): Promise<Checkpoint> {
  if (proof.format === 'tierbook-inclusion-proof/1') {
    if (earlier === undefined) return openedIn(file, () => checkInclusion(proof, keys));
    throw new UsageError(
      `${file} proves that an event stands in a log, which holds to no earlier checkpoint: leave --earlier out, and hold that by \`tierbook audit consistency\`.`,
    );
  }
  if (earlier === undefined) {
    throw new UsageError(
      'A consistency proof needs the checkpoint that was kept: --earlier <file>.',
    );
  }
  const note = await checkpointIn(earlier);
  openedIn(earlier, () => openCheckpoint(note, keys));
  return openedIn(file, () => checkConsistency(note, proof, keys));
}
