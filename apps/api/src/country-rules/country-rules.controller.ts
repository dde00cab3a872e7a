import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { MARKET_REGIONS } from '@tierbook/domain';
import { Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { ReadRoute } from '../http/routes';
import { COUNTRY, ref } from '../http/schemas';
import { countryAnswer, countryRows } from './country-rules';

@ApiTags('countries')
@Controller('v1')
export class CountryRulesController {
  constructor(private readonly reader: Reader) {}

  @Get('market-regions')
  @ReadRoute({
    action: 'list-market-regions',
    answers: ref('MarketRegionList'),
    summary:
      'Market regions of more than one country; any other country is a region by itself. Provider and reseller partner within one.',
  })
  async marketRegions(@HttpExchange() { request }: Exchange) {
    await this.reader.begin(request, 'list-market-regions', []);
    const items = [...MARKET_REGIONS].map(([region, countries]) => ({ region, countries }));
    return { items };
  }

  @Get('country-rules')
  @ReadRoute({
    action: 'list-country-rules',
    answers: ref('CountryList'),
    summary: 'Every country, with its market region.',
  })
  async list(@HttpExchange() { request }: Exchange) {
    await this.reader.begin(request, 'list-country-rules', []);
    return { items: countryRows() };
  }

  @Get('country-rules/:code')
  @ReadRoute({
    action: 'read-country-rules',
    path: { code: COUNTRY },
    answers: ref('CountryRules'),
    summary:
      'What a country asks of a customer: registration number, phone, its states, how it writes postal codes.',
    problems: ['not-found'],
  })
  async read(@HttpExchange() { request }: Exchange, @Param('code') code: string) {
    await this.reader.begin(request, 'read-country-rules', []);
    return countryAnswer(code.toUpperCase());
  }
}
