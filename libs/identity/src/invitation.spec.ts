import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Invitations, parseInvitationToken } from './invitation';

const invitations = new Invitations(randomBytes(32));
const requestId = randomUUID();
const presented = (token: string) => {
  const parsed = parseInvitationToken(token);
  if (parsed === undefined) throw new Error(`${token} was not parsed`);
  return parsed;
};

describe('Invitations', () => {
  it('gives the same token again, which verifies', () => {
    const token = invitations.token(requestId, 1);
    expect(invitations.token(requestId, 1)).toBe(token);
    expect(presented(token).requestId).toBe(requestId);
    expect(invitations.verify(presented(token), 1)).toBe(true);
  });

  it('ends the link of the generation before', () => {
    expect(invitations.verify(presented(invitations.token(requestId, 1)), 2)).toBe(false);
  });

  it('does not take the secret of another request', () => {
    const { secret } = presented(invitations.token(randomUUID(), 1));
    expect(invitations.verify({ requestId, secret }, 1)).toBe(false);
  });

  it('does not take a token made under another key', () => {
    const forged = new Invitations(randomBytes(32)).token(requestId, 1);
    expect(invitations.verify(presented(forged), 1)).toBe(false);
  });

  it.each(['https://tierbook.example', 'https://tierbook.example/'])(
    'keeps the token in the fragment of the link under %s',
    (baseUrl) => {
      const link = invitations.link(baseUrl, requestId, 3);
      expect(link).toBe(`https://tierbook.example/accept#${invitations.token(requestId, 3)}`);
    },
  );
});

describe('parseInvitationToken', () => {
  const token = invitations.token(requestId, 1);
  it.each([
    '',
    requestId,
    `${requestId}.`,
    token.slice(0, -1),
    `${token}A`,
    `${token}\n`,
    token.replace('.', ':'),
    `${requestId.slice(1)}.${token.split('.')[1] ?? ''}`,
    `https://tierbook.example/accept#${token}`,
  ])('takes no part of %j', (text) => {
    expect(parseInvitationToken(text)).toBeUndefined();
  });
});
