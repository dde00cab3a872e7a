import type { CommandContext, Fingerprint } from '@tierbook/eventing';
import { organisationIdOf, type Principal } from '@tierbook/identity';
import { hash } from 'node:crypto';

/** What a command carries of the request that it came with. */
export interface Sent {
  readonly principal: Principal;
  readonly idempotencyKey: string;
  readonly fingerprint: Fingerprint;
  readonly isSameCommand: (recorded: Fingerprint) => boolean;
  readonly correlationId: string;
  readonly causationId: string;
  readonly traceparent?: string;
  readonly ifMatch?: number;
  readonly ifPlan?: string;
  readonly dryRun?: boolean;
}

/** Namespace of the ids that Tierbook derives (UUIDv5, RFC 9562). Never changes. */
const NAMESPACE = '6f1d5c0e-3a52-5d1b-9c53-7b8f0f6a2d11';
const NAMESPACE_BYTES = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');

const VARIANTS = '89ab';

/** The id that these parts always give: UUIDv5 of their JSON. */
export function deriveId(...parts: readonly string[]): string {
  const name = Buffer.concat([NAMESPACE_BYTES, Buffer.from(JSON.stringify(parts))]);
  const hex = hash('sha1', name, 'hex');
  // The two bits of the variant, before two of the hash.
  const variant = VARIANTS[Number.parseInt(hex.charAt(16), 16) % 4] ?? '';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * A command's id: the same caller's organisation, target and key always give the same one.
 *
 * @param target the addressed resource, or the collection for what creates, such as `customers/<id>/subscriptions`.
 */
export function commandIdOf(sent: Sent, target: string): string {
  return deriveId('command', organisationIdOf(sent.principal), target, sent.idempotencyKey);
}

/** What the kernel needs of the request. */
export function contextOf(sent: Sent, commandId: string): CommandContext {
  const { principal, fingerprint, isSameCommand, correlationId, causationId } = sent;
  return {
    actor: { kind: principal.kind, id: principal.id, organisation: organisationIdOf(principal) },
    commandId,
    fingerprint,
    isSameCommand,
    correlationId,
    causationId,
    ...(sent.traceparent === undefined ? {} : { traceparent: sent.traceparent }),
    ...(sent.ifMatch === undefined ? {} : { ifMatch: sent.ifMatch }),
    ...(sent.ifPlan === undefined ? {} : { ifPlan: sent.ifPlan }),
    ...(sent.dryRun === undefined ? {} : { dryRun: sent.dryRun }),
  };
}
