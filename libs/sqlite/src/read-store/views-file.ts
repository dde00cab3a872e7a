import { rmSync, statSync } from 'node:fs';
import { StoreUnavailableError } from '@tierbook/eventing';
import { isCorrupt, isNoDatabase } from '../durable-store/sqlite-errors';

/** How long a file is trusted to be the one that was opened. */
const TRUSTED_MS = 250;

/** What the views file holds cannot be read any more. It is to be discarded: the views are built again. */
export class DamagedViewsError extends StoreUnavailableError {
  constructor(path: string) {
    super(`The views file ${path} is damaged: the views are built again.`);
  }
}

/**
 * Whether SQLite reports damage. Of a file that is only being opened, what is no database at all may be
 * somebody's own and is no damage; of one that was ours, it is.
 */
export function isDamage(error: unknown, when: 'found' | 'met'): boolean {
  return isCorrupt(error) || (when === 'met' && isNoDatabase(error));
}

/** Removes a views file with all that SQLite keeps beside it. Who has it open notices within moments. */
export function discardViews(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
}

/** The file that was opened at a path: it may be removed, or another one take its place, while it is open. */
export class OpenedFile {
  #inode: number | undefined;
  #trustedUntil = 0;

  constructor(private readonly path: string) {
    this.note();
  }

  /** The file that is there now is the one that is open. */
  note(): void {
    this.#inode = this.inodeNow();
    this.#trustedUntil = performance.now() + TRUSTED_MS;
  }

  isStillThere(): boolean {
    const now = performance.now();
    if (now < this.#trustedUntil) return true;
    const isSame = this.inodeNow() === this.#inode;
    if (isSame) this.#trustedUntil = now + TRUSTED_MS;
    return isSame;
  }

  private inodeNow(): number | undefined {
    return statSync(this.path, { throwIfNoEntry: false })?.ino;
  }
}
