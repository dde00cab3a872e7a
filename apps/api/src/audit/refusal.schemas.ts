import type { RefusalEntry, RefusedCaller } from '@tierbook/audit';
import { PROBLEMS } from '../http/problems';
import {
  always,
  choice,
  count,
  flag,
  id,
  instant,
  objectOf,
  oneOf,
  pageOf,
  ref,
  text,
  type Schemas,
} from '../http/schemas';

type Refused = Extract<RefusalEntry, { kind: 'refusal' }>;
type Summary = Extract<RefusalEntry, { kind: 'summary' }>;
/** What is not shown: fingerprints stay inside. */
type Shown = Omit<Refused, 'fingerprint'>;

const SEQUENCE = count('Its place in the chain, from 1, over all organisations.');
const HASH = text('SHA-256 over the entry before and this one.', { pattern: '^[0-9a-f]{64}$' });

export const refusalSchemas: Schemas = {
  RefusedCaller: objectOf<RefusedCaller>('Who was refused.', {
    kind: choice(['agent', 'service', 'operator'], 'What it is.'),
    id: text('Its id, as its token says.'),
    organisation: text('Id of its organisation, or `operator`.'),
    role: text('Its role.'),
  }),
  RefusedCommand: objectOf<Shown>('A command that was refused. Its content is not kept.', {
    kind: always('refusal'),
    sequence: SEQUENCE,
    at: instant('When.'),
    caller: ref('RefusedCaller'),
    command: text('What was to be done.'),
    target: text('Path that it was sent to; what stood there and was no id is not kept.'),
    code: choice(Object.keys(PROBLEMS).sort(), 'The problem that it was answered with.'),
    correlationId: id('Of the request.'),
    dryRun: flag('It only asked what would happen.'),
    hash: HASH,
  }),
  RefusalSummary: objectOf<Summary>(
    'How many more commands of one caller were refused than were kept one by one.',
    {
      kind: always('summary'),
      sequence: SEQUENCE,
      from: instant('When the first of them was refused.'),
      at: instant('Until when they are counted.'),
      caller: ref('RefusedCaller'),
      counts: {
        type: 'object',
        description: 'How many, by the code of the problem.',
        additionalProperties: { type: 'integer', minimum: 1 },
      },
      hash: HASH,
    },
  ),
  RefusalPage: pageOf(oneOf(ref('RefusedCommand'), ref('RefusalSummary'))),
};
