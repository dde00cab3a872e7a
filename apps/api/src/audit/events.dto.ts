import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { Optional } from '../http/fields';
import { Digits, PageLimit } from '../http/paging';

/** How the feed is read: from a position on, so many events at most. */
export class EventsQuery {
  @ApiPropertyOptional({
    description: 'Exclusive: `nextPosition` of the page before. From the beginning without it.',
  })
  @Optional()
  @MaxLength(100, { message: 'must be a position as the API answered it' })
  @IsString({ message: 'must be a position as the API answered it' })
  readonly after?: string;

  @PageLimit('Most events of one page.')
  readonly limit?: number;
}

export class CustomerEventsQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'Exclusive: `nextRevision` of the page before.',
  })
  @Optional()
  @Digits()
  @Max(Number.MAX_SAFE_INTEGER, { message: 'must be a revision as the API answered it' })
  @Min(0, { message: 'must be a revision as the API answered it' })
  @IsInt({ message: 'must be a whole number' })
  readonly afterRevision?: number;

  @PageLimit('Most events of one page.')
  readonly limit?: number;
}
