import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { Optional } from './fields';
import { ProblemError } from './problems';

/** How every list is paged. */
export class PagingQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'Most rows of one page.',
  })
  @Optional()
  @Type(() => Number)
  @Max(200, { message: 'must be at most 200' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number' })
  readonly limit?: number;

  @ApiPropertyOptional({
    maxLength: 4096,
    description: '`nextCursor` of the page before, with the same filter and sort.',
  })
  @Optional()
  @MaxLength(4096, { message: 'must be a cursor as the API answered it' })
  @IsString({ message: 'must be a cursor as the API answered it' })
  readonly cursor?: string;
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
