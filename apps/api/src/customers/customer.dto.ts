import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ResellerId } from '@tierbook/domain';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsObject, Matches, ValidateNested } from 'class-validator';
import { IsCountry, IsEmailAddress, IsId, IsLanguageTag, IsText, Optional } from '../http/fields';
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

export class CreateCustomerDto {
  @ApiProperty({
    pattern: '^[A-Za-z0-9]{1,63}$',
    example: 'padariadosol',
    description: 'Domain prefix; kept in lower case.',
  })
  @Matches(/^[A-Za-z0-9]{1,63}$/, { message: 'must be 1 to 63 ASCII letters and digits' })
  readonly domain!: string;

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

  @ApiProperty({ description: 'How dates and numbers are written. BCP 47.' })
  @IsLanguageTag()
  readonly culture!: string;

  @ApiProperty({ description: 'Language to write in. BCP 47.' })
  @IsLanguageTag()
  readonly language!: string;

  @IsCountry()
  readonly country!: string;

  @ApiProperty({ type: AddressDto, description: "The company's; its country is `country`." })
  @ValidateNested()
  @Type(() => AddressDto)
  @IsObject({ message: 'must be an object' })
  readonly address!: AddressDto;

  @ApiPropertyOptional({
    description: 'Reseller associated with the account; it administers the account.',
  })
  @Optional()
  @IsId()
  readonly resellerId?: ResellerId;

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
