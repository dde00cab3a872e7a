import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { Digits } from '../http/paging';

export class ConsistencyQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'Events of the earlier checkpoint: its second line.',
  })
  @Digits()
  @Max(Number.MAX_SAFE_INTEGER, { message: 'must be the second line of a checkpoint' })
  @Min(0, { message: 'must be the second line of a checkpoint' })
  @IsInt({ message: 'must be the second line of a checkpoint' })
  readonly from: number = 0;
}
