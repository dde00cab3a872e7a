/**
 * Amounts of money are decimal text, never floating-point numbers: up to 12 digits before the point
 * and 6 after it, without sign, leading zeros or exponent.
 */
export const AMOUNT = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,6})?$/;

/** Whether the value is an amount as text: a number is none, however it would be written. */
export function isAmount(value: unknown): boolean {
  return typeof value === 'string' && AMOUNT.test(value);
}

/** Digits after the point that sums and shares are rounded to. */
const PLACES = 6;
const UNIT = 10n ** BigInt(PLACES);

/** Currencies in use, alphabetic codes (ISO 4217, list one; without funds, metals and test codes). */
export const CURRENCIES: ReadonlySet<string> = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD ' +
    'CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS ' +
    'GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW ' +
    'KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR ' +
    'MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR ' +
    'SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX ' +
    'USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
  ).split(' '),
);

/** A whole number of millionths: what amounts are reckoned in. */
export type Millionths = bigint;

/**
 * The amount in millionths, exactly.
 * @throws TypeError for text that is not an amount: check it against {@link AMOUNT} first.
 */
export function millionthsOf(amount: string): Millionths {
  if (!isAmount(amount)) throw new TypeError(`"${amount}" is not an amount such as 12.50.`);
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole) * UNIT + BigInt(fraction.padEnd(PLACES, '0'));
}

/** The amount as text, with at least two digits after the point. Not for negative amounts. */
export function amountOf(millionths: Millionths): string {
  const fraction = (millionths % UNIT)
    .toString()
    .padStart(PLACES, '0')
    .replace(/0{1,4}$/, '');
  return `${(millionths / UNIT).toString()}.${fraction}`;
}

/** The amount that many times, exactly: `times('0.10', 3)` is `0.30`. */
export function times(amount: string, count: number): string {
  return amountOf(millionthsOf(amount) * BigInt(count));
}

/** That share of an amount, `parts` of `of`, rounded half up to a millionth. */
export function shareOf(millionths: Millionths, parts: bigint, of: bigint): Millionths {
  return (2n * millionths * parts + of) / (2n * of);
}
