const MARKS = /\p{M}/gu;
const ASCII = /^[ -~]*$/;

/**
 * Text as lists filter and sort it, the same on every engine: without accents, case and typographic variants,
 * so that `São` finds `SAO`, and `1o oficio` finds `1º Ofício`. Decomposed by compatibility (Unicode NFKD), combining
 * marks stripped, lower-case; lone surrogates replaced and NULs dropped, since no engine stores them alike.
 * Folding twice changes nothing.
 */
export function fold(text: string): string {
  // Most texts: there is nothing to decompose, strip or replace.
  if (ASCII.test(text)) return text.toLowerCase();
  const plain = text.toWellFormed().replaceAll('\0', '').normalize('NFKD');
  // Some letters decompose only once they are in lower case.
  return plain.toLowerCase().normalize('NFKD').replace(MARKS, '');
}
