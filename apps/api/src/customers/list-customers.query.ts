import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import type { ResellerId } from '@tierbook/domain';
import type { CustomerFilter } from '@tierbook/read-models';
import { IsCountry, IsText, Optional } from '../http/fields';
import { PagingQuery, sortOf, sortTexts } from '../http/paging';

const SORTS = ['companyName', 'domain', 'createdAt'] as const;
const STATUSES = ['active'] as const;

export class ListCustomersQuery extends PagingQuery {
  @ApiPropertyOptional({
    pattern: '^(?:none|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$',
    description: 'Associated with this reseller; `none`: with none.',
  })
  @Optional()
  @Matches(/^(?:none|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, {
    message: 'must be the id of a reseller, or none',
  })
  readonly resellerId?: string;

  @ApiPropertyOptional({ description: "Part of the company's name." })
  @Optional()
  @IsText({ max: 200 })
  readonly companyName?: string;

  @ApiPropertyOptional({ description: 'Part of the domain prefix.' })
  @Optional()
  @IsText({ max: 63 })
  readonly domain?: string;

  @ApiPropertyOptional({ enum: STATUSES, description: 'Where the account stands.' })
  @Optional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  readonly status?: (typeof STATUSES)[number];

  @Optional()
  @IsCountry()
  readonly country?: string;

  @ApiPropertyOptional({
    enum: sortTexts(SORTS),
    description: 'With - before it from last to first. By company name without it.',
  })
  @Optional()
  @IsText({ max: 50 })
  readonly sort?: string;
}

/** The query as the views take it. */
export function customerFilterOf(query: ListCustomersQuery): Omit<CustomerFilter, 'providerId'> {
  const { resellerId, sort, ...others } = query;
  return {
    ...others,
    resellerId: resellerId === 'none' ? null : (resellerId as ResellerId | undefined),
    sort: sortOf(sort, SORTS),
  };
}
