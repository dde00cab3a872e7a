import { StoreRefusedError } from '@tierbook/eventing';

/** The first release without the WAL-reset bug, which could lose committed transactions (https://www.sqlite.org/wal.html#walresetbug). */
const FIRST_SAFE = [3, 51, 3] as const;

/** @throws StoreRefusedError when the SQLite inside this Node may lose what it has committed. */
export function requireSafeSqlite(version = process.versions.sqlite ?? 'of unknown version'): void {
  const parts = version.split('.').map(Number);
  for (const [index, least] of FIRST_SAFE.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (!(part >= least)) {
      throw new StoreRefusedError(
        `SQLite ${version} can lose committed events: run a Node.js with SQLite ${FIRST_SAFE.join('.')} or newer.`,
      );
    }
  }
}
