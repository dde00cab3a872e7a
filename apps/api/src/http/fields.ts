import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  IsEmail,
  IsISO8601,
  IsLocale,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  MinLength,
  ValidateIf,
} from 'class-validator';

/** No control characters but line breaks and tabs; no lone surrogates. */
const PLAIN_TEXT = /^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u;
const ONE_LINE = /^[^\p{Cc}\p{Cs}]*$/u;

/** A field that may be left out. `null` does not leave it out: where that means something, the field says so. */
export function Optional(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ required: false }),
    ValidateIf((_, value) => value !== undefined),
  );
}

interface TextOptions {
  readonly min?: number;
  readonly max: number;
  readonly lines?: 'one' | 'many';
  readonly example?: string;
  /** What it means. */
  readonly is?: string;
}

/** Text that a person wrote: of so many characters, without control characters. */
export function IsText(options: TextOptions): PropertyDecorator {
  const { min = 1, max, lines = 'one', example, is } = options;
  return applyDecorators(
    ApiProperty({
      minLength: min,
      maxLength: max,
      ...(example === undefined ? {} : { example }),
      ...(is === undefined ? {} : { description: is }),
    }),
    // The first that fails is the one that is told.
    IsString({ message: 'must be text' }),
    MaxLength(max, { message: `must have at most ${String(max)} characters` }),
    MinLength(min, { message: `must have at least ${String(min)} characters` }),
    ...(min === 0 ? [] : [Matches(/\S/u, { message: 'must not be blank' })]),
    Matches(lines === 'one' ? ONE_LINE : PLAIN_TEXT, {
      message: 'must not hold control characters',
    }),
  );
}

export function IsEmailAddress(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      format: 'email',
      maxLength: 254,
      example: 'maria@example.com',
      description: 'Where to write to.',
    }),
    IsString({ message: 'must be text' }),
    MaxLength(254, { message: 'must have at most 254 characters' }),
    // Before IsEmail, which throws at a lone surrogate.
    Matches(ONE_LINE, { message: 'must not hold control characters' }),
    IsEmail({}, { message: 'must be an e-mail address' }),
  );
}

/** Two letters. Whether there is such a country, a rule says that also knows what was meant. */
export function IsCountry(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ pattern: '^[A-Z]{2}$', example: 'BR', description: 'ISO 3166-1 alpha-2.' }),
    Matches(/^[A-Z]{2}$/, { message: 'must be two upper-case letters, such as BR' }),
  );
}

/** A BCP 47 tag, such as pt-BR. */
export function IsLanguageTag(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ maxLength: 35, example: 'pt-BR', description: 'BCP 47.' }),
    IsLocale({ message: 'must be a BCP 47 language tag, such as pt-BR' }),
    Matches(/^[A-Za-z0-9-]*$/, { message: 'must be a BCP 47 language tag, such as pt-BR' }),
    MaxLength(35, { message: 'must have at most 35 characters' }),
  );
}

/** The id of one of the API's resources. */
export function IsId(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ format: 'uuid' }),
    IsUUID(undefined, { message: 'must be an id as the API answered it (UUID)' }),
    Matches(/^[0-9a-f-]*$/, { message: 'must be in lower case' }),
  );
}

/** A day of the calendar, `2030-01-31`. */
export function IsDay(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ format: 'date' }),
    IsISO8601({ strict: true }, { message: 'must be a day, such as 2030-01-31' }),
    Matches(/^\d{4}-\d{2}-\d{2}$/, { message: 'must be a day, such as 2030-01-31' }),
  );
}

/** A time that `IsUtcInstant` let pass, to the millisecond, as events and views write it. */
export function instantOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : new Date(text).toISOString();
}

/** A time in UTC (RFC 3339), to the millisecond at most. */
export function IsUtcInstant(): PropertyDecorator {
  const message = 'must be a time in UTC, such as 2030-01-31T10:00:00Z';
  return applyDecorators(
    ApiProperty({ format: 'date-time' }),
    IsISO8601({ strict: true }, { message }),
    Matches(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/, { message }),
  );
}
