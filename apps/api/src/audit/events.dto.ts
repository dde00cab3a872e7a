import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { Optional } from '../http/fields';

/** How the feed is read: from a position on, so many events at most. */
export class EventsQuery {
  @ApiPropertyOptional({
    description: 'Exclusive: `nextPosition` of the page before. From the beginning without it.',
  })
  @Optional()
  @MaxLength(100, { message: 'must be a position as the API answered it' })
  @IsString({ message: 'must be a position as the API answered it' })
  readonly after?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'Most events of one page.',
  })
  @Optional()
  @Type(() => Number)
  @Max(200, { message: 'must be at most 200' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number' })
  readonly limit?: number;
}

export class CustomerEventsQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'Exclusive: `nextRevision` of the page before.',
  })
  @Optional()
  @Type(() => Number)
  @Max(Number.MAX_SAFE_INTEGER, { message: 'must be a revision as the API answered it' })
  @Min(0, { message: 'must be a revision as the API answered it' })
  @IsInt({ message: 'must be a whole number' })
  readonly afterRevision?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
    description: 'Most events of one page.',
  })
  @Optional()
  @Type(() => Number)
  @Max(200, { message: 'must be at most 200' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number' })
  readonly limit?: number;
}
