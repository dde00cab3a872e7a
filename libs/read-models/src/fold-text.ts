const MARKS = /\p{M}/gu;

/**
 * Text as lists filter and sort it: without accents and case, so that `São` finds `SAO`.
 * Decomposed (Unicode NFD), combining marks stripped, lower-case; lone surrogates replaced and NULs dropped,
 * since no engine stores them alike. Folding twice changes nothing.
 */
export function fold(text: string): string {
  return text.toWellFormed().replaceAll('\0', '').toLowerCase().normalize('NFD').replace(MARKS, '');
}
