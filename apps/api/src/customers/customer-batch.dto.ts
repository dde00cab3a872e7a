import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsObject,
  ValidateNested,
} from 'class-validator';
import { MOST_COMMANDS } from '@tierbook/application';
import type { DelegationId, SubscriptionId } from '@tierbook/domain';
import { IsId, Optional } from '../http/fields';
import { BATCHED_COMMANDS, type BatchedCommandName } from './batched-commands';

const NAMES = Object.keys(BATCHED_COMMANDS) as readonly BatchedCommandName[];
const BODIES = Object.values(BATCHED_COMMANDS).flatMap((kind) => ('dto' in kind ? [kind.dto] : []));

@ApiExtraModels(...BODIES)
export class BatchedCommandDto {
  @ApiProperty({ enum: NAMES, description: 'What is to be done: a command, by its operation id.' })
  @IsIn(NAMES, { message: `must be one of ${NAMES.join(', ')}` })
  readonly command!: BatchedCommandName;

  @ApiPropertyOptional({
    description: 'Of a command on a subscription: which. It may be one of the customer’s only.',
  })
  @Optional()
  @IsId()
  readonly subscriptionId?: SubscriptionId;

  @ApiPropertyOptional({
    description: 'Of renew-delegated-admin and revoke-delegated-admin: which delegation.',
  })
  @Optional()
  @IsId()
  readonly delegationId?: DelegationId;

  @ApiPropertyOptional({
    description: 'As the command takes it when it is sent alone; left out where it takes none.',
    anyOf: BODIES.map((dto) => ({ $ref: getSchemaPath(dto) })),
  })
  @Optional()
  @IsObject({ message: 'must be an object' })
  readonly body?: Record<string, unknown>;
}

export class CustomerBatchDto {
  @ApiProperty({
    type: [BatchedCommandDto],
    minItems: 1,
    maxItems: MOST_COMMANDS,
    description: 'Done in this order, each on what those before it leave.',
  })
  @ValidateNested({ each: true })
  @Type(() => BatchedCommandDto)
  @ArrayMaxSize(MOST_COMMANDS, { message: `must hold at most ${String(MOST_COMMANDS)}` })
  @ArrayNotEmpty({ message: 'must hold at least one' })
  @IsArray({ message: 'must be a list' })
  readonly commands!: BatchedCommandDto[];
}
