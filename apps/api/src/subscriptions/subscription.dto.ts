import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { BillingCycle, OfferId, ResellerId, Term } from '@tierbook/domain';
import { IsBoolean, IsIn, IsInt, Max, Min, ValidateIf } from 'class-validator';
import { IsId, IsText, Optional } from '../http/fields';
import { BILLING_CYCLES, MOST_LICENCES, TERMS } from '../offers/offer.dto';

export class OrderSubscriptionDto {
  @ApiProperty({ description: "An offer of the customer's provider." })
  @IsId()
  readonly offerId!: OfferId;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MOST_LICENCES,
    example: 5,
    description: 'Licences.',
  })
  @Max(MOST_LICENCES, { message: `must be at most ${String(MOST_LICENCES)}` })
  @Min(0, { message: 'must not be negative' })
  @IsInt({ message: 'must be a whole number' })
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
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MOST_LICENCES,
    example: 5,
    description: 'Licences.',
  })
  @Max(MOST_LICENCES, { message: `must be at most ${String(MOST_LICENCES)}` })
  @Min(0, { message: 'must not be negative' })
  @IsInt({ message: 'must be a whole number' })
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
}
