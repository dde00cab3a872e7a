import type { MasterKeys, Position } from '@tierbook/eventing';
import type { EventLogPlace } from '../event-log';
import type { StorePlaces } from '../stores';

/** The views of a moment, in its directory. */
export const VIEWS_FILE = 'views.db';
/** What stands still in them. */
export const PARKED_FILE = 'state.db';

/** What a thread needs to build the views of a moment. */
export interface AsOfBuildOptions extends Pick<StorePlaces, 'state' | 'keys'> {
  readonly log: EventLogPlace;
  readonly masterKeys: MasterKeys;
  /** The last event to build from. */
  readonly position: Position;
  /** Empty, and there. */
  readonly directory: string;
}

/** What the thread tells its host; `built` and `failed` are its last word. */
export type FromAsOfBuild =
  | { readonly kind: 'progress'; readonly eventsRead: number }
  /** With the keys of documents that stand still before an event, by view. */
  | { readonly kind: 'built'; readonly parked: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: 'failed'; readonly reason: string };
