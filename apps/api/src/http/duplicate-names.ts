/**
 * The first name that stands twice in one object of a valid JSON text; `undefined` where none does.
 * JSON.parse keeps the last of them and says nothing: RFC 8259 (section 4) leaves it open, I-JSON (RFC 7493,
 * section 2.3) forbids it.
 */
export function duplicateName(json: string): string | undefined {
  /** The names seen of each object that is open; `null` for an array. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (sign === '{') open.push(new Set());
    else if (sign === '[') open.push(null);
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === '"') {
      const end = endOfString(json, at);
      const names = open.at(-1);
      if (names !== null && names !== undefined && isName(json, end)) {
        const name = JSON.parse(json.slice(at, end + 1)) as string;
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end;
    }
  }
  return undefined;
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/** Whether a colon follows: then the string is a name. */
function isName(json: string, end: number): boolean {
  let at = end + 1;
  while (/\s/.test(json[at] ?? '')) at += 1;
  return json[at] === ':';
}
