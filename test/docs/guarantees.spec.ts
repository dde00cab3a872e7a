import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(__dirname, '..', '..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const page = textOf('docs/guarantees.md');

/** Each row of the tables, with its cells. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (---|promise|what happens)/.test(line))
  .map((line) => line.split('|').slice(1, -1));

/** `file`: "test", "test"<br>`file`: "test" */
function citationsIn(cell: string): readonly { readonly file: string; readonly title: string }[] {
  return cell.split('<br>').flatMap((part) => {
    const [, file = '', titles = ''] = /^ *`([^`]+)`: (".+") *$/.exec(part) ?? [];
    return titles
      .slice(1, -1)
      .split('", "')
      .map((title) => ({ file, title }));
  });
}

/** Whether a test, or what tests are grouped under, begins with that title. */
function hasTest(source: string, title: string): boolean {
  const written = ["'", '"', '`'].map((quote) => `${quote}${title}`);
  return written.some((text) => source.includes(text));
}

describe('docs/guarantees.md', () => {
  it('is a table that can be read', () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(rows.map((cells) => [cells[0]?.trim(), cells.at(-1) ?? ''] as const))(
    'shows by tests: %s',
    (_, cell) => {
      const citations = citationsIn(cell);

      expect(citations).not.toEqual([]);
      for (const { file, title } of citations) {
        expect({ file, exists: existsSync(join(ROOT, file)) }).toEqual({ file, exists: true });
        expect({ title, isThere: hasTest(textOf(file), title) }).toEqual({ title, isThere: true });
      }
    },
  );

  it.each([...new Set(page.match(/libs\/[^`]+\.contract\.ts/g))])(
    'counts on %s being run by two adapters',
    (contract) => {
      const suite = /^export function (\w+)/m.exec(textOf(contract))?.[1] ?? '';
      const specs = globSync('libs/**/*.spec.ts', { cwd: ROOT });

      expect(suite).toMatch(/Contract$/);
      const running = specs.filter((spec) => textOf(spec).includes(`${suite}(`));
      expect(running.length).toBeGreaterThanOrEqual(2);
    },
  );
});
