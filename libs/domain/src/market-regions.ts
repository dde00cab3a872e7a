const EU_EFTA = [
  ...'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
  ...'CH GB IS LI NO'.split(' '),
];

/**
 * Market regions of the Cloud Solution Provider programme that hold more than one country
 * (ISO 3166-1 alpha-2), by name.
 *
 * Source: Partner Center, "CSP program regional markets and currencies": the European Union, the EFTA
 * and the United Kingdom are one region, the United States sell to their outlying islands, and
 * countries such as Brazil are regions by themselves. Regions that the page only groups by
 * continent are left out: a wrong grouping would let through what the programme forbids.
 */
export const MARKET_REGIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['EU/EFTA', EU_EFTA],
  ['US', ['US', 'UM']],
]);

/** The market region of a country: its group's name, or the country itself where it stands alone. */
export function marketRegionOf(country: string): string {
  for (const [region, countries] of MARKET_REGIONS) if (countries.includes(country)) return region;
  return country;
}
