import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { BillingCycle, OfferId, ResellerId, SubscriptionId, Term } from '@tierbook/domain';
import { IsBoolean, IsIn, IsInt, Max, Min, ValidateIf } from 'class-validator';
import { AsOfMoment } from '../http/as-of';
import { IsDay, IsId, IsText, IsUtcInstant, Optional } from '../http/fields';
import { BILLING_CYCLES, MOST_LICENCES, TERMS } from '../offers/offer.dto';

/** 0 is left for the rule that knows the offer's own limits. */
function IsLicenceCount(): PropertyDecorator {
  return applyDecorators(
    // The first that fails is the one that is told.
    IsInt({ message: 'must be a whole number' }),
    Min(0, { message: 'must not be negative' }),
    Max(MOST_LICENCES, { message: `must be at most ${String(MOST_LICENCES)}` }),
  );
}

function IsLicences(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: 'integer',
      minimum: 1,
      maximum: MOST_LICENCES,
      example: 5,
      description: 'Licences.',
    }),
    IsLicenceCount(),
  );
}

export class OrderSubscriptionDto {
  @ApiProperty({ description: "An offer of the customer's provider." })
  @IsId()
  readonly offerId!: OfferId;

  @IsLicences()
  readonly quantity!: number;

  @ApiProperty({ enum: BILLING_CYCLES, description: 'One that the offer has.' })
  @IsIn(BILLING_CYCLES, { message: `must be one of ${BILLING_CYCLES.join(', ')}` })
  readonly billingCycle!: BillingCycle;

  @ApiProperty({ enum: TERMS, description: 'One that the offer has. ISO 8601 duration.' })
  @IsIn(TERMS, { message: `must be one of ${TERMS.join(', ')}` })
  readonly term!: Term;

  @Optional()
  @IsText({ max: 200, is: "The customer's own name for it." })
  readonly name?: string;

  @ApiPropertyOptional({
    default: true,
    description: 'Whether it goes on for another term by itself.',
  })
  @Optional()
  @IsBoolean({ message: 'must be true or false' })
  readonly autoRenew: boolean = true;

  @ApiPropertyOptional({
    format: 'date-time',
    example: '2030-01-31T00:00:00.000Z',
    description: 'When it starts, within twelve months (RFC 3339, UTC); at once where left out.',
  })
  @Optional()
  @IsUtcInstant()
  readonly startsAt?: string;

  @ApiPropertyOptional({
    description: "For an add-on: what it goes with; the customer's first that fits where left out.",
  })
  @Optional()
  @IsId()
  readonly baseSubscriptionId?: SubscriptionId;

  @ApiPropertyOptional({
    description: 'Reseller of record: credited with incentives for this subscription.',
  })
  @Optional()
  @IsId()
  readonly resellerId?: ResellerId;

  @ApiPropertyOptional({
    default: true,
    description: 'Whether that reseller also administers this subscription.',
  })
  @Optional()
  @IsBoolean({ message: 'must be true or false' })
  readonly delegatedAdmin: boolean = true;
}

export class ChangeQuantityDto {
  @IsLicences()
  readonly quantity!: number;
}

export class ChosenResellerDto {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'A reseller with an active partnership; null: nobody.',
  })
  @ValidateIf((_, value) => value !== null)
  @IsId()
  readonly resellerId!: ResellerId | null;
}

export class AssociateResellerDto extends ChosenResellerDto {
  @ApiPropertyOptional({
    default: true,
    description: 'Whether it also administers this subscription.',
  })
  @Optional()
  @IsBoolean({ message: 'must be true or false' })
  readonly delegatedAdmin: boolean = true;

  @ApiPropertyOptional({
    format: 'date',
    example: '2030-01-31',
    description:
      'From which day of the present term (UTC) it is credited; today where left out. A day that has passed corrects the ledger from then on.',
  })
  @Optional()
  @IsDay()
  readonly effectiveFrom?: string;
}

export class RenameSubscriptionDto {
  @IsText({ max: 200, is: "The customer's own name for it." })
  readonly name!: string;
}

export class SetAutoRenewDto {
  @ApiProperty({ description: 'Whether it goes on for another term by itself.' })
  @IsBoolean({ message: 'must be true or false' })
  readonly autoRenew!: boolean;
}

export class UpgradeSubscriptionDto {
  @ApiProperty({ description: 'An upgrade target of its offer.' })
  @IsId()
  readonly offerId!: OfferId;
}

const KINDS = ['cancel', 'quantity', 'offer'] as const;

export class ScheduleChangeDto {
  @ApiProperty({ enum: KINDS, description: 'What happens.' })
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  readonly kind!: (typeof KINDS)[number];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MOST_LICENCES,
    description: 'Of kind quantity: licences from then on.',
  })
  @ValidateIf(
    ({ kind, quantity }: ScheduleChangeDto) => kind === 'quantity' || quantity !== undefined,
  )
  @IsLicenceCount()
  readonly quantity?: number;

  @ApiPropertyOptional({ description: 'Of kind offer: an upgrade target.' })
  @ValidateIf(({ kind, offerId }: ScheduleChangeDto) => kind === 'offer' || offerId !== undefined)
  @IsId()
  readonly offerId?: OfferId;
}

export class CreditsQuery {
  @ApiPropertyOptional({ format: 'date', description: 'First day (UTC).' })
  @Optional()
  @IsDay()
  readonly from?: string;

  @ApiPropertyOptional({ format: 'date', description: 'Day after the last (UTC).' })
  @Optional()
  @IsDay()
  readonly to?: string;

  @AsOfMoment()
  readonly asOf?: string;
}
