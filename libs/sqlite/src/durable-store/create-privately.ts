import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file (0600) where there is none: SQLite would make it readable by all. What SQLite puts
 * beside it, its WAL too, takes the file's own mode.
 */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // Where it cannot be created, SQLite says so next.
  }
}
