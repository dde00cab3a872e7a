import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(__dirname, '..', '..');
const DOMAIN = join(ROOT, 'libs', 'domain', 'src');

interface Golden {
  readonly data: object;
  readonly personal?: object;
}

/** `data.requestId` or `personal?.reason?` without the marks of what may be absent. */
const plain = (path: string) => path.replaceAll('?', '');

describe('what is generated from the source', () => {
  it('is up to date, and no event has changed its shape without a new version', () => {
    const check = [join(ROOT, 'scripts', 'generate-docs.mts'), '--check'];
    expect(() => execFileSync(process.execPath, check, { stdio: 'pipe' })).not.toThrow();
  });

  it('says what every field of every event means', () => {
    const page = readFileSync(join(ROOT, 'docs', 'events.md'), 'utf8');
    expect(page).toContain('| field | type | sealed | since version | meaning |');
    expect(page.match(/^\| `.*\| +\|$/gm)).toBeNull();
  });

  it('knows of every version the fields that its golden file holds', () => {
    const shapes = JSON.parse(readFileSync(join(DOMAIN, 'event-shapes.json'), 'utf8')) as Record<
      string,
      readonly Record<string, string>[]
    >;
    const golden = readdirSync(DOMAIN, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
      const [, event = '', version] = /golden[/\\](\w+)\.v(\d+)\.json$/.exec(file) ?? [];
      return version === undefined ? [] : [{ file, event, version: Number(version) }];
    });
    expect(golden.length).toBe(Object.values(shapes).flat().length);
    for (const { file, event, version } of golden) {
      const { data, personal = {} } = JSON.parse(
        readFileSync(join(DOMAIN, file), 'utf8'),
      ) as Golden;
      const shape = Object.keys(shapes[event]?.[version - 1] ?? {});
      const known = new Set(shape.map(plain));
      const held = [
        ...Object.keys(data).map((field) => `data.${field}`),
        ...Object.keys(personal).map((field) => `personal.${field}`),
      ];
      expect([file, held.filter((path) => !known.has(path))]).toEqual([file, []]);
      const needed = shape.filter((path) => !path.includes('?'));
      expect([file, needed.filter((path) => !held.includes(path))]).toEqual([file, []]);
    }
  });
});
