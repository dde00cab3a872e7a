import type { StreamingRead } from '@eventstore/db-client';

/** All that one read brings. The signal cancels it, which alone ends its call at the server. */
export function collect<E>(read: StreamingRead<E>, signal: AbortSignal): Promise<readonly E[]> {
  return new Promise((resolve, reject) => {
    const events: E[] = [];
    // Stays: a dead read may fail once more.
    read.on('error', reject);
    read.on('data', (event) => events.push(event));
    read.on('end', () => {
      resolve(events);
    });
    signal.addEventListener('abort', () => {
      read.cancel().catch(() => undefined);
    });
  });
}
