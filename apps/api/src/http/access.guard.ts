import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isGeneral, type Action } from '@tierbook/identity';
import type { FastifyRequest } from 'fastify';
import { PUBLIC } from './bearer';
import { requireRole } from './reader';
import { principalOf } from './request';

const ACTION = 'tierbook:action';

/** Says which line of the role table a route is. */
export const Does = (action: Action): MethodDecorator => SetMetadata(ACTION, action);

/**
 * Lets nobody through to a route that is not in the role table; and where the role alone decides, only who
 * has it. Of what belongs to somebody, more is known where it is done: who has nothing to do with it is not
 * told who may, but that there is no such thing.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  /** What was read off the decorators of each route's method. */
  private readonly rules = new WeakMap<object, Action | 'public' | 'unnamed'>();

  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const action = this.ruleOf(context);
    if (action === 'public') return true;
    const principal = principalOf(context.switchToHttp().getRequest<FastifyRequest>());
    if (action === 'unnamed') throw new Error('A route that is not public names its action.');
    if (isGeneral(action)) requireRole(principal, action);
    return true;
  }

  private ruleOf(context: ExecutionContext): Action | 'public' | 'unnamed' {
    const handler = context.getHandler();
    const known = this.rules.get(handler);
    if (known !== undefined) return known;
    const targets = [handler, context.getClass()];
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets);
    const rule =
      isPublic === true
        ? 'public'
        : (this.reflector.get<Action | undefined>(ACTION, handler) ?? 'unnamed');
    this.rules.set(handler, rule);
    return rule;
  }
}
