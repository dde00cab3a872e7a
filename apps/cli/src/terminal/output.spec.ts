import { describe, expect, it } from '@jest/globals';
import { jsonLine } from './output';

describe('jsonLine', () => {
  it('is the JSON of the value, without what acts on a terminal', () => {
    const value = { text: 'a\u001b[31m\u009b2J\u202eb\u2028c\nd', name: 'São João' };
    const line = jsonLine(value);
    expect(JSON.parse(line)).toEqual(value);
    expect(line).toContain('São João');
    expect(line).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
  });
});
