import type { Type } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import fc from 'fast-check';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { ListCustomersQuery } from '../customers/list-customers.query';
import { RenameSubscriptionDto } from '../subscriptions/subscription.dto';
import { quickCheckOf } from './quick-check';
import { explainingPipe } from './validation';

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
  ...['active', 'position', 'none', 'companyName', '-createdAt', '50', '0x10', 'false'],
  ...[[], ['x'], ['P1Y'], ['monthly', 'monthly'], [null], [{}], {}, { x: 1 }, { length: 1 }],
  ...[['none', 'none'], ['none', 'x'], [['none']]],
];

/** What bodies are, and queries, of every route. */
async function dtosOfAllRoutes(): Promise<readonly Type<object>[]> {
  const files = globSync(join(__dirname, '..', '*', '*.{dto,query,controller}.ts'));
  const shared = ['as-of.ts', 'paging.ts'].map((name) => join(__dirname, name));
  const modules = (await Promise.all(
    [...files, ...shared].map((file) => import(file)),
  )) as object[];
  const named = modules.flatMap((module) => Object.entries(module));
  return named.flatMap(([name, value]) =>
    /(?:Dto|Query)$/.test(name) ? [value as Type<object>] : [],
  );
}

function fieldNames(dto: Type<object>): readonly string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

const pipe = explainingPipe();

/** What class-validator makes of it. */
function slowly(dto: Type<object>, sent: object): Promise<unknown> {
  const type = dto.name.endsWith('Query') ? 'query' : 'body';
  return pipe.transform(sent, { type, metatype: dto }).catch(() => undefined);
}

/** Fields that pass more often than chance would have it, so that whole bodies do; and one that there is none of. */
function sentTo(dto: Type<object>): fc.Arbitrary<object> {
  const fields: Record<string, fc.Arbitrary<unknown>> = { unknown: fc.constantFrom(...VALUES) };
  for (const name of fieldNames(dto)) {
    const good = VALUES.filter((value) => {
      const instance = plainToInstance(dto, { [name]: value });
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
    fc.record(fields, { requiredKeys: all }),
    fc.record(fields, { requiredKeys: [] }),
  );
}

describe('the quick check of a body or a query', () => {
  it('answers what class-validator does, or nothing, for every DTO of every route', async () => {
    const dtos = await dtosOfAllRoutes();
    expect(dtos.length).toBeGreaterThan(45);
    const passed = new Set<string>();
    for (const dto of dtos) {
      const check = quickCheckOf(dto);
      await fc.assert(
        fc.asyncProperty(sentTo(dto), async (sent) => {
          const quick = check(structuredClone(sent));
          if (quick === undefined) return;
          passed.add(dto.name);
          expect(quick).toBeInstanceOf(dto);
          expect(quick).toStrictEqual(await slowly(dto, structuredClone(sent)));
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
        'ListCustomersQuery',
        'ListProviderSubscriptionsQuery',
        'EventsQuery',
        'AsOfQuery',
      ]),
    );
  });

  it('makes of texts what class-transformer makes of them', () => {
    const check = quickCheckOf(ListCustomersQuery);
    const sent = { limit: '20', count: 'true', resellerId: 'none' };
    const query = check(sent);
    expect(query).toEqual({ limit: 20, count: true, resellerId: ['none'] });
    expect(query).toBeInstanceOf(ListCustomersQuery);
    expect(query).toStrictEqual(plainToInstance(ListCustomersQuery, sent));
    expect(check({ resellerId: ['none', 'none'] })).toEqual({ resellerId: ['none', 'none'] });
    for (const broken of [{ limit: '0x10' }, { count: '1' }, { resellerId: ['none', 'x'] }]) {
      expect(check(broken)).toBeUndefined();
    }
  });

  it('leaves bodies to class-validator that hold an object, or are none', () => {
    const check = quickCheckOf(RenameSubscriptionDto);
    expect(check({ name: 'x' })).toEqual({ name: 'x' });
    for (const body of [undefined, null, 'x', 7, [], ['x'], { name: ['x'] }, { name: {} }]) {
      expect(check(body)).toBeUndefined();
    }
  });
});
