import { ValidationPipe, type Type } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { getMetadataStorage, validateSync } from 'class-validator';
import fc from 'fast-check';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { RenameSubscriptionDto } from '../subscriptions/subscription.dto';
import { quickCheckOf } from './quick-check';
import { validationPipe } from './validation';

/** Something of everything that a field may be sent as. */
const VALUES: readonly unknown[] = [
  ...[
    '',
    ' ',
    'x',
    'pt-BR',
    'BR',
    'BRL',
    'P1Y',
    'monthly',
    'quantity',
    'provider-agent',
    'erp-sync',
  ],
  ...[
    'maria@example.com',
    'maria@',
    '4521987',
    '0123',
    '2030-01-31',
    '2030-02-31',
    'a\nb',
    'a\u0000',
  ],
  ...['2030-01-31T10:00:00Z', '2030-01-31T10:00:00.123456Z', '2030-01-31T10:00:00+01:00', '\ud800'],
  ...['0193a0f0-7b1c-7c3e-8f4a-1b2c3d4e5f60', '0193A0F0-7B1C-7C3E-8F4A-1B2C3D4E5F60', '1', 'true'],
  ...['x'.repeat(41), 'x'.repeat(201), 'x'.repeat(10_001)],
  ...[0, 1, -1, 1.5, 721, 1_000_001, 2 ** 53, true, false, null],
  ...[[], ['x'], ['P1Y'], ['monthly', 'monthly'], [null], [{}], {}, { x: 1 }, { length: 1 }],
];

async function bodiesOfAllRoutes(): Promise<readonly Type<object>[]> {
  const files = globSync(join(__dirname, '..', '*', '*.dto.ts'));
  const modules = (await Promise.all(files.map((file) => import(file)))) as object[];
  return modules
    .flatMap((module) => Object.entries(module))
    .flatMap(([name, value]) => (name.endsWith('Dto') ? [value as Type<object>] : []));
}

function fieldNames(dto: Type<object>): readonly string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

const pipe = validationPipe();

/** What class-validator makes of it. */
function slowly(dto: Type<object>, body: object): Promise<unknown> {
  const metadata = { type: 'body', metatype: dto } as const;
  return (ValidationPipe.prototype.transform.call(pipe, body, metadata) as Promise<unknown>).catch(
    () => undefined,
  );
}

/** Fields that pass more often than chance would have it, so that whole bodies do; and one that there is none of. */
function bodyOf(dto: Type<object>): fc.Arbitrary<object> {
  const fields: Record<string, fc.Arbitrary<unknown>> = { unknown: fc.constantFrom(...VALUES) };
  for (const name of fieldNames(dto)) {
    const good = VALUES.filter((value) => {
      const instance = Object.assign(new dto(), { [name]: value });
      const errors = validateSync(instance, { stopAtFirstError: true });
      return errors.every(({ property }) => property !== name);
    });
    fields[name] = fc.oneof(
      { weight: 19, arbitrary: fc.constantFrom(...(good.length > 0 ? good : VALUES)) },
      { weight: 1, arbitrary: fc.constantFrom(...VALUES) },
    );
  }
  const all = Object.keys(fields).filter((name) => name !== 'unknown');
  return fc.oneof(
    { weight: 5, arbitrary: fc.record(fields, { requiredKeys: all }) },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
  );
}

describe('the quick check of a body', () => {
  it('answers what class-validator does, or nothing, for every DTO of every route', async () => {
    const dtos = await bodiesOfAllRoutes();
    expect(dtos.length).toBeGreaterThan(30);
    const passed = new Set<string>();
    for (const dto of dtos) {
      const check = quickCheckOf(dto);
      await fc.assert(
        fc.asyncProperty(bodyOf(dto), async (body) => {
          const quick = check(structuredClone(body));
          if (quick === undefined) return;
          passed.add(dto.name);
          expect(quick).toBeInstanceOf(dto);
          expect(quick).toStrictEqual(await slowly(dto, structuredClone(body)));
        }),
        { numRuns: 100 },
      );
    }
    expect([...passed]).toEqual(
      expect.arrayContaining([
        'OrderSubscriptionDto',
        'ChangeQuantityDto',
        'ScheduleChangeDto',
        'ApplyResellerDto',
      ]),
    );
  });

  it('leaves bodies to class-validator that hold an object, or are none', () => {
    const check = quickCheckOf(RenameSubscriptionDto);
    expect(check({ name: 'x' })).toEqual({ name: 'x' });
    for (const body of [undefined, null, 'x', 7, [], ['x'], { name: ['x'] }, { name: {} }]) {
      expect(check(body)).toBeUndefined();
    }
  });
});
