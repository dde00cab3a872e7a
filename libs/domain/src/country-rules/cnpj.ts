const WEIGHTS = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

/**
 * Whether the text is a Brazilian company number (CNPJ) with right check digits, numeric or alphanumeric,
 * with or without its usual punctuation; letters in either case.
 *
 * Rule: Receita Federal, Instrução Normativa RFB 2.229/2024. Twelve letters or digits and two check
 * digits; each character counts as its ASCII code less 48, weighted 2 to 9 from the right and again,
 * modulus 11. The number of zeros alone is nobody's.
 */
export function isCnpj(text: string): boolean {
  const plain = text.replace(/[./-]/g, '').toUpperCase();
  if (!/^[0-9A-Z]{12}[0-9]{2}$/.test(plain) || /^0+$/.test(plain)) return false;
  const base = plain.slice(0, 12);
  const first = checkDigit(base);
  return plain === base + first + checkDigit(base + first);
}

function checkDigit(characters: string): string {
  const weights = WEIGHTS.slice(-characters.length);
  const sum = weights.reduce(
    (total, weight, index) => total + weight * (characters.charCodeAt(index) - 48),
    0,
  );
  const remainder = sum % 11;
  return remainder < 2 ? '0' : String(11 - remainder);
}
