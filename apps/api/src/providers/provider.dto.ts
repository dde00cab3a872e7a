import { IsCountry, IsEmailAddress, IsText } from '../http/fields';

export class CreateProviderDto {
  @IsText({ max: 200, example: 'Distribuidora Aurora', is: 'Its name.' })
  readonly name!: string;

  @IsEmailAddress()
  readonly email!: string;

  @IsCountry()
  readonly country!: string;
}
