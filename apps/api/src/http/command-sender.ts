import { Injectable } from '@nestjs/common';
import { CommandBus, type Command } from '@nestjs/cqrs';
import type { Answer, ResourceRef, Seats, Sent } from '@tierbook/application';
import type { JsonValue, Refusal } from '@tierbook/eventing';
import { Fingerprints, type Action } from '@tierbook/identity';
import type { WarningCode } from '@tierbook/domain';
import type { FastifyRequest } from 'fastify';
import { problemKindOf, ProblemError, type ProblemDetails } from './problems';
import { refusalProblem } from './reader';
import { correlationIdOf, pathOf, principalOf, requestIdOf, type Exchange } from './request';
import { unknownField } from './validation';

/** Visible ASCII, so that a key means the same to everything on its way. */
const KEY = /^[\x21-\x7e]{1,255}$/;
const STRONG_ETAG = /^"(\d{1,15})"$/;
/** W3C Trace Context; anything else is ignored, as it says. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const WARNINGS: Readonly<Record<WarningCode, string>> = {
  'reseller-of-record-missing':
    'The customer has a reseller, but nobody is credited for this subscription. Associate a reseller with it to change that.',
  'subscriptions-uncredited':
    'The customer has a reseller now, but nobody is credited for some of its subscriptions: its list of subscriptions shows which. Associate a reseller with each to change that.',
};

export interface WarningAnswer {
  readonly code: WarningCode;
  readonly detail: string;
}

/** What every accepted command answers. */
export interface CommandAnswer {
  readonly resource: { readonly type: string; readonly id: string; readonly href: string };
  /** The resource's ETag, without quotes. */
  readonly revision: number;
  readonly position: string;
  readonly warnings: readonly WarningAnswer[];
}

/** A rule that would refuse a planned command: what the command's own problem would say of it. */
export type PlannedRefusal = Pick<
  ProblemDetails,
  'type' | 'title' | 'status' | 'detail' | 'code' | 'errors'
>;

/** What a dry run answers. */
export interface PlanAnswer {
  readonly plan: {
    /** `repeated`: the key's command was accepted before, and would be answered as it was then. */
    readonly outcome: 'accepted' | 'refused' | 'repeated';
    /** For If-Plan; null unless it would be accepted. */
    readonly id: string | null;
    readonly expiresAt: string | null;
    /** Of a repeated one: where it was accepted. */
    readonly position: string | null;
    readonly resource: CommandAnswer['resource'];
    readonly events: readonly {
      readonly type: string;
      readonly data: object;
      /** Of a batch: the ordinal of its command, from 0. */
      readonly command?: number;
    }[];
    readonly refusals: readonly PlannedRefusal[];
    readonly seats: readonly Seats[];
  };
  readonly warnings: readonly WarningAnswer[];
}

/** Takes a request as a command to the command bus, and its outcome back as an answer. */
@Injectable()
export class CommandSender {
  constructor(
    private readonly commands: CommandBus,
    private readonly fingerprints: Fingerprints,
  ) {}

  /**
   * Sends the command and answers it; `creates` makes that 201 with a Location, `bodiless` takes no fields,
   * `secret` keeps the answer out of caches.
   * @throws ProblemError when it is refused.
   */
  async send<Body extends object>(
    { request, reply }: Exchange,
    action: Action,
    make: (sent: Sent) => Command<Answer<Body>>,
    { creates = false, bodiless = false, secret = false } = {},
  ): Promise<(CommandAnswer & Body) | PlanAnswer> {
    if (bodiless) refuseFields(request);
    const answer = await this.commands.execute(make(this.sentOf(request, action)));
    if (answer.kind === 'refused') {
      throw refusalProblem(answer.refusal);
    }
    if (secret) void reply.header('Cache-Control', 'no-store');
    const resource = resourceAnswer(answer.resource);
    const warnings = warningAnswers(answer.warnings);
    if (answer.kind === 'planned') {
      void reply.status(200);
      return { plan: planOf(answer, resource), warnings };
    }
    const { revision, position, body } = answer;
    void reply
      .status(creates ? 201 : 200)
      .header('ETag', `"${String(revision)}"`)
      .header('Tierbook-Position', position);
    if (creates) void reply.header('Location', resource.href);
    return { resource, revision, position, warnings, ...body };
  }

  private sentOf(request: FastifyRequest, action: Action): Sent {
    const path = pathOf(request);
    const body = request.body as JsonValue | undefined;
    const correlationId = correlationIdOf(request);
    const traceparent = request.headers['traceparent'];
    const ifMatch = ifMatchOf(request);
    const ifPlan = ifPlanOf(request);
    return {
      principal: principalOf(request),
      idempotencyKey: idempotencyKeyOf(request),
      fingerprint: this.fingerprint(action, path, body),
      isSameCommand: (recorded) => this.fingerprints.verify(recorded, action, path, body),
      correlationId,
      causationId: requestIdOf(request),
      ...(typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(ifPlan === undefined ? {} : { ifPlan }),
      ...(isDryRun(request) ? { dryRun: true } : {}),
    };
  }

  private fingerprint(action: Action, path: string, body: JsonValue | undefined) {
    try {
      return this.fingerprints.fingerprint(action, path, body);
    } catch (error) {
      if (error instanceof TypeError) throw new ProblemError('malformed-json', error.message);
      throw error;
    }
  }
}

/** A resource, as commands answer it. */
export function resourceAnswer({ type, id, path }: ResourceRef): CommandAnswer['resource'] {
  return { type, id, href: `/v1/${path}` };
}

/** Warnings, with what each means. */
export function warningAnswers(codes: readonly WarningCode[]): readonly WarningAnswer[] {
  return codes.map((code) => ({ code, detail: WARNINGS[code] }));
}

function planOf(
  { verdict, events, seats }: Extract<Answer, { readonly kind: 'planned' }>,
  resource: CommandAnswer['resource'],
): PlanAnswer['plan'] {
  const isAccepted = verdict.kind === 'accepted';
  return {
    outcome: verdict.kind,
    id: isAccepted ? verdict.planId : null,
    expiresAt: isAccepted ? verdict.expiresAt : null,
    position: verdict.kind === 'repeated' ? verdict.position : null,
    resource,
    events: events.map(({ type, data, command }) => ({
      type,
      data,
      ...(command === undefined ? {} : { command }),
    })),
    refusals: verdict.kind === 'refused' ? plannedRefusals(verdict.refusal) : [],
    seats,
  };
}

function plannedRefusals({ others = [], ...first }: Refusal): readonly PlannedRefusal[] {
  return [first, ...others].map((refusal) => problemKindOf(refusalProblem(refusal)));
}

/** @throws ProblemError `field-unknown` for a body that says anything. */
function refuseFields({ body }: FastifyRequest): void {
  const fields = Object.keys(body ?? {});
  if (fields.length === 0) return;
  const errors = fields.map((name) => unknownField('', name));
  throw new ProblemError('field-unknown', undefined, errors);
}

function idempotencyKeyOf({ headers }: FastifyRequest): string {
  const key = headers['idempotency-key'];
  if (key === undefined || key === '') throw new ProblemError('idempotency-key-missing');
  if (typeof key !== 'string' || !KEY.test(key)) throw new ProblemError('idempotency-key-invalid');
  return key;
}

function ifMatchOf({ headers }: FastifyRequest): number | undefined {
  const sent = headers['if-match'];
  // `*` asks only that there be a resource, which every command on one asks anyway (RFC 9110, 13.1.1).
  if (sent === undefined || sent === '*') return undefined;
  const revision = STRONG_ETAG.exec(sent)?.[1];
  if (revision === undefined) throw new ProblemError('if-match-invalid');
  return Number(revision);
}

/** The plan's own checks are made where it is decided: whatever is no plan of ours is an unknown one. */
function ifPlanOf({ headers }: FastifyRequest): string | undefined {
  const sent = headers['if-plan'];
  return Array.isArray(sent) ? sent.join() : sent;
}

function isDryRun({ query }: FastifyRequest): boolean {
  const { dryRun, ...others } = query as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new ProblemError('query-invalid', 'A command takes no query parameter but dryRun.');
  }
  if (dryRun === undefined || dryRun === 'false') return false;
  if (dryRun === 'true') return true;
  throw new ProblemError('query-invalid', 'dryRun is true or false.');
}
