import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DraftLanguage, ResellerId } from '@tierbook/domain';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsObject, ValidateNested } from 'class-validator';
import { IsDay, IsEmailAddress, IsId, IsText, Optional } from '../http/fields';
import { CountedPagingQuery } from '../http/paging';

export const LANGUAGES = ['pt-BR', 'en'] as const satisfies readonly DraftLanguage[];
export const STATUSES = ['requested', 'declined', 'withdrawn', 'expired', 'accepted'] as const;

export class DraftDto {
  @IsText({ max: 200, is: 'Subject of the message.' })
  readonly subject!: string;

  @IsText({
    max: 10_000,
    lines: 'many',
    is: 'The message; `{link}` stands where the link goes, and has to stand there.',
  })
  readonly body!: string;
}

export class RequestPartnershipDto {
  @IsEmailAddress()
  readonly email!: string;

  @ApiPropertyOptional({
    enum: LANGUAGES,
    default: 'pt-BR',
    description: 'Language of the standard text.',
  })
  @Optional()
  @IsIn(LANGUAGES, { message: `must be one of ${LANGUAGES.join(', ')}` })
  readonly language: DraftLanguage = 'pt-BR';

  @ApiPropertyOptional({ description: 'A text of your own instead of the standard one.' })
  @Optional()
  @ValidateNested()
  @Type(() => DraftDto)
  @IsObject({ message: 'must be an object' })
  readonly draft?: DraftDto;
}

export class RemindPartnershipRequestDto {
  @ApiPropertyOptional({
    default: false,
    description: 'Make a new link, which ends the one before.',
  })
  @Optional()
  @IsBoolean({ message: 'must be true or false' })
  readonly newLink: boolean = false;
}

export class NoteBounceDto {
  @IsText({
    max: 1000,
    lines: 'many',
    example: '550 5.1.1 No such mailbox',
    is: 'What the mail server said.',
  })
  readonly note!: string;
}

export class ListPartnershipRequestsQuery extends CountedPagingQuery {
  @ApiPropertyOptional({ enum: STATUSES, description: 'Those that stand there now.' })
  @Optional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  readonly status?: (typeof STATUSES)[number];
}

export class InvitationTokenDto {
  @ApiProperty({ description: 'What follows # in the invitation link.' })
  @IsText({ max: 200 })
  readonly token!: string;
}

export class AcceptPartnershipDto extends InvitationTokenDto {
  @ApiProperty({
    description: 'Whether the reseller has read, and authorises, what the partnership allows.',
  })
  @IsBoolean({ message: 'must be true or false' })
  readonly consent!: boolean;
}

export class DeclinePartnershipDto extends InvitationTokenDto {
  @Optional()
  @IsText({ max: 1000, lines: 'many', is: 'Why.' })
  readonly reason?: string;
}

export class EndPartnershipDto {
  @Optional()
  @IsText({ max: 1000, lines: 'many', is: 'Why.' })
  readonly reason?: string;

  @ApiPropertyOptional({
    description:
      "For the provider: another partner, to whom the reseller's associations, delegations and records move; nobody where left out.",
  })
  @Optional()
  @IsId()
  readonly successorId?: ResellerId;

  @ApiPropertyOptional({
    format: 'date',
    example: '2030-01-31',
    description:
      'For the provider: first day (UTC) that the reseller is no longer credited for, within twelve months; today where left out.',
  })
  @Optional()
  @IsDay()
  readonly creditUntil?: string;
}
