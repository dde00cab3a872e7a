import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REFUSALS } from '@tierbook/domain';
import { isProblemCode } from '../../apps/api/src/http/problems';

const ROOT = join(__dirname, '..', '..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const [tasks = '', rules = ''] = textOf('docs/coverage.md').split('## Rules');

/** Each row of a table, with its cells. */
const rowsOf = (page: string) =>
  page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:---|task|rule) /.test(line))
    .map((line) => line.split('|').slice(1, -1));

const codesIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** The operations that have an address. */
const operations = textOf('docs/access.md')
  .split('\n')
  .flatMap((line) => /^\| `([a-z-]+)` \| `[A-Z]+ /.exec(line)?.[1] ?? []);

/** `file`: "test", "test"<br>`file`: "test" */
function citationsIn(cell: string) {
  return cell.split('<br>').flatMap((part) => {
    const [, file = '', titles = ''] = /^ *`([^`]+)`: (".+") *$/.exec(part) ?? [];
    return titles
      .slice(1, -1)
      .split('", "')
      .map((title) => ({ file, title }));
  });
}

describe('docs/coverage.md', () => {
  it('names every command and read that there is', () => {
    const named = new Set(
      rowsOf(tasks).flatMap((cells) => [...codesIn(cells[1]), ...codesIn(cells[2])]),
    );
    expect(operations.length).toBeGreaterThan(50);
    expect([...named].sort()).toEqual([...operations].sort());
  });

  it('names refusals by codes that there are', () => {
    const codes = rowsOf(rules).flatMap((cells) => codesIn(cells[1]));
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => !isProblemCode(code))).toEqual([
      'reseller-of-record-missing',
      'subscriptions-uncredited',
    ]);
  });

  it('has a row for every rule that refuses a command', () => {
    const named = new Set(rowsOf(rules).flatMap((cells) => codesIn(cells[1])));
    expect(Object.keys(REFUSALS).filter((code) => !named.has(code))).toEqual([]);
  });

  it.each(
    [...rowsOf(tasks), ...rowsOf(rules)].map((cells) => [cells[0]?.trim(), cells.at(-1) ?? '']),
  )('shows by tests: %s', (_, cell = '') => {
    const citations = citationsIn(cell);
    expect(citations).not.toEqual([]);
    for (const { file, title } of citations) {
      expect({ file, exists: existsSync(join(ROOT, file)) }).toEqual({ file, exists: true });
      const written = ["'", '"', '`'].map((quote) => `${quote}${title}`);
      const isThere = written.some((text) => textOf(file).includes(text));
      expect({ file, title, isThere }).toEqual({ file, title, isThere: true });
    }
  });
});
