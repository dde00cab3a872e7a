import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { MAX_CURSOR_LENGTH } from '@tierbook/read-models';
import { AsOfMoment } from './as-of';
import { Optional } from './fields';
import { ProblemError } from './problems';

/** The most values of one parameter. */
const MOST_VALUES = 100;

/** Reads decimal digits as a number; anything else, such as 0x10 or 1e1, is left for `IsInt` to refuse. */
export function Digits(): PropertyDecorator {
  return Transform(({ value }: { readonly value: unknown }) =>
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
  );
}

/** How many one page holds at most: 1 to 200, 50 by default. */
export function PageLimit(description: string): PropertyDecorator {
  return applyDecorators(
    Optional(),
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 50, description }),
    Digits(),
    // The first that fails is the one that is told.
    IsInt({ message: 'must be a whole number' }),
    Min(1, { message: 'must be at least 1' }),
    Max(200, { message: 'must be at most 200' }),
  );
}

/** How every list is paged. */
export class PagingQuery {
  @PageLimit('Most rows of one page.')
  readonly limit?: number;

  @ApiPropertyOptional({
    maxLength: MAX_CURSOR_LENGTH,
    description: '`nextCursor` of the page before, with the same filter and sort.',
  })
  @Optional()
  @MaxLength(MAX_CURSOR_LENGTH, { message: 'must be a cursor as the API answered it' })
  @IsString({ message: 'must be a cursor as the API answered it' })
  readonly cursor?: string;
}

/** Of a list that can be read as of a moment. */
export class AsOfPagingQuery extends PagingQuery {
  @AsOfMoment()
  readonly asOf?: string;
}

/** Reads `true` and `false`; anything else is left for `IsBoolean` to refuse. */
export function Flag(): PropertyDecorator {
  return Transform(({ value }: { readonly value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  );
}

/** Lists that also count. */
export class CountedPagingQuery extends PagingQuery {
  @ApiPropertyOptional({
    type: 'boolean',
    default: false,
    description:
      'Also count all rows of the filter: exact to 10,000, then at least so many. Where a filter would pass over more than 50,000 rows to count, also fewer can be at least so many.',
  })
  @Optional()
  @Flag()
  @IsBoolean({ message: 'must be true or false' })
  readonly count?: boolean;
}

/** The id of a reseller, or none. */
export const OF_SOME_OR_NO_RESELLER = /^(?:none|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A parameter that may be given several times: always a list of at least one. */
export function Several(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { readonly value: unknown }): unknown[] =>
      Array.isArray(value) ? (value as unknown[]) : [value],
    ),
    ArrayMaxSize(MOST_VALUES, { message: `must be given at most ${String(MOST_VALUES)} times` }),
    IsArray({ message: 'must be a list' }),
  );
}

/**
 * Refuses a span of time that nothing can lie in. Its bounds are of one form: instants by `instantOf`, or days.
 * @throws ProblemError `time-span-empty`, which names both parameters.
 */
export function checkBounds(
  query: Readonly<Record<string, unknown>>,
  from: string,
  before: string,
): void {
  const [low, high] = [query[from], query[before]];
  if (typeof low !== 'string' || typeof high !== 'string' || low < high) return;
  const detail = `Nothing lies from ${low} on and before ${high}: ${from} must be earlier than ${before}.`;
  const code = 'time-span-empty';
  throw new ProblemError(code, detail, [{ pointer: `/${before}`, detail, code }]);
}

/** All that `?sort` can be, for the document. */
export function sortTexts(fields: readonly string[]): string[] {
  return fields.flatMap((field) => [field, `-${field}`]);
}

/**
 * Reads `?sort=name` or, from last to first, `?sort=-name`.
 * @throws ProblemError for a field that the list cannot be sorted by.
 */
export function sortOf<Field extends string>(
  text: string | undefined,
  fields: readonly Field[],
): { readonly field: Field; readonly direction: 'asc' | 'desc' } | undefined {
  if (text === undefined) return undefined;
  const descending = text.startsWith('-');
  const field = fields.find((each) => each === (descending ? text.slice(1) : text));
  if (field === undefined) {
    throw new ProblemError(
      'query-invalid',
      `This list is sorted by one of ${fields.join(', ')}, with - before it from last to first.`,
    );
  }
  return { field, direction: descending ? 'desc' : 'asc' };
}
