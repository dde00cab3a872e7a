import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DelegatedRight, ResellerId, SubscriptionId } from '@tierbook/domain';
import { ArrayMinSize, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { IsId, IsText, IsUtcInstant, Optional } from '../http/fields';
import { AsOfPagingQuery } from '../http/paging';

/** What a delegated administrator can be given. */
export const RIGHTS = [
  'read-customer',
  'manage-customer',
  'order-subscriptions',
  'manage-subscriptions',
  'designate-support-contact',
] as const satisfies readonly DelegatedRight[];

const STATUSES = ['granted', 'ended'] as const;

export class GrantDelegatedAdminDto {
  @ApiProperty({
    description: 'The reseller associated with the customer, or with the subscription.',
  })
  @IsId()
  readonly resellerId!: ResellerId;

  @ApiPropertyOptional({
    description: 'It administers this subscription alone; the whole account where left out.',
  })
  @Optional()
  @IsId()
  readonly subscriptionId?: SubscriptionId;

  @ApiProperty({
    enum: RIGHTS,
    isArray: true,
    description:
      'What it may do: read-customer, and rights of the scope. For a subscription: manage-subscriptions, designate-support-contact.',
  })
  @IsIn(RIGHTS, { each: true, message: `must each be one of ${RIGHTS.join(', ')}` })
  @ArrayUnique({ message: 'must hold each right once' })
  @ArrayMinSize(1, { message: 'must hold one at least' })
  @IsArray({ message: 'must be a list' })
  readonly rights!: readonly DelegatedRight[];

  @ApiPropertyOptional({
    description: 'From when, within twelve months (RFC 3339, UTC); at once where left out.',
  })
  @Optional()
  @IsUtcInstant()
  readonly start?: string;

  @ApiPropertyOptional({
    description:
      'Until when, exclusive (RFC 3339, UTC): at most two years after the start, which it is where left out.',
  })
  @Optional()
  @IsUtcInstant()
  readonly end?: string;

  @IsText({ max: 500, lines: 'many', example: 'Contrato de gestão', is: 'Why. Kept sealed.' })
  readonly reason!: string;
}

export class RenewDelegatedAdminDto {
  @ApiPropertyOptional({
    description:
      'Until when, exclusive (RFC 3339, UTC): at most two years from now, which it is where left out.',
  })
  @Optional()
  @IsUtcInstant()
  readonly end?: string;

  @Optional()
  @IsText({ max: 500, lines: 'many', is: 'Why. Kept sealed.' })
  readonly reason?: string;
}

export class RevokeDelegatedAdminDto {
  @Optional()
  @IsText({ max: 500, lines: 'many', is: 'Why. Kept sealed.' })
  readonly reason?: string;
}

export class ListDelegationsQuery extends AsOfPagingQuery {
  @ApiPropertyOptional({ enum: STATUSES, description: 'Whether its end is recorded.' })
  @Optional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  readonly status?: (typeof STATUSES)[number];
}
