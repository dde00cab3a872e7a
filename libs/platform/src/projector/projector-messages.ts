import { StoreRefusedError, StoreUnavailableError, type MasterKeys } from '@tierbook/eventing';
import {
  ControlRefusedError,
  type ControlRefusal,
  type ControlRequest,
  type ParkedKey,
  type ViewStatus,
} from '@tierbook/read-models';
import type { EventLogPlace } from '../event-log';
import type { StorePlaces } from '../stores';

/** Where the projector reads and writes. Each thread opens its own connections. */
export interface ProjectorOptions extends StorePlaces {
  readonly log: EventLogPlace;
  readonly masterKeys: MasterKeys;
  /** Other processes build and read these views too, perhaps of another version of Tierbook. */
  readonly isShared: boolean;
}

/** Keys as they were sent to a thread: buffers cross as plain byte arrays. */
export function masterKeysIn({ masterKeys }: Pick<ProjectorOptions, 'masterKeys'>): MasterKeys {
  const keys = [...masterKeys.keys].map(([id, key]) => [id, Buffer.from(key)] as const);
  return { ...masterKeys, keys: new Map(keys) };
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

export function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' ? { name, message, code } : { name, message };
}

export function errorOf({ name, message, code }: Failure): Error {
  switch (name) {
    case StoreRefusedError.name:
      return new StoreRefusedError(message);
    case StoreUnavailableError.name:
      return new StoreUnavailableError(message);
    case ControlRefusedError.name:
      return new ControlRefusedError(code as ControlRefusal, message);
    default:
      return Object.assign(new Error(message), { name });
  }
}
