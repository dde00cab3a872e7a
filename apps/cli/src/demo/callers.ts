import type { AccessTokens, Organisation } from '@tierbook/identity';
import { claimsOf, type DevelopmentService } from '../development-service';
import { CommandFailedError } from '../errors';
import { tokenHolder } from '../tokens/token-holder';

/** In whose names the demo sends its commands; events will say that it was the demo. */
export class Callers {
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(
    private readonly accessTokens: AccessTokens,
    readonly providerId: string,
    readonly developmentResellerId: string,
  ) {}

  /**
   * The callers of a development service: its own provider and reseller.
   * @throws CommandFailedError where its tokens do not name them.
   */
  static of({ tokens }: DevelopmentService, accessTokens: AccessTokens): Callers {
    return new Callers(
      accessTokens,
      organisationOf(tokens.provider, 'provider'),
      organisationOf(tokens.reseller, 'reseller'),
    );
  }

  operator(): Promise<string> {
    return this.tokenOf({ kind: 'operator' });
  }

  provider(): Promise<string> {
    return this.tokenOf({ kind: 'provider', id: this.providerId });
  }

  reseller(id: string): Promise<string> {
    return this.tokenOf({ kind: 'reseller', id });
  }

  private tokenOf(organisation: Organisation): Promise<string> {
    const name = organisation.kind === 'operator' ? 'operator' : organisation.id;
    const known = this.tokens.get(name);
    if (known !== undefined) return known;
    const holder = tokenHolder(organisation, { id: 'tierbook-demo' });
    const signed = this.accessTokens.sign(holder, TOKEN_SECONDS);
    this.tokens.set(name, signed);
    return signed;
  }
}

/** Longer than any demo runs. */
const TOKEN_SECONDS = 12 * 3_600;

function organisationOf(token: string, kind: 'provider' | 'reseller'): string {
  const { organisation } = claimsOf(token);
  if (organisation?.kind === kind && organisation.id !== undefined) return organisation.id;
  throw new CommandFailedError(
    `The ${kind}'s token in development.json names no ${kind}: run \`npm start\` again.`,
  );
}
