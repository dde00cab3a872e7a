import type { EventSchema } from './aggregate';

/** An accepted command that had nothing to change: kept so that the command is remembered. Touches no ETag. */
export interface NothingChanged {
  readonly type: 'NothingChanged';
  readonly data: {
    /** Its name: no other event of its tells what was asked. */
    readonly command: string;
    /** The resource with an ETag of its own that the command addressed, `null` for the aggregate itself. */
    readonly resource: string | null;
    /** Revision of the last event that touched it: its ETag then. */
    readonly resourceRevision: number;
  };
}

/** An idempotency key taken by a command whose body, not its path, names the stream. */
export interface CommandClaimed {
  readonly type: 'CommandClaimed';
  readonly data: {
    readonly command: string;
    /** The stream's category and id, without the namespace. */
    readonly target: string;
  };
}

/** Several commands accepted as one: begins their append, and tells which events came of which. */
export interface BatchAccepted {
  readonly type: 'BatchAccepted';
  readonly data: {
    /** Revision, before it, of the last event that touched the aggregate: its ETag then. */
    readonly resourceRevision: number;
    readonly commands: readonly {
      readonly command: string;
      /** The resource with an ETag of its own that it addressed, `null` for the aggregate itself. */
      readonly resource: string | null;
      /** How many of the events that follow came of it. */
      readonly events: number;
      /** Revision of the last event, as of this command, that touched that resource. */
      readonly revision: number;
    }[];
  };
}

/**
 * The log goes on from a backup, under another id: begins what follows those of its events that were saved. In
 * a stream of its own, `log-<id of the log before>`.
 */
export interface LogRestored {
  readonly type: 'LogRestored';
  readonly data: {
    /** Id of the log before: the beginning of its positions. */
    readonly formerLogId: string;
    /** How many of its events were saved: they stand before this one. */
    readonly events: number;
    /** RFC 3339, UTC. */
    readonly backupTakenAt: string;
    /** The last signed checkpoint that the backup holds, as a note; `null` where none was signed yet. */
    readonly checkpoint: string | null;
    /** The last one that signs events which are lost; `null` where none was known at the restore. */
    readonly lost: { readonly events: number; readonly checkpoint: string } | null;
    /** An operator accepted that whatever came after the saved events is lost. */
    readonly lossAccepted: boolean;
  };
}

export type KernelEvent = NothingChanged | CommandClaimed | BatchAccepted | LogRestored;

/** The kernel's own event types, none of which holds personal data. */
export const KERNEL_SCHEMAS: Readonly<Record<KernelEvent['type'], EventSchema>> = {
  NothingChanged: { upcasters: [] },
  CommandClaimed: { upcasters: [] },
  BatchAccepted: { upcasters: [] },
  LogRestored: { upcasters: [] },
};

/** Whether an event is the kernel's own: projections and process managers pass over it. */
export function isKernelEvent(type: string): boolean {
  return Object.hasOwn(KERNEL_SCHEMAS, type);
}
