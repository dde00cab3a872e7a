import { ApiPropertyOptional } from '@nestjs/swagger';
import { EVENT_TYPES, FIELDS, LANGUAGES } from '@tierbook/audit';
import { IsBoolean, IsIn, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { IsUtcInstant, Optional } from '../http/fields';
import { Flag, PagingQuery, Several } from '../http/paging';

const ID = /^[A-Za-z0-9._-]{1,100}$/;
const ORGANISATION = /^(?:operator|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const NO_ORGANISATION = 'must be `operator`, or the id of a provider, a reseller or a customer';

/** Which events of a history are asked for, and how they are told. What has a code of its own is checked later. */
export class HistoryQuery extends PagingQuery {
  @ApiPropertyOptional({
    enum: ['position', '-position'],
    default: 'position',
    description: 'The oldest first, or with - the newest.',
  })
  @Optional()
  @IsIn(['position', '-position'], { message: 'must be position or -position' })
  readonly sort?: 'position' | '-position';

  @ApiPropertyOptional({ description: 'Recorded at or after.' })
  @Optional()
  @IsUtcInstant()
  readonly from?: string;

  @ApiPropertyOptional({ description: 'Recorded before.' })
  @Optional()
  @IsUtcInstant()
  readonly until?: string;

  @ApiPropertyOptional({ pattern: ID.source, description: 'Id of who did it.' })
  @Optional()
  @Matches(ID, { message: "must be an actor's id" })
  @IsString({ message: "must be an actor's id" })
  readonly actor?: string;

  @ApiPropertyOptional({
    pattern: ORGANISATION.source,
    description: 'Id of the organisation whose agent or service did it; `operator`.',
  })
  @Optional()
  @Matches(ORGANISATION, { message: NO_ORGANISATION })
  @IsString({ message: NO_ORGANISATION })
  readonly organisation?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Id of a reseller that it concerns, or that did it.',
  })
  @Optional()
  @IsUUID(undefined, { message: "must be a reseller's id" })
  readonly reseller?: string;

  @ApiPropertyOptional({
    type: [String],
    enum: EVENT_TYPES,
    description: 'Any of these types; give it again for one more.',
  })
  @Optional()
  @IsString({ each: true, message: 'must be a type of event' })
  @Several()
  readonly type?: string[];

  @ApiPropertyOptional({ enum: FIELDS, description: 'It changed this field.' })
  @Optional()
  @IsString({ message: 'must be the name of a field' })
  readonly field?: string;

  @ApiPropertyOptional({
    enum: LANGUAGES,
    description: 'Language of the sentences; else the one that Accept-Language prefers, else en.',
  })
  @Optional()
  @MaxLength(35, { message: 'must be a BCP 47 language tag, such as pt-BR' })
  @IsString({ message: 'must be a BCP 47 language tag, such as pt-BR' })
  readonly language?: string;

  @ApiPropertyOptional({
    type: 'boolean',
    default: false,
    description:
      "Beside the events, commands that the caller's organisation was refused meanwhile.",
  })
  @Optional()
  @Flag()
  @IsBoolean({ message: 'must be true or false' })
  readonly refusals?: boolean;
}

/** The same of all that the caller may see; or from a position on. */
export class EventsQuery extends HistoryQuery {
  @ApiPropertyOptional({
    description:
      'Exclusive: `nextPosition` of the page before, or any other position. From the beginning without it. Not with `cursor`.',
  })
  @Optional()
  @MaxLength(100, { message: 'must be a position as the API answered it' })
  @IsString({ message: 'must be a position as the API answered it' })
  readonly after?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Id of a customer that it concerns.' })
  @Optional()
  @IsUUID(undefined, { message: "must be a customer's id" })
  readonly customer?: string;
}
