import { Inject, Injectable } from '@nestjs/common';
import type { Fingerprint, JsonValue } from '@tierbook/eventing';
import { Fingerprints, organisationIdOf, type Action } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import type { FastifyRequest } from 'fastify';
import { PROBLEMS } from './problems';
import { commandIfAny, correlationIdOf, pathOf, principalIfKnown, problemIfAny } from './request';

/** Ids, and pairs of them. Anything else that stands in a path is the caller's text, and is not kept. */
const ID = /^[0-9a-f.-]{1,80}$/;

/** Puts what known callers are refused into the refusal log. */
@Injectable()
export class RefusalNotes {
  constructor(
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
    private readonly fingerprints: Fingerprints,
  ) {}

  /** Notes the request where it was a command of a known caller that was refused, not one that failed. */
  note(request: FastifyRequest): void {
    const [principal, command, code] = [
      principalIfKnown(request),
      commandIfAny(request),
      problemIfAny(request),
    ];
    if (principal === undefined || command === undefined || code === undefined) return;
    if (PROBLEMS[code].status >= 500) return;
    const { kind, id, role } = principal;
    this.tierbook.refusals.record({
      caller: { kind, id, organisation: organisationIdOf(principal), role },
      command,
      target: targetOf(request),
      code,
      fingerprint: this.fingerprintOf(request, command),
      correlationId: correlationIdOf(request),
      dryRun: (request.query as { readonly dryRun?: unknown }).dryRun === 'true',
    });
  }

  private fingerprintOf(request: FastifyRequest, command: Action): Fingerprint | null {
    try {
      const body = request.body as JsonValue | undefined;
      return this.fingerprints.fingerprint(command, pathOf(request), body);
    } catch {
      return null;
    }
  }
}

function targetOf({ routeOptions, params }: FastifyRequest): string {
  const values = params as Readonly<Record<string, string>>;
  return (routeOptions.url ?? '').replaceAll(/:(\w+)/g, (whole, name: string) => {
    const value = values[name] ?? '';
    return ID.test(value) ? value : whole;
  });
}
