import { ApiPropertyOptional } from '@nestjs/swagger';
import type { ResellerId } from '@tierbook/domain';
import type { CustomerFilter } from '@tierbook/read-models';
import { IsIn, Matches } from 'class-validator';
import { AsOfMoment } from '../http/as-of';
import { instantOf, IsCountry, IsText, IsUtcInstant, Optional } from '../http/fields';
import {
  checkBounds,
  CountedPagingQuery,
  OF_SOME_OR_NO_RESELLER,
  Several,
  sortOf,
  sortTexts,
} from '../http/paging';

const SORTS = ['companyName', 'domain', 'createdAt', 'licences'] as const;
const STATUSES = ['active', 'ended', 'erased'] as const;

export class ListCustomersQuery extends CountedPagingQuery {
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', pattern: OF_SOME_OR_NO_RESELLER.source },
    description: 'Associated with this reseller, or one of these; `none`: with none.',
  })
  @Optional()
  @Matches(OF_SOME_OR_NO_RESELLER, {
    each: true,
    message: 'must be the id of a reseller, or none; given once for each',
  })
  @Several()
  readonly resellerId?: readonly string[];

  @ApiPropertyOptional({ description: "Part of the company's name." })
  @Optional()
  @IsText({ max: 200 })
  readonly companyName?: string;

  @ApiPropertyOptional({ description: "How the company's name begins." })
  @Optional()
  @IsText({ max: 200 })
  readonly companyNamePrefix?: string;

  @ApiPropertyOptional({ description: 'Part of the domain prefix.' })
  @Optional()
  @IsText({ max: 63 })
  readonly domain?: string;

  @ApiPropertyOptional({ description: 'How the domain prefix begins.' })
  @Optional()
  @IsText({ max: 63 })
  readonly domainPrefix?: string;

  @ApiPropertyOptional({ enum: STATUSES, description: 'Where the account stands.' })
  @Optional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  readonly status?: (typeof STATUSES)[number];

  @Optional()
  @IsCountry()
  readonly country?: string;

  @ApiPropertyOptional({ description: 'For a provider: its own reference of the customer, whole.' })
  @Optional()
  @IsText({ max: 100 })
  readonly reference?: string;

  @ApiPropertyOptional({ description: 'Created then or later. RFC 3339, UTC.' })
  @Optional()
  @IsUtcInstant()
  readonly createdFrom?: string;

  @ApiPropertyOptional({ description: 'Created before then. RFC 3339, UTC.' })
  @Optional()
  @IsUtcInstant()
  readonly createdBefore?: string;

  @ApiPropertyOptional({
    enum: sortTexts(SORTS),
    description: 'With - before it from last to first. By company name without it.',
  })
  @Optional()
  @IsText({ max: 50 })
  readonly sort?: string;

  @AsOfMoment()
  readonly asOf?: string;
}

/**
 * The query as the views take it.
 * @throws ProblemError `query-invalid` for a sort that there is not; `time-span-empty`.
 */
export function customerFilterOf(query: ListCustomersQuery): Omit<CustomerFilter, 'providerId'> {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- left out: it says which views, not which rows
  const { resellerId, sort, createdFrom, createdBefore, asOf, ...others } = query;
  const times = {
    createdFrom: instantOf(createdFrom),
    createdBefore: instantOf(createdBefore),
  };
  checkBounds(times, 'createdFrom', 'createdBefore');
  return {
    ...others,
    ...times,
    resellerIds: resellerId?.map((id) => (id === 'none' ? null : (id as ResellerId))),
    sort: sortOf(sort, SORTS),
  };
}
