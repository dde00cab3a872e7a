import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { CommandBus, type Command } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApplyResellerCommand,
  ApproveResellerCommand,
  CreateProviderCommand,
  resellerIdOf,
  type Answer,
  type Sent,
} from '@tierbook/application';
import type { Principal } from '@tierbook/identity';
import { replaceFile, type Configuration, type Tierbook } from '@tierbook/platform';

const TOKEN_SECONDS = 24 * 60 * 60;

const OPERATOR: Principal = {
  kind: 'operator',
  id: 'development-operator',
  organisation: { kind: 'operator' },
  role: 'operator',
};

/** The demo reseller's partner id. */
const PARTNER_ID = '4521987';

/** What scripts find in `development.json`. */
export interface Development {
  readonly tokens: {
    readonly operator: string;
    readonly provider: string;
    readonly reseller: string;
  };
  readonly providerId: string;
  readonly resellerId: string;
}

/**
 * Makes the demo provider and enrols the demo reseller, by the commands that everybody sends and keys
 * that never change: the next start finds them there.
 */
export async function prepareDevelopment(
  app: NestFastifyApplication,
  tierbook: Tierbook,
): Promise<Development> {
  const commands = app.get(CommandBus);
  const send = async (command: Command<Answer>): Promise<string> => {
    const answer = await commands.execute(command);
    if (answer.kind === 'accepted') return answer.resource.id;
    throw new Error(`Development's own data was refused: ${JSON.stringify(answer)}`);
  };
  const resellerId = resellerIdOf(PARTNER_ID);
  const reseller = agent('reseller', resellerId);
  const providerId = await send(
    new CreateProviderCommand(sentBy(OPERATOR, 'development-provider', tierbook), {
      name: 'Distribuidora Aurora',
      email: 'parcerias@aurora.example',
      country: 'BR',
    }),
  );
  await send(
    new ApplyResellerCommand(sentBy(reseller, 'development-reseller', tierbook), {
      partnerId: PARTNER_ID,
      name: 'Nuvem Sul Tecnologia',
      email: 'contato@nuvemsul.example',
      country: 'BR',
      state: 'RS',
    }),
  );
  await send(
    new ApproveResellerCommand(sentBy(OPERATOR, 'development-approval', tierbook), resellerId),
  );
  const sign = (principal: Principal): Promise<string> =>
    tierbook.accessTokens.sign(principal, TOKEN_SECONDS);
  const tokens = {
    operator: await sign(OPERATOR),
    provider: await sign(agent('provider', providerId)),
    reseller: await sign(reseller),
  };
  return { tokens, providerId, resellerId };
}

/** Keeps the tokens for scripts, and says on the screen how to begin. */
export async function announceDevelopment(
  { tokens, providerId, resellerId }: Development,
  { dataDir }: Configuration,
  baseUrl: string,
): Promise<void> {
  const file = join(dataDir, 'development.json');
  const kept = JSON.stringify({ baseUrl, tokens, providerId, resellerId }, undefined, 2);
  await replaceFile(file, `${kept}\n`);
  console.error(
    [
      '',
      `Tierbook serves at ${baseUrl} (API document: ${baseUrl}/docs). Development: this machine only.`,
      '',
      'Tokens, good for 24 hours (also in ' + file + '):',
      `export BASE=${baseUrl}`,
      `export OPERATOR=${tokens.operator}`,
      `export PROVIDER=${tokens.provider}`,
      `export RESELLER=${tokens.reseller}`,
      '',
      'Paste the four lines above, then try:',
      'curl -s $BASE/v1/providers -H "Authorization: Bearer $OPERATOR"',
      'curl -s $BASE/v1/partnership-requests -H "Authorization: Bearer $PROVIDER" -H "Idempotency-Key: first-request" \\',
      '  -H "Content-Type: application/json" -d \'{"email":"contato@nuvemsul.example","language":"pt-BR"}\'',
      '',
    ].join('\n'),
  );
}

function agent(kind: 'provider' | 'reseller', id: string): Principal {
  return {
    kind: 'agent',
    id: `development-${kind}`,
    organisation: { kind, id },
    role: 'admin-agent',
  };
}

function sentBy(principal: Principal, idempotencyKey: string, { fingerprints }: Tierbook): Sent {
  const path = '/development';
  return {
    principal,
    idempotencyKey,
    fingerprint: fingerprints.fingerprint(idempotencyKey, path, undefined),
    isSameCommand: (recorded) => fingerprints.verify(recorded, idempotencyKey, path, undefined),
    correlationId: randomUUID(),
    causationId: randomUUID(),
  };
}
