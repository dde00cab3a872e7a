import type { JsonObject } from './json';
import type { Position } from './position';

/** An event as the domain decides it: what happened, with personal data kept apart to be sealed. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
  /** Names, addresses, tax ids, free text. Sealed before it is stored; `ERASED` once its key is destroyed. */
  readonly personal?: object | Erased;
}

/** Stands where personal data stood, once the subject's key has been destroyed. */
export const ERASED = 'Erased';
export type Erased = typeof ERASED;

/** Personal data as stored: one AES-256-GCM object; nonce, ciphertext and tag in base64url; AAD = event id. */
export interface SealedPersonal {
  readonly v: 1;
  /** Whose key seals it, such as `customer-<id>`. */
  readonly subject: string;
  readonly nonce: string;
  readonly ciphertext: string;
  readonly tag: string;
}

/** Who sent the command. All ids are opaque: no name and no address stands here. */
export interface Actor {
  readonly kind: 'agent' | 'service' | 'operator' | 'process';
  readonly id: string;
  /** Organisation the actor belongs to; `operator` for those who run the deployment. */
  readonly organisation: string;
  /** Customer on whose behalf a delegated administrator acts. */
  readonly onBehalfOf?: string;
  /** The delegation that allowed it. */
  readonly delegation?: string;
}

/** Whom an event concerns: an index for feed and history, never a right. */
export interface Party {
  readonly id: string;
  readonly as: 'customer' | 'reseller' | 'record' | 'support';
}

/** HMAC-SHA256 (base64url) of a command as received, and the id of its key. */
export interface Fingerprint {
  readonly kid: string;
  readonly mac: string;
}

/** What a command gives each of its events. */
export interface EventMetadata {
  /** Business time: when it took effect. RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
  /** When it was written. RFC 3339, UTC, milliseconds; one writer never stamps below the last it has seen. */
  readonly recordedAt: string;
  /** The owning provider; `null` for what belongs to the whole programme (reseller enrolment). */
  readonly tenant: string | null;
  readonly parties: readonly Party[];
  readonly actor: Actor;
  /** Name of the command, such as `create-customer`; absent on the kernel's events, and before it was kept. */
  readonly command?: string;
  readonly commandId: string;
  readonly fingerprint: Fingerprint;
  readonly correlationId: string;
  /** What led to the command: a request's own id, or the id of the event a process manager reacted to. */
  readonly causationId: string;
  /** W3C Trace Context, when the caller sent one. */
  readonly traceparent?: string;
}

/** An event's place in the append it was written in: the only sign, on every engine, that an append is complete. */
export interface AppendPlace {
  readonly index: number;
  readonly of: number;
}

/** An event on its way to the log: encoded, personal data sealed. */
export interface NewEvent {
  /** UUIDv7 (RFC 9562). The same id at the same revision again is the same append. */
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: JsonObject;
  readonly personal?: SealedPersonal;
  readonly metadata: EventMetadata;
}

/** An event as it stands in the log. */
export interface StoredEvent extends Omit<NewEvent, 'metadata'> {
  readonly stream: string;
  /** Ordinal in its stream, from 0. */
  readonly revision: number;
  readonly position: Position;
  readonly metadata: EventMetadata & { readonly append: AppendPlace };
}

/** A stored event read: upcast to today's schema and unsealed. */
export interface RecordedEvent<E extends DomainEvent = DomainEvent> {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly schemaVersion: number;
  readonly metadata: StoredEvent['metadata'];
  readonly event: E;
}
