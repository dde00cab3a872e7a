import { describe, expect, it } from '@jest/globals';
import { duplicateName } from './duplicate-names';

describe('a name that stands twice in one object', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"b":{"c":1,"d":[{"e":1},{"e":2, "e" : 3}]}}', 'e'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"x\\"y":1,"x\\"y":2}', 'x"y'],
    ['{"":1,"":2}', ''],
  ])('is found in %s', (json, name) => {
    expect(duplicateName(json)).toBe(name);
  });

  it.each([
    '{"a":"a","b":"a"}',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"a":["a","a"],"b":"\\\\","c":"{\\"c\\":1,\\"c\\":2}"}',
    '[]',
    '"a"',
    '{}',
  ])('is not there in %s', (json) => {
    expect(duplicateName(json)).toBeUndefined();
  });
});
