import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Matches } from 'class-validator';
import { ACTIONS } from '@tierbook/identity';
import { IsUtcInstant, Optional } from '../http/fields';
import { PagingQuery } from '../http/paging';
import { PROBLEMS } from '../http/problems';

const CODES = Object.keys(PROBLEMS).sort();

/** Which refusals are asked for. */
export class ListRefusalsQuery extends PagingQuery {
  @ApiPropertyOptional({
    pattern: '^[A-Za-z0-9._-]{1,100}$',
    description: 'Id of the agent or service that was refused.',
  })
  @Optional()
  @Matches(/^[A-Za-z0-9._-]{1,100}$/, { message: "must be a caller's id" })
  @IsString({ message: "must be a caller's id" })
  readonly caller?: string;

  @ApiPropertyOptional({ enum: ACTIONS, description: 'The command that was refused.' })
  @Optional()
  @IsIn(ACTIONS, { message: 'must be a command of this API' })
  readonly command?: string;

  @ApiPropertyOptional({
    pattern: '^[A-Za-z0-9._-]{1,100}$',
    description: 'Id that stands in the path that it was sent to.',
  })
  @Optional()
  @Matches(/^[A-Za-z0-9._-]{1,100}$/, { message: 'must be the id of a resource' })
  @IsString({ message: 'must be the id of a resource' })
  readonly target?: string;

  @ApiPropertyOptional({ enum: CODES, description: 'The problem that it was refused with.' })
  @Optional()
  @IsIn(CODES, { message: 'must be the code of a problem' })
  readonly code?: string;

  @ApiPropertyOptional({ description: 'Refused at or after.' })
  @Optional()
  @IsUtcInstant()
  readonly from?: string;

  @ApiPropertyOptional({ description: 'Refused before.' })
  @Optional()
  @IsUtcInstant()
  readonly until?: string;
}
