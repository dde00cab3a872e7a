import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AccessTokens } from '@tierbook/identity';
import type { FastifyRequest } from 'fastify';
import { checkCorrelationId, setPrincipal } from './request';

const PUBLIC = 'tierbook:public';

/** For routes that anybody may call. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

const BEARER = /^Bearer ([^\s]+)$/i;

/** Names the caller by its bearer token (RFC 6750). What it may do is decided where things are done. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets) === true)
      return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    checkCorrelationId(request);
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const principal = this.accessTokens.verify(token);
    if (!(principal instanceof Promise)) {
      setPrincipal(request, principal);
      return true;
    }
    return principal.then((verified) => {
      setPrincipal(request, verified);
      return true;
    });
  }
}
