import { ApiPropertyOptional } from '@nestjs/swagger';
import type { OfferId, ResellerId } from '@tierbook/domain';
import type { SubscriptionFilter } from '@tierbook/read-models';
import { IsBoolean, IsIn, Matches } from 'class-validator';
import { AsOfMoment } from '../http/as-of';
import { instantOf, IsId, IsText, IsUtcInstant, Optional } from '../http/fields';
import {
  checkBounds,
  CountedPagingQuery,
  Flag,
  OF_SOME_OR_NO_RESELLER,
  Several,
  sortOf,
  sortTexts,
} from '../http/paging';
import { ProblemError } from '../http/problems';

const SORTS = ['termEndsAt', 'orderedAt'] as const;
const STATUSES = ['pending', 'active', 'suspended', 'expired', 'cancelled'] as const;

export class ListProviderSubscriptionsQuery extends CountedPagingQuery {
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', pattern: OF_SOME_OR_NO_RESELLER.source },
    description: 'With this reseller of record, or one of these; `none`: with none.',
  })
  @Optional()
  @Matches(OF_SOME_OR_NO_RESELLER, {
    each: true,
    message: 'must be the id of a reseller, or none; given once for each',
  })
  @Several()
  readonly resellerId?: readonly string[];

  @ApiPropertyOptional({ description: 'Of this offer, as it is now.' })
  @Optional()
  @IsId()
  readonly offerId?: OfferId;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', enum: [...STATUSES] },
    description: 'Standing there, or at one of these.',
  })
  @Optional()
  @IsIn(STATUSES, {
    each: true,
    message: `must be one of ${STATUSES.join(', ')}; given once for each`,
  })
  @Several()
  readonly status?: readonly (typeof STATUSES)[number][];

  @ApiPropertyOptional({
    description: 'Whose term ends, and renews or expires, then or later. RFC 3339, UTC.',
  })
  @Optional()
  @IsUtcInstant()
  readonly termEndsFrom?: string;

  @ApiPropertyOptional({ description: 'Whose term ends before then. RFC 3339, UTC.' })
  @Optional()
  @IsUtcInstant()
  readonly termEndsBefore?: string;

  @ApiPropertyOptional({
    type: 'boolean',
    default: false,
    description: 'Only those that have not ended and that nobody is credited for.',
  })
  @Optional()
  @Flag()
  @IsBoolean({ message: 'must be true or false' })
  readonly uncredited?: boolean;

  @ApiPropertyOptional({
    enum: sortTexts(SORTS),
    description: 'With - before it from last to first. By the end of the term without it.',
  })
  @Optional()
  @IsText({ max: 50 })
  readonly sort?: string;

  @AsOfMoment()
  readonly asOf?: string;
}

/**
 * The query as the views take it.
 * @throws ProblemError `query-invalid` for a sort that there is not, and for filters that exclude each other; `time-span-empty`.
 */
export function subscriptionFilterOf(
  query: ListProviderSubscriptionsQuery,
): Omit<SubscriptionFilter, 'providerId'> {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- left out: it says which views, not which rows
  const { resellerId, status, sort, termEndsFrom, termEndsBefore, asOf, ...others } = query;
  const times = {
    termEndsFrom: instantOf(termEndsFrom),
    termEndsBefore: instantOf(termEndsBefore),
  };
  checkBounds(times, 'termEndsFrom', 'termEndsBefore');
  if (others.uncredited === true && resellerId?.includes('none') === false) {
    throw new ProblemError(
      'query-invalid',
      'What nobody is credited for has no reseller of record: leave out resellerId or uncredited.',
    );
  }
  return {
    ...others,
    ...times,
    resellerIds: resellerId?.map((id) => (id === 'none' ? null : (id as ResellerId))),
    statuses: status,
    sort: sortOf(sort, SORTS),
  };
}
