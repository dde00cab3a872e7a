import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  generateKeyFile,
  KeyFileError,
  keysFromEnvironment,
  loadOrCreateDevelopmentKeys,
} from './keys';

describe('keys', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tierbook-'));
    path = join(directory, 'service-keys.json');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const load = () => keysFromEnvironment({ TIERBOOK_KEYS_FILE: path });
  const refusal = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      expect(error).toBeInstanceOf(KeyFileError);
      const { message } = error as KeyFileError;
      expect(message).not.toContain('\n');
      return message;
    }
    throw new Error('was not refused');
  };

  describe('generateKeyFile', () => {
    it('makes a file for its owner only, which loads, and leaves nothing beside it', () => {
      generateKeyFile(path);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readdirSync(directory)).toEqual(['service-keys.json']);
      const keys = load();
      for (const key of [keys.invitations, keys.cursors, keys.references]) {
        expect(key).toHaveLength(32);
      }
      for (const ring of [keys.fingerprints, keys.credentialVault, keys.personalData]) {
        expect(ring.keys.get(ring.current)).toHaveLength(32);
      }
      expect(keys.tokens.keys.get(keys.tokens.current)).toMatchObject({ crv: 'Ed25519' });
    });

    it('never makes the same secret twice, in one file or two', () => {
      generateKeyFile(path);
      generateKeyFile(`${path}.2`);
      const secrets = [path, `${path}.2`].flatMap(
        (file) => readFileSync(file, 'utf8').match(/[\w-]{43}/g) ?? [],
      );
      expect(secrets).toHaveLength(20);
      expect(new Set(secrets).size).toBe(20);
    });

    it('overwrites no file', () => {
      writeFileSync(path, 'precious');
      expect(
        refusal(() => {
          generateKeyFile(path);
        }),
      ).toContain('never overwritten');
      expect(readFileSync(path, 'utf8')).toBe('precious');
      expect(readdirSync(directory)).toEqual(['service-keys.json']);
    });

    it('says so when the directory is not there', () => {
      const lost = join(directory, 'missing', 'keys.json');
      expect(
        refusal(() => {
          generateKeyFile(lost);
        }),
      ).toContain('ENOENT');
    });
  });

  describe('keysFromEnvironment', () => {
    it.each([{}, { TIERBOOK_KEYS_FILE: '' }])('says what to do without the variable: %j', (env) => {
      expect(refusal(() => keysFromEnvironment(env))).toContain(
        'tierbook keys generate --out <file>',
      );
    });

    it('refuses a file that is not there', () => {
      expect(refusal(load)).toContain('ENOENT');
    });

    it.each([0o640, 0o604, 0o660])('refuses a file of mode %o', (mode) => {
      generateKeyFile(path);
      chmodSync(path, mode);
      expect(refusal(load)).toContain('chmod 600');
    });

    it('reads former keys too', () => {
      generateKeyFile(path);
      change((file) => {
        file.fingerprints.keys['older'] = Buffer.alloc(32, 7).toString('base64url');
      });
      expect(load().fingerprints.keys.get('older')).toEqual(Buffer.alloc(32, 7));
    });

    it.each<[string, (file: KeyFile) => void]>([
      ["'invitations'", (file) => delete file.invitations],
      ["'cursors'", (file) => (file.cursors = 'c2hvcnQ')],
      ["'cursors'", (file) => (file.cursors = `${'A'.repeat(42)}B`)],
      ["'references'", (file) => (file.references = `${'!'.repeat(3)}${'A'.repeat(43)}`)],
      ["'fingerprints.current'", (file) => (file.fingerprints.current = 'other')],
      ["'fingerprints.keys.bad'", (file) => (file.fingerprints.keys['bad'] = 1)],
      ["'personalData.keys'", (file) => (file.personalData.keys = [] as never)],
      ["'credentialVault'", (file) => (file.credentialVault = null as never)],
      ["'tokens.keys.bad'", (file) => (file.tokens.keys['bad'] = { kty: 'OKP' })],
      ["'tokens.keys.rsa'", (file) => (file.tokens.keys['rsa'] = rsaKey())],
      ['upgrade Tierbook', (file) => (file.version = 2)],
    ])('names %s where it is wrong', (named, spoil) => {
      generateKeyFile(path);
      change(spoil);
      expect(refusal(load)).toContain(named);
    });

    it.each(['', '[]', 'null', '"x"'])('refuses a file that holds %j', (text) => {
      writeFileSync(path, text, { mode: 0o600 });
      expect(refusal(load)).toContain('is not a JSON object');
    });

    it('quotes nothing of a file it cannot read', () => {
      generateKeyFile(path);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.slice(0, -3));
      const message = refusal(load);
      for (const secret of text.match(/[\w-]{43}/g) ?? []) expect(message).not.toContain(secret);
      writeFileSync(path, `s3cret${text}`);
      try {
        load();
      } catch (error) {
        expect(String((error as Error).stack)).not.toContain('s3cret');
        expect((error as Error).cause).toBeUndefined();
      }
    });
  });

  describe('loadOrCreateDevelopmentKeys', () => {
    it('makes keys once, for their owner only, and the same ones at the next start', () => {
      const dataDir = join(directory, 'a', 'data');
      const first = loadOrCreateDevelopmentKeys(dataDir);
      expect(statSync(dataDir).mode & 0o777).toBe(0o700);
      expect(statSync(join(dataDir, 'keys.json')).mode & 0o777).toBe(0o600);
      expect(loadOrCreateDevelopmentKeys(dataDir)).toEqual(first);
    });

    it('starts again after a start that was killed while it wrote', () => {
      writeFileSync(join(directory, 'keys.json.0123456789abcdef.tmp'), '{"version":1,"tok');
      const keys = loadOrCreateDevelopmentKeys(directory);
      expect(loadOrCreateDevelopmentKeys(directory)).toEqual(keys);
    });

    it('makes no new keys in place of damaged ones', () => {
      writeFileSync(join(directory, 'keys.json'), '{', { mode: 0o600 });
      expect(refusal(() => loadOrCreateDevelopmentKeys(directory))).toContain('restore it');
      expect(readFileSync(join(directory, 'keys.json'), 'utf8')).toBe('{');
    });

    it('says so when the data directory cannot be made', () => {
      writeFileSync(path, 'a file');
      expect(refusal(() => loadOrCreateDevelopmentKeys(join(path, 'data')))).toContain('ENOTDIR');
    });
  });

  interface Ring {
    current: string;
    keys: Record<string, unknown>;
  }
  interface KeyFile {
    version: number;
    tokens: Ring;
    fingerprints: Ring;
    credentialVault: Ring;
    personalData: Ring;
    invitations?: string;
    cursors: string;
    references: string;
  }

  function change(edit: (file: KeyFile) => void): void {
    const file = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
    edit(file);
    writeFileSync(path, JSON.stringify(file));
  }

  function rsaKey(): object {
    return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  }
});
