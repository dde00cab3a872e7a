import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { keysFromEnvironment } from '@tierbook/identity';
import { readConfiguration } from '@tierbook/platform';

const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');

/** Every variable that a start reads. */
function variablesRead(): string[] {
  const read = new Set<string>();
  const environment = new Proxy<Readonly<Record<string, string | undefined>>>(
    {},
    {
      get: (_, name) => {
        read.add(String(name));
        return undefined;
      },
    },
  );
  readConfiguration(environment, { development: false });
  expect(() => keysFromEnvironment(environment)).toThrow('TIERBOOK_KEYS_FILE');
  return [...read].sort();
}

describe("README.md's table of the configuration", () => {
  it('names every variable that the service reads, and no other', () => {
    const named = [...readme.matchAll(/^\| `([A-Z][A-Z_]+)` /gm)].map(([, name]) => name);

    expect(named.sort()).toEqual(variablesRead());
  });
});
