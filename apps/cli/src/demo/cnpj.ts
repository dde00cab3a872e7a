import type { Random } from './random';

const LETTERS_AND_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * A Brazilian company number (CNPJ) of nobody we know, with its usual punctuation and right check digits:
 * one in five in the alphanumeric form.
 *
 * Rule: Receita Federal, Instrução Normativa RFB 2.229/2024.
 */
export function makeCnpj(random: Random): string {
  const root = random.chance(0.2) ? alphanumericRoot(random) : random.digits('1#######');
  const base = `${root}0001`;
  const first = checkDigit(base);
  const number = `${base}${first}${checkDigit(`${base}${first}`)}`;
  return number.replace(/^(..)(...)(...)(....)(..)$/, '$1.$2.$3/$4-$5');
}

function alphanumericRoot(random: Random): string {
  return Array.from({ length: 8 }, () =>
    LETTERS_AND_DIGITS.charAt(random.between(0, LETTERS_AND_DIGITS.length - 1)),
  ).join('');
}

/** Each character's ASCII code less 48, weighted 2 to 9 from the right and again, modulus 11. */
function checkDigit(characters: string): number {
  const sum = Array.from(characters)
    .reverse()
    .reduce(
      (total, character, index) => total + (character.charCodeAt(0) - 48) * (2 + (index % 8)),
      0,
    );
  const remainder = sum % 11;
  return remainder < 2 ? 0 : 11 - remainder;
}
