import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ResellerId } from '@tierbook/domain';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsObject,
  Matches,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import {
  IsCountry,
  IsDay,
  IsEmailAddress,
  IsId,
  IsLanguageTag,
  IsText,
  Optional,
} from '../http/fields';
import { OrderSubscriptionDto } from '../subscriptions/subscription.dto';

/** The most subscriptions of one command. */
const MOST_SUBSCRIPTIONS = 100;

export class AddressDto {
  @IsText({ max: 200, example: 'Rua das Laranjeiras, 100', is: 'Street and number.' })
  readonly line1!: string;

  @Optional()
  @IsText({ min: 0, max: 200, is: 'Building, floor, and so on.' })
  readonly line2?: string;

  @IsText({ max: 100, example: 'Porto Alegre', is: 'City.' })
  readonly city!: string;

  @Optional()
  @IsText({ max: 100, example: 'RS', is: 'State or region.' })
  readonly state?: string;

  @Optional()
  @IsText({ max: 20, example: '90010-000', is: 'Postal code.' })
  readonly postalCode?: string;
}

/** A version of a provider's terms, as the provider names it. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/;
const IS_VERSION = {
  message:
    'must be 1 to 50 letters, digits, dots, hyphens and underscores, a letter or digit first',
};

export class RequireAgreementDto {
  @ApiProperty({
    type: String,
    pattern: VERSION.source,
    nullable: true,
    example: '2026-01',
    description: 'Version of your terms that customers must have agreed to; null: none.',
  })
  @ValidateIf((_, value) => value !== null)
  @Matches(VERSION, IS_VERSION)
  readonly version!: string | null;
}

export class AgreementDto {
  @ApiProperty({
    pattern: VERSION.source,
    example: '2026-01',
    description: "Version of the provider's terms.",
  })
  @Matches(VERSION, IS_VERSION)
  readonly version!: string;

  @ApiProperty({ example: '2026-01-30', description: 'When it was agreed (UTC); not after today.' })
  @IsDay()
  readonly agreedOn!: string;

  @IsText({ max: 200, example: 'Ana Souza', is: 'Who agreed for the customer.' })
  readonly signatory!: string;

  @Optional()
  @IsEmailAddress()
  readonly email?: string;
}

/** What a customer and whom it is billed to have in common. */
export class ProfileDto {
  @IsText({ max: 200, example: 'Padaria do Sol Ltda', is: "The company's name." })
  readonly companyName!: string;

  @IsEmailAddress()
  readonly email!: string;

  @Optional()
  @IsText({ max: 200, is: 'Whom to ask for.' })
  readonly contactName?: string;

  @Optional()
  @IsText({
    max: 40,
    example: '+55 51 3333-4444',
    is: 'Phone number; some countries demand one.',
  })
  readonly phone?: string;

  @Optional()
  @IsText({
    max: 40,
    example: '11.222.333/0001-81',
    is: "The company's number in its country's register; some countries demand one.",
  })
  readonly registrationNumber?: string;

  @ApiProperty({ type: AddressDto, description: "The company's; " })
  @ValidateNested()
  @Type(() => AddressDto)
  @IsObject({ message: 'must be an object' })
  readonly address!: AddressDto;
}

export class CustomerProfileDto extends ProfileDto {
  @ApiProperty({ description: 'How dates and numbers are written. BCP 47.' })
  @IsLanguageTag()
  readonly culture!: string;

  @ApiProperty({ description: 'Language to write in. BCP 47.' })
  @IsLanguageTag()
  readonly language!: string;
}

export class BillingProfileDto extends ProfileDto {
  @IsCountry()
  readonly country!: string;
}

export class CreateCustomerDto extends CustomerProfileDto {
  @ApiProperty({
    pattern: '^[A-Za-z0-9]{1,63}$',
    example: 'padariadosol',
    description: 'Domain prefix; kept in lower case.',
  })
  @Matches(/^[A-Za-z0-9]{1,63}$/, { message: 'must be 1 to 63 ASCII letters and digits' })
  readonly domain!: string;

  @IsCountry()
  readonly country!: string;

  @ApiPropertyOptional({
    description: 'Reseller associated with the account; it administers the account.',
  })
  @Optional()
  @IsId()
  readonly resellerId?: ResellerId;

  @Optional()
  @IsText({
    max: 100,
    example: 'CLI-00042',
    is: 'Your own reference of it; no other customer has it.',
  })
  readonly reference?: string;

  @ApiPropertyOptional({ description: 'That somebody agreed to your terms for it.' })
  @Optional()
  @ValidateNested()
  @Type(() => AgreementDto)
  @IsObject({ message: 'must be an object' })
  readonly agreement?: AgreementDto;

  @ApiPropertyOptional({
    type: [OrderSubscriptionDto],
    maxItems: MOST_SUBSCRIPTIONS,
    default: [],
    description: 'What the customer buys with it.',
  })
  @Optional()
  @ValidateNested({ each: true })
  @Type(() => OrderSubscriptionDto)
  @IsObject({ each: true, message: 'must each be an object' })
  @ArrayMaxSize(MOST_SUBSCRIPTIONS, { message: `must hold at most ${String(MOST_SUBSCRIPTIONS)}` })
  @IsArray({ message: 'must be a list' })
  readonly subscriptions: readonly OrderSubscriptionDto[] = [];
}

export class CustomerReferenceDto {
  @ApiProperty({ type: String, nullable: true })
  @ValidateIf((_, value) => value !== null)
  @IsText({
    max: 100,
    example: 'CLI-00042',
    is: 'Your own reference; no other of your customers has it, in any case. null takes it away.',
  })
  readonly reference!: string | null;
}

export class EndCustomerDto {
  @Optional()
  @IsText({ max: 1000, lines: 'many', is: 'Why.' })
  readonly reason?: string;
}
