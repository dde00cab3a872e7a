import type { CommandContext } from '@tierbook/eventing';

/**
 * The context of a command that the service itself sends. Its id derives from what it is about, so that
 * whichever process sends it, and however often, it is one command.
 */
export function processContext(
  process: string,
  commandId: string,
  causationId = commandId,
): CommandContext {
  return {
    actor: { kind: 'process', id: process, organisation: 'operator' },
    commandId,
    fingerprint: { kid: 'process', mac: commandId },
    isSameCommand: () => true,
    correlationId: commandId,
    causationId,
  };
}
