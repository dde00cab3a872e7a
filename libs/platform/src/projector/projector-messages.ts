import type { MasterKeys } from '@tierbook/eventing';
import type { EventLogPlace } from '../event-log';
import type { ControlRequest, ParkedKey, ViewStatus } from '@tierbook/read-models';

/** Where the projector reads and writes. Each thread opens its own connections. */
export interface ProjectorOptions {
  readonly log: EventLogPlace;
  readonly keysPath: string;
  readonly viewsPath: string;
  readonly statePath: string;
  readonly masterKeys: MasterKeys;
}

/** Something asked of the thread, and the number that its answer carries. */
export interface Ask {
  readonly number: number;
  readonly request: ControlRequest;
}

/** An error as it crosses threads. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** What the host tells the thread. */
export type ToProjector = 'committed' | 'stop' | Ask;

/** What the thread tells its host. `failed` is its last word. */
export type FromProjector =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'progress'; readonly changed: readonly ViewStatus[] }
  | { readonly kind: 'done'; readonly number: number; readonly parked: ParkedKey | undefined }
  | { readonly kind: 'refused'; readonly number: number; readonly error: Failure }
  | { readonly kind: 'failed'; readonly error: Failure };
