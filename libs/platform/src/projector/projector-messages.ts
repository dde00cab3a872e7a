import type { MasterKeys } from '@tierbook/eventing';
import type { ViewStatus } from '@tierbook/read-models';

/** Where the projector reads and writes. Each thread opens its own connections. */
export interface ProjectorOptions {
  readonly eventsPath: string;
  readonly keysPath: string;
  readonly viewsPath: string;
  readonly statePath: string;
  readonly masterKeys: MasterKeys;
}

/** What the host tells the thread. */
export type ToProjector = 'committed' | 'stop';

/** What the thread tells its host. `failed` is its last word. */
export type FromProjector =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'progress'; readonly changed: readonly ViewStatus[] }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string };
