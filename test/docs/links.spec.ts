import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(__dirname, '..', '..');
const PAGES = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

/** Where the page's relative links lead, and the files of ours that it names, from the root on. */
function pathsIn(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)];
  const names = [...text.matchAll(/`((?:apps|libs|test|docs|scripts|bin)\/[\w./-]+)`/g)];
  return [
    ...links.map(([, path = '']) => join(dirname(page), path)),
    ...names.map(([, path = '']) => path),
  ];
}

describe.each(PAGES)('%s', (page) => {
  it('names only files that exist', () => {
    const missing = pathsIn(page).filter((path) => !existsSync(join(ROOT, path)));

    expect(missing).toEqual([]);
  });
});
