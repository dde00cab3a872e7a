const KINDS =
  'Padaria Mercado Farmácia Oficina Comércio Serviços Transportes Clínica Escola Editora'.split(
    ' ',
  );
const NAMES =
  'São João|Açaí do Pará|Três Irmãos|Boa Vista|Conceição|Ipê Amarelo|Água Clara|Nova Aliança|Sertão'.split(
    '|',
  );
const FORMS = ['Ltda', 'Ltda', 'ME', 'S.A.'];
/** One name in so many holds the rare term. */
const RARE = 20_000;

/** A term that half of all names hold, and one that very few do. */
export const COMMON_TERM = 'ltda';
export const RARE_TERM = 'xilogravura';

/** The company of that number: always the same name, with accents, and no two alike. */
export function companyName(number: number): string {
  const kind = number % RARE === 7 ? 'Xilogravura' : nth(KINDS, number);
  const name = nth(NAMES, Math.floor(number / KINDS.length));
  // Not in the order of the numbers, so that names and times sort differently.
  const code = ((number * 7_919) % 1_000_003).toString(36);
  return `${kind} ${name} ${code} ${nth(FORMS, Math.floor(number / 7))}`;
}

function nth(from: readonly string[], number: number): string {
  return from[number % from.length] ?? '';
}
