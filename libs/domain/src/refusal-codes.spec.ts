import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REFUSALS } from './refusal-codes';

const specifications = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.spec.ts'))
  .map((file) => readFileSync(join(__dirname, file), 'utf8'))
  .join('\n');

describe('every refusal', () => {
  it.each(Object.keys(REFUSALS))('%s is specified by example', (code) => {
    const examples = specifications.match(new RegExp(`(thenRefused\\(\\s*|\\[)'${code}'`, 'g'));
    expect(examples).not.toBeNull();
  });

  it('says what happened and what to do', () => {
    for (const { title, advice } of Object.values(REFUSALS)) {
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(advice).toMatch(/^[A-Z].*\.$/);
    }
  });
});
