import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { BillingCycle, Term } from '@tierbook/domain';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  Max,
  Min,
} from 'class-validator';
import { IsText, Optional } from '../http/fields';
import { PagingQuery } from '../http/paging';

export const BILLING_CYCLES = [
  'monthly',
  'annual',
  'one-time',
] as const satisfies readonly BillingCycle[];
export const TERMS = ['P1M', 'P1Y', 'P3Y'] as const satisfies readonly Term[];

/** Far above any seat count, far below where whole numbers end. */
export const MOST_LICENCES = 1_000_000;

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
}

export class ListOffersQuery extends PagingQuery {
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
