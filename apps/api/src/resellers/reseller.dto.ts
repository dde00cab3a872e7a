import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import { AsOfMoment } from '../http/as-of';
import { IsCountry, IsEmailAddress, IsText, Optional } from '../http/fields';
import { CountedPagingQuery, sortTexts } from '../http/paging';

export class ApplyResellerDto {
  @ApiProperty({
    pattern: '^[1-9][0-9]{0,19}$',
    example: '4521987',
    description: 'Your id in the partner programme.',
  })
  @Matches(/^[1-9][0-9]{0,19}$/, { message: 'must be 1 to 20 digits without a leading zero' })
  readonly partnerId!: string;

  @IsText({ max: 200, example: 'Nuvem Sul Tecnologia', is: 'Your name.' })
  readonly name!: string;

  @IsEmailAddress()
  readonly email!: string;

  @IsCountry()
  readonly country!: string;

  @Optional()
  @IsText({ max: 100, example: 'RS', is: 'State or region.' })
  readonly state?: string;

  @Optional()
  @IsText({ max: 40, example: '+55 51 3333-4444', is: 'Phone number.' })
  readonly phone?: string;
}

export class ResellerProfileDto {
  @IsText({ max: 200, example: 'Nuvem Sul Tecnologia', is: 'Your name.' })
  readonly name!: string;

  @IsEmailAddress()
  readonly email!: string;

  @Optional()
  @IsText({ max: 100, example: 'RS', is: 'State or region.' })
  readonly state?: string;

  @Optional()
  @IsText({ max: 40, example: '+55 51 3333-4444', is: 'Phone number.' })
  readonly phone?: string;
}

export class RejectResellerDto {
  @Optional()
  @IsText({ max: 1000, lines: 'many', is: 'Why; the reseller reads it.' })
  readonly reason?: string;
}

export class SuspendResellerDto {
  @Optional()
  @IsText({ max: 1000, lines: 'many', is: 'Why; the reseller reads it.' })
  readonly reason?: string;
}

export const PARTNER_SORTS = [
  'name',
  'partnerId',
  'country',
  'state',
  'since',
  'customers',
  'subscriptions',
  'licences',
] as const;

const STATUSES = ['applied', 'enrolled', 'rejected', 'suspended', 'active', 'ended'] as const;

export class ListResellersQuery extends CountedPagingQuery {
  @ApiPropertyOptional({
    enum: STATUSES,
    description:
      'For the operator: where the enrolment stands (applied, enrolled, rejected, suspended). For a provider: where the partnership stands (active, ended).',
  })
  @Optional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  readonly status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({
    description: 'Part of the name; or, in digits, how the partner id begins.',
  })
  @Optional()
  @IsText({ max: 200 })
  readonly search?: string;

  @ApiPropertyOptional({
    enum: sortTexts(PARTNER_SORTS),
    description: 'For a provider; with - before it from last to first. By name without it.',
  })
  @Optional()
  @IsText({ max: 50 })
  readonly sort?: string;

  @AsOfMoment()
  readonly asOf?: string;
}
