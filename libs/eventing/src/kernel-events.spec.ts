import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { KERNEL_SCHEMAS, type KernelEvent } from './kernel-events';

const GOLDEN = join(__dirname, 'golden');

/** As they are written today; their golden files are never edited once released. */
const EXAMPLES: readonly KernelEvent[] = [
  {
    type: 'NothingChanged',
    data: {
      command: 'change-quantity',
      resource: '679473f5-8c66-50df-a308-98de60508ff0',
      resourceRevision: 7,
    },
  },
  {
    type: 'CommandClaimed',
    data: {
      command: 'create-customer',
      target: 'customer-ca792f87-6532-5fc3-b135-58de344bc6ea',
    },
  },
  {
    type: 'BatchAccepted',
    data: {
      resourceRevision: 4,
      commands: [
        {
          command: 'change-quantity',
          resource: '679473f5-8c66-50df-a308-98de60508ff0',
          events: 1,
          revision: 6,
        },
      ],
    },
  },
  {
    type: 'LogRestored',
    data: {
      formerLogId: 'ee63a8960cf85925',
      events: 222,
      backupTakenAt: '2026-03-01T12:30:00.000Z',
      checkpoint: 'tierbook.example/ee63a8960cf85925\n222\n...',
      lost: { events: 3, checkpoint: 'tierbook.example/ee63a8960cf85925\n225\n...' },
      lossAccepted: true,
    },
  },
];

it("has one golden file for each version of each of the kernel's events", () => {
  const expected = Object.entries(KERNEL_SCHEMAS).flatMap(([type, { upcasters }]) =>
    Array.from({ length: upcasters.length + 1 }, (_, index) => `${type}.v${index + 1}.json`),
  );
  expect(readdirSync(GOLDEN).sort()).toEqual(expected.sort());
});

it.each(EXAMPLES)('holds $type as it is written today', ({ type, data }) => {
  const version = KERNEL_SCHEMAS[type].upcasters.length + 1;
  const text = readFileSync(join(GOLDEN, `${type}.v${version}.json`), 'utf8');
  expect(JSON.parse(text)).toEqual({ data });
});
