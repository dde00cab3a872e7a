import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atExit } from './cleanup.mts';

export const BENCH = dirname(dirname(fileURLToPath(import.meta.url)));
export const ROOT = dirname(dirname(BENCH));

let scratch: string | undefined;

/** Lets this run put its files into a folder that stays when it ends, and find there what an earlier run left. */
export function keepFilesIn(directory: string): void {
  scratch = resolve(directory);
  mkdirSync(scratch, { recursive: true });
}

/**
 * A path below this run's own folder, which goes when the run ends unless `keepFilesIn` named another. It lies in the checkout and not in the
 * system's temporary folder, which may be memory: a sync must reach a disk.
 */
export function scratchPath(name: string): string {
  if (scratch === undefined) {
    const parent = join(ROOT, '.tmp');
    mkdirSync(parent, { recursive: true });
    const created = mkdtempSync(join(parent, 'bench-'));
    // A process that was just killed may still be writing.
    atExit(() => {
      rmSync(created, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    });
    scratch = created;
  }
  return join(scratch, name);
}
