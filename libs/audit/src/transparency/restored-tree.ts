import type { KeyObject } from 'node:crypto';
import type { StateStore } from '@tierbook/state';
import {
  openCheckpoint,
  verifierKeyOf,
  type Checkpoint,
  type SignedCheckpoint,
} from './checkpoint';
import { TreeStore, type KeptHead } from './tree-store';

/** The names that a log has and had, as its tree is kept: which checkpoints are its own. */
export type LogNames = Pick<KeptHead, 'origin' | 'former'>;

/** The log's names; `undefined` where no tree is kept yet. */
export async function logNames(state: StateStore): Promise<LogNames | undefined> {
  return (await new TreeStore(state).head())?.value;
}

/** Why the checkpoint is not held to that log; `undefined` where it is one of its own. */
export function foreignTo(
  { origin, former = [] }: LogNames,
  checkpoint: Pick<Checkpoint, 'origin' | 'size'>,
): string | undefined {
  if (checkpoint.origin === origin) return undefined;
  const before = former.find((each) => each.origin === checkpoint.origin);
  if (before === undefined) {
    return `The checkpoint is of another log: of ${checkpoint.origin}, and this is ${origin}.`;
  }
  if (checkpoint.size <= before.size) return undefined;
  return (
    `The checkpoint signs ${String(checkpoint.size)} events of ${before.origin}, of which ${String(before.size)} ` +
    `were saved when that log was restored as ${origin}: its LogRestored event says what is lost.`
  );
}

/** The last checkpoint that was signed, as a note; `undefined` before the first. */
export function keptCheckpoint(state: StateStore): Promise<string | undefined> {
  return new TreeStore(state).note();
}

/** The checkpoint in a note, once one of the signers has signed it under the name that the note has. */
export function openOwnCheckpoint(note: string, signers: readonly KeyObject[]): SignedCheckpoint {
  const [origin = ''] = note.split('\n');
  const keys = signers.map((signer) => verifierKeyOf(origin, signer));
  return openCheckpoint(note, keys);
}

/**
 * Lets the tree go on under another name from so many saved events: a checkpoint of the name before signs no
 * more than these. The last checkpoint is removed; the next one is of the new name.
 */
export async function renameTree(
  state: StateStore,
  { origin, size }: { readonly origin: string; readonly size: number },
): Promise<void> {
  const store = new TreeStore(state);
  const kept = await store.head();
  if (kept === undefined) return;
  const former = [...(kept.value.former ?? []), { origin: kept.value.origin, size }];
  await store.putHead({ ...kept.value, origin, former }, kept.version);
  await store.removeNote();
}
