import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AMOUNT, type BillingCycle, type OfferId, type Term } from '@tierbook/domain';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsUUID,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsText, Optional } from '../http/fields';
import { CountedPagingQuery } from '../http/paging';

export const BILLING_CYCLES = [
  'monthly',
  'annual',
  'one-time',
] as const satisfies readonly BillingCycle[];
export const TERMS = ['P1M', 'P1Y', 'P3Y'] as const satisfies readonly Term[];

/** Far above any seat count, far below where whole numbers end. */
export const MOST_LICENCES = 1_000_000;

export class OfferPricingDto {
  @ApiProperty({ pattern: '^[A-Z]{3}$', example: 'BRL', description: 'ISO 4217.' })
  @Matches(/^[A-Z]{3}$/, { message: 'must be three upper-case letters, such as BRL' })
  readonly currency!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', pattern: AMOUNT.source },
    example: { monthly: '62.50', annual: '690.00' },
    description: 'For each billing cycle, what one cycle of one licence costs, as decimal text.',
  })
  @IsObject({ message: 'must be an object' })
  readonly perSeat!: Partial<Record<BillingCycle, string>>;
}

/** Ids of some of the provider's offers. */
function OfferIds(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: [String], format: 'uuid', required: false }),
    IsUUID(undefined, { each: true, message: 'must each be an id as the API answered it (UUID)' }),
    ArrayUnique({ message: 'must not repeat any' }),
    ArrayMaxSize(50, { message: 'must hold at most 50' }),
    IsArray({ message: 'must be a list' }),
  );
}

export class PublishOfferDto {
  @IsText({ max: 200, example: 'Nimbus Office Business', is: 'Its name.' })
  readonly name!: string;

  @IsText({ min: 0, max: 2000, lines: 'many', is: 'What it is, for people to read.' })
  readonly description!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MOST_LICENCES,
    example: 1,
    description: 'Fewest licences of one subscription.',
  })
  @Max(MOST_LICENCES, { message: `must be at most ${String(MOST_LICENCES)}` })
  @IsInt({ message: 'must be a whole number' })
  readonly minQuantity!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MOST_LICENCES,
    example: 300,
    description: 'Most licences of one subscription.',
  })
  @Max(MOST_LICENCES, { message: `must be at most ${String(MOST_LICENCES)}` })
  @Min(0, { message: 'must not be negative' })
  @IsInt({ message: 'must be a whole number' })
  readonly maxQuantity!: number;

  @ApiProperty({
    enum: BILLING_CYCLES,
    isArray: true,
    minItems: 1,
    uniqueItems: true,
    description: 'How often it may be billed.',
  })
  @IsIn(BILLING_CYCLES, { each: true, message: `must each be one of ${BILLING_CYCLES.join(', ')}` })
  @ArrayUnique({ message: 'must not repeat any' })
  @ArrayMaxSize(BILLING_CYCLES.length, { message: 'must not repeat any' })
  @ArrayNotEmpty({ message: 'must hold at least one' })
  @IsArray({ message: 'must be a list' })
  readonly billingCycles!: BillingCycle[];

  @ApiProperty({
    enum: TERMS,
    isArray: true,
    minItems: 1,
    uniqueItems: true,
    description: 'For how long one may be bound. ISO 8601 durations.',
  })
  @IsIn(TERMS, { each: true, message: `must each be one of ${TERMS.join(', ')}` })
  @ArrayUnique({ message: 'must not repeat any' })
  @ArrayMaxSize(TERMS.length, { message: 'must not repeat any' })
  @ArrayNotEmpty({ message: 'must hold at least one' })
  @IsArray({ message: 'must be a list' })
  readonly terms!: Term[];

  @ApiPropertyOptional({
    type: () => OfferPricingDto,
    description: 'List prices; none where left out.',
  })
  @Optional()
  @Type(() => OfferPricingDto)
  @ValidateNested()
  @IsObject({ message: 'must be an object' })
  readonly pricing?: OfferPricingDto;

  @ApiPropertyOptional({ description: 'Offers that it is an add-on of.' })
  @Optional()
  @OfferIds()
  readonly addOnOf?: OfferId[];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    nullable: true,
    description: 'Subscriptions that one customer may have of it at a time.',
  })
  @Optional()
  @ValidateIf((_, value) => value !== null)
  @Max(MOST_LICENCES, { message: `must be at most ${String(MOST_LICENCES)}` })
  @IsInt({ message: 'must be a whole number, or null' })
  readonly limitPerCustomer?: number | null;

  @ApiPropertyOptional({ description: 'Offers that its subscriptions can be upgraded to.' })
  @Optional()
  @OfferIds()
  readonly upgradeTargets?: OfferId[];

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    example: ['BR', 'PT'],
    description: 'Countries that it is sold in (ISO 3166-1 alpha-2); everywhere where left out.',
  })
  @Optional()
  @ValidateIf((_, value) => value !== null)
  @Matches(/^[A-Z]{2}$/, { each: true, message: 'must each be two upper-case letters, such as BR' })
  @ArrayUnique({ message: 'must not repeat any' })
  @ArrayMaxSize(250, { message: 'must hold at most 250' })
  @ArrayNotEmpty({ message: 'must hold at least one, or be null' })
  @IsArray({ message: 'must be a list, or null' })
  readonly countries?: string[] | null;
}

export class ListOffersQuery extends CountedPagingQuery {
  @ApiPropertyOptional({ description: 'Part of the name.' })
  @Optional()
  @IsText({ max: 200 })
  readonly search?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'For a reseller: the partner whose offers to list.',
  })
  @Optional()
  @IsText({ max: 36 })
  readonly providerId?: string;
}
