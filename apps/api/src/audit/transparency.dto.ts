import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

export class ConsistencyQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'Events of the earlier checkpoint: its second line.',
  })
  @Type(() => Number)
  @Max(Number.MAX_SAFE_INTEGER, { message: 'must be the second line of a checkpoint' })
  @Min(0, { message: 'must be the second line of a checkpoint' })
  @IsInt({ message: 'must be the second line of a checkpoint' })
  readonly from: number = 0;
}
