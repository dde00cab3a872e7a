import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Matches, Max, Min } from 'class-validator';
import type { ServiceRole } from '@tierbook/domain';
import { AGENT_ROLES } from '@tierbook/identity';
import { Optional } from '../http/fields';

const ROLES = ['operator', ...AGENT_ROLES] as const;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NOT_A_LABEL = 'must be 1 to 63 lower-case letters, digits and hyphens, such as erp-sync';
const NO_HOURS = 'must be a whole number of hours, 0 to 720';

export class CreateServiceDto {
  @ApiProperty({
    pattern: LABEL.source,
    example: 'erp-sync',
    description: 'A label for it, unique in the organisation. Not the name of a person.',
  })
  @Matches(LABEL, { message: NOT_A_LABEL })
  @IsString({ message: NOT_A_LABEL })
  readonly name!: string;

  @ApiProperty({
    enum: ROLES,
    description: "What it may do: `operator` for the operator's services, another for all others.",
  })
  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  readonly role!: ServiceRole;
}

export class RotateServiceSecretDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 720,
    default: 24,
    description: 'Hours for which the secret before goes on working; 0 ends it at once.',
  })
  @Optional()
  @Max(720, { message: NO_HOURS })
  @Min(0, { message: NO_HOURS })
  @IsInt({ message: NO_HOURS })
  readonly overlapHours?: number;
}
