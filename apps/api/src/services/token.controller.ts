import { Body, Controller, Get, Header, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ServiceAccounts } from '@tierbook/application';
import { AccessTokens, type Principal } from '@tierbook/identity';
import { CONFIGURATION, type Configuration } from '@tierbook/platform';
import type { FastifyRequest } from 'fastify';
import { Public } from '../http/bearer';
import { OAuthRoute } from '../http/oauth';
import { ProblemError } from '../http/problems';
import { HttpExchange, setPrincipal, type Exchange } from '../http/request';
import { RequestLimits } from '../http/request-limits';

/** A service's token lives so long; what revokes it sooner is asked each time. */
const TOKEN_SECONDS = 600;

type Form = Readonly<Record<string, string>>;

interface ClientSecret {
  readonly id: string;
  readonly secret: string;
}

/** The token endpoint of services (RFC 6749, section 4.4), and what others need to verify its tokens. */
@ApiExcludeController()
@Controller()
export class TokenController {
  constructor(
    private readonly accounts: ServiceAccounts,
    private readonly accessTokens: AccessTokens,
    private readonly limits: RequestLimits,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  @Post('v1/token')
  @OAuthRoute()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async issue(@HttpExchange() { request }: Exchange, @Body() form: object) {
    const { grant_type: grant, scope, ...others } = form as Form;
    const client = clientIn(request, others);
    if (grant === undefined) throw new ProblemError('token-request-invalid', 'Send grant_type.');
    if (grant !== 'client_credentials') throw new ProblemError('grant-type-unsupported');
    const principal = await this.limits.whileFewAreRefused(request, () => this.named(client));
    setPrincipal(request, principal);
    this.limits.holdCaller(principal);
    if (scope !== undefined && scope !== principal.role) {
      throw new ProblemError('scope-invalid', `The scope of this service is ${principal.role}.`);
    }
    return {
      access_token: await this.accessTokens.sign(principal, TOKEN_SECONDS),
      token_type: 'Bearer',
      expires_in: TOKEN_SECONDS,
      scope: principal.role,
    };
  }

  /** RFC 7517: the public halves of the keys that sign tokens, those that signed before too. */
  @Get('.well-known/jwks.json')
  @Public()
  @Header('Cache-Control', 'public, max-age=300')
  keys() {
    return this.accessTokens.publicKeys();
  }

  /** RFC 8414. */
  @Get('.well-known/oauth-authorization-server')
  @Public()
  @Header('Cache-Control', 'public, max-age=300')
  metadata() {
    const { publicUrl } = this.configuration;
    return {
      issuer: publicUrl,
      token_endpoint: `${publicUrl}/v1/token`,
      jwks_uri: `${publicUrl}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    };
  }

  private async named({ id, secret }: ClientSecret): Promise<Principal> {
    const principal = await this.accounts.authenticate(id, secret);
    if (principal === undefined) throw new ProblemError('client-invalid');
    return principal;
  }
}

const BASIC = /^Basic ([A-Za-z0-9+/=]{1,1000})$/i;

/**
 * The client's id and secret, in the Authorization header or in the body, not in both (RFC 6749, section 2.3).
 * @throws ProblemError `client-invalid` without them, `token-request-invalid` with both.
 */
function clientIn({ headers }: FastifyRequest, form: Form): ClientSecret {
  const { client_id: id, client_secret: secret } = form;
  const sent = headers.authorization;
  if (sent !== undefined) {
    if (secret !== undefined) {
      throw new ProblemError(
        'token-request-invalid',
        'Name the client once: in the header or in the body.',
      );
    }
    return clientOfHeader(sent);
  }
  if (id === undefined || secret === undefined) throw new ProblemError('client-invalid');
  return { id, secret };
}

function clientOfHeader(sent: string): ClientSecret {
  const text = Buffer.from(BASIC.exec(sent)?.[1] ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)].map(formDecoded);
  if (colon < 0 || id === undefined || secret === undefined)
    throw new ProblemError('client-invalid');
  return { id, secret };
}

/** As RFC 6749, section 2.3.1, has both encoded; `undefined` where it is not well encoded. */
function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
