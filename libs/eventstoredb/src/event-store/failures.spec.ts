import { describe, expect, it } from '@jest/globals';
import { isDenied, isSurelyNotWritten, isTransient, NoAnswerError, NotSentError } from './failures';

/** An error of the client as it was recorded: its type, code and text. */
const recorded = (type: string | undefined, code: number | undefined, message = ''): Error =>
  Object.assign(new Error(message), { type, code });

describe('what the client throws', () => {
  it.each<[string, Error]>([
    ['N1 a reset', recorded('unavailable', 14, '14 UNAVAILABLE: read ECONNRESET')],
    ['X11 a time-out of the batch', recorded('deadline-exceeded', undefined)],
    ['X20 a time-out of the call', recorded('deadline-exceeded', 4)],
    ['X25 cancelled', recorded('unknown', 1, '1 CANCELLED: Cancelled on client')],
    ['X6 the leader is another', recorded('not-leader', 5)],
    ['N3 none in our time', new NoAnswerError('no answer within 6000 ms')],
    ['S2 beside a message that is too large', recorded('unknown', 8, '8 RESOURCE_EXHAUSTED')],
  ])('may have been done, and is asked again: %s', (_, error) => {
    expect([isTransient(error), isSurelyNotWritten(error), isDenied(error)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.each<[string, Error]>([
    [
      'X10 no leader yet',
      recorded('unknown', undefined, 'Could not recognize Server Is Not Ready'),
    ],
    ['X2 no member answers', new Error('Failed to discover after 10 attempts.')],
    ['N1 nobody listens', recorded(undefined, 14, '14 UNAVAILABLE: connect ECONNREFUSED')],
    [
      'T8 another certificate',
      recorded(undefined, 14, '... unable to verify the first certificate'),
    ],
    ['not handed to the client', new NotSentError('too many calls wait already')],
  ])('was not done, and is asked again: %s', (_, error) => {
    expect([isTransient(error), isSurelyNotWritten(error)]).toEqual([true, true]);
  });

  it.each([
    recorded('access-denied', 16, '16 UNAUTHENTICATED: Unauthenticated'),
    recorded('access-denied', 7, '7 PERMISSION_DENIED: Access Denied'),
    recorded('access-denied', undefined),
  ])('is a refusal of the credentials, whatever its code, and final (T4, T5): %p', (error) => {
    expect([isDenied(error), isTransient(error)]).toEqual([true, false]);
  });

  it.each([
    recorded('wrong-expected-version', undefined),
    recorded('stream-deleted', undefined),
    recorded('maximum-append-size-exceeded', undefined),
    recorded('unknown', 2, '2 UNKNOWN: Exception was thrown by handler.'),
  ])('is final: %p', (error) => {
    expect(isTransient(error)).toBe(false);
  });
});
