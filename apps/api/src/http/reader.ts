import { Injectable } from '@nestjs/common';
import { checkRole } from '@tierbook/application';
import type { Moment } from '@tierbook/audit';
import type { Refusal } from '@tierbook/eventing';
import type { Action, ActionOnOne, GeneralAction, Principal } from '@tierbook/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError, isProblemCode, type ProblemCode } from './problems';
import { ReadYourWrites } from './read-your-writes';
import { principalOf } from './request';

/** What every read begins and ends with. */
@Injectable()
export class Reader {
  constructor(private readonly readYourWrites: ReadYourWrites) {}

  /**
   * The caller, whose role may ask this, once the views reflect the position that it names.
   * @throws ProblemError `forbidden`, `position-invalid`, `position-unknown`; ViewBehindError.
   */
  async begin(
    request: FastifyRequest,
    action: GeneralAction,
    views: readonly string[],
  ): Promise<Principal> {
    const principal = principalOf(request);
    requireRole(principal, action);
    await this.readYourWrites.wait(request, views);
    return principal;
  }

  /**
   * The same for what belongs to somebody: `find` answers what of it the caller may see, and throws
   * `not-found` before anybody is told which roles may. After a wait it is asked again: rights that ended
   * meanwhile show nothing.
   */
  async beginOn<T>(
    request: FastifyRequest,
    action: ActionOnOne,
    views: readonly string[],
    find: (principal: Principal) => Promise<T>,
  ): Promise<{ readonly principal: Principal; readonly seen: T }> {
    const principal = principalOf(request);
    const seen = await find(principal);
    requireRole(principal, action);
    const hasWaited = await this.readYourWrites.wait(request, views);
    return { principal, seen: hasWaited ? await find(principal) : seen };
  }
}

/** An answer that is JSON already, in UTF-8: it is sent as it is. */
export function jsonText(text: Buffer, reply: FastifyReply): Buffer {
  void reply.header('Content-Type', 'application/json; charset=utf-8');
  return text;
}

/** @throws ProblemError `forbidden`, which says which roles may. */
export function requireRole(principal: Principal, action: Action): void {
  const allowed = checkRole(principal, action);
  if ('refusal' in allowed) throw refusalProblem(allowed.refusal);
}

/** A refusal as the problem that answers it: it names the fields that any of its rules blames. */
export function refusalProblem(refusal: Refusal): ProblemError {
  const { detail, others = [] } = refusal;
  const errors = [refusal, ...others].flatMap(({ code, fields = [] }) =>
    fields.map((field) => ({ ...field, code: problemCodeOf(code) })),
  );
  return new ProblemError(
    problemCodeOf(refusal.code),
    detail,
    errors.length === 0 ? undefined : errors,
  );
}

function problemCodeOf(code: string): ProblemCode {
  if (!isProblemCode(code)) throw new Error(`Refusal code ${code} is not in the catalogue.`);
  return code;
}

/**
 * A single resource, with its ETag: of now, or as of a moment.
 * @throws ProblemError `not-found` where there is none, `not-found-as-of` where there was none then.
 */
export function found<T extends { readonly revision: number }>(
  resource: T | undefined,
  what: string,
  reply: FastifyReply,
  moment?: Moment,
): T {
  if (resource === undefined) throw missing(what, moment);
  void reply.header('ETag', `"${String(resource.revision)}"`);
  return resource;
}

/** The problem of a resource that is not there for this caller: now, or at a moment. */
export function missing(what: string, moment?: Moment): ProblemError {
  return moment === undefined
    ? new ProblemError('not-found', `There is no such ${what} for this caller.`)
    : new ProblemError('not-found-as-of', `There was no such ${what} at ${moment.position}.`);
}
