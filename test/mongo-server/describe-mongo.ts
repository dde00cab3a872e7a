import { describe } from '@jest/globals';
import { mongoIsToBeHad } from './mongo-server';

/** `describe` where a server is to be had, and in CI, where one must be; else `describe.skip`. */
export const describeMongo: typeof describe | typeof describe.skip =
  // eslint-disable-next-line no-restricted-syntax -- the run says at its start what it skips, and how to run it
  mongoIsToBeHad() || process.env['CI'] !== undefined ? describe : describe.skip;
