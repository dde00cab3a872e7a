import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import { IsCountry, IsEmailAddress, IsText, Optional } from '../http/fields';
import { PagingQuery } from '../http/paging';

export class ApplyResellerDto {
  @ApiProperty({ pattern: '^[1-9][0-9]{0,19}$', example: '4521987' })
  @Matches(/^[1-9][0-9]{0,19}$/, { message: 'must be 1 to 20 digits without a leading zero' })
  readonly partnerId!: string;

  @IsText({ max: 200, example: 'Nuvem Sul Tecnologia' })
  readonly name!: string;

  @IsEmailAddress()
  readonly email!: string;

  @IsCountry()
  readonly country!: string;

  @Optional()
  @IsText({ max: 100, example: 'RS' })
  readonly state?: string;

  @Optional()
  @IsText({ max: 40, example: '+55 51 3333-4444' })
  readonly phone?: string;
}

export class ResellerProfileDto {
  @IsText({ max: 200, example: 'Nuvem Sul Tecnologia' })
  readonly name!: string;

  @IsEmailAddress()
  readonly email!: string;

  @Optional()
  @IsText({ max: 100, example: 'RS' })
  readonly state?: string;

  @Optional()
  @IsText({ max: 40, example: '+55 51 3333-4444' })
  readonly phone?: string;
}

export class RejectResellerDto {
  @Optional()
  @IsText({ max: 1000, lines: 'many' })
  readonly reason?: string;
}

export class SuspendResellerDto {
  @Optional()
  @IsText({ max: 1000, lines: 'many' })
  readonly reason?: string;
}

const STATUSES = ['applied', 'enrolled', 'rejected', 'suspended', 'active', 'ended'] as const;

export class ListResellersQuery extends PagingQuery {
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
    description:
      'For a provider: name, partnerId, country, state, since, customers, subscriptions or licences; with - before it from last to first.',
  })
  @Optional()
  @IsText({ max: 50 })
  readonly sort?: string;
}
