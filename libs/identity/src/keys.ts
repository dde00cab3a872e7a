import { createPrivateKey, generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { TokenKeys } from './access-tokens';
import type { KeyRing } from './key-ring';

/** The service's own secrets. Each has one purpose. */
export interface KeyMaterial {
  /** Signs access tokens. */
  readonly tokens: TokenKeys;
  /** Signs the checkpoints of the audit log: each key of the ring does, so that who knows a former one goes on. */
  readonly audit: TokenKeys;
  /** Makes commands' fingerprints; former keys verify for ever. */
  readonly fingerprints: KeyRing;
  /** Derives invitation links; replaced, it ends them all. */
  readonly invitations: Buffer;
  /** Makes the verifiers of one-time credentials. */
  readonly credentialVault: KeyRing;
  /** Makes paging cursors and plan ids; replaced, it ends them all. */
  readonly cursors: Buffer;
  /** Wraps the keys of personal data. Lost, the personal data is lost. */
  readonly personalData: KeyRing;
  /** Names customers' references in the log without telling them: kept for ever. */
  readonly references: Buffer;
}

/** The keys cannot be used. The message is one line that says what to do, and holds no part of them. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

const FORMAT_VERSION = 1;
const KEY_BYTES = 32;
const DEVELOPMENT_FILE = 'keys.json';
const GENERATE = 'tierbook keys generate --out <file>';

/**
 * Development's keys, `keys.json` in the data directory (made 0700): read, or made at the first start.
 * A start killed half way leaves no key file, and the next one makes it.
 * @throws KeyFileError when the file is there and cannot be used.
 */
export function loadOrCreateDevelopmentKeys(dataDir: string): KeyMaterial {
  makeDirectory(dataDir);
  const path = join(dataDir, DEVELOPMENT_FILE);
  if (!existsSync(path)) createUnlessThere(path);
  return readKeyFile(path);
}

/**
 * The keys in the file that `TIERBOOK_KEYS_FILE` names.
 * @throws KeyFileError when it is not set, or the file cannot be used or can be read by others.
 */
export function keysFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): KeyMaterial {
  const path = env['TIERBOOK_KEYS_FILE'];
  if (path === undefined || path === '') {
    throw new KeyFileError(
      `TIERBOOK_KEYS_FILE is not set: make a key file once with \`${GENERATE}\`, ` +
        'keep a copy apart from the data, and set TIERBOOK_KEYS_FILE to its path.',
    );
  }
  return readKeyFile(path);
}

/**
 * Makes a new key file (0600), whole or not at all.
 * @throws KeyFileError when there is a file already: keys are never overwritten.
 */
export function generateKeyFile(path: string): void {
  if (!createUnlessThere(path)) {
    throw new KeyFileError(`${path} exists, and keys are never overwritten: name another file.`);
  }
}

/** A ring of the key file. */
export type RingName = 'tokens' | 'audit' | 'fingerprints' | 'credentialVault' | 'personalData';

/** A new key as the ring's others are, and an id for it. */
export function newRingKey(ring: RingName): { readonly kid: string; readonly key: unknown } {
  const isSigning = ring === 'tokens' || ring === 'audit';
  return { kid: newKid(), key: isSigning ? newSigningKey() : newKey() };
}

/**
 * The key file's text as it was parsed, once all of it was found to be usable.
 * @throws KeyFileError when it is not, or can be read by others.
 */
export function readKeyFields(path: string): Readonly<Record<string, unknown>> {
  readKeyFile(path);
  return parseKeyFile(path, readPrivately(path));
}

/**
 * Puts these keys in the place of the file's (0600), whole or not at all, if they are usable.
 * @throws KeyFileError; the file is then as it was.
 */
export function replaceKeyFile(path: string, fields: Readonly<Record<string, unknown>>): void {
  const draft = draftOf(path);
  try {
    writeSynced(draft, textOf(fields));
    readKeyFile(draft);
    // Whoever replaces it, such as root, it stays its owner's.
    const { uid, gid } = statSync(path);
    chownSync(draft, uid, gid);
    renameSync(draft, path);
    syncDirectory(dirname(path));
  } catch (error) {
    if (error instanceof KeyFileError) throw error;
    throw cannotWrite(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function draftOf(path: string): string {
  return `${path}.${randomBytes(8).toString('hex')}.tmp`;
}

function textOf(fields: object): string {
  return `${JSON.stringify(fields, undefined, 2)}\n`;
}

function cannotWrite(path: string, error: unknown): KeyFileError {
  return new KeyFileError(
    `Cannot write the key file ${path} (${codeOf(error)}): check the directory.`,
  );
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new KeyFileError(`Cannot make the data directory ${path} (${codeOf(error)}).`);
  }
}

/** A hard link appears whole and, unlike a rename, never takes the place of another start's file. */
function createUnlessThere(path: string): boolean {
  const draft = draftOf(path);
  try {
    writeSynced(draft, textOf(newKeys()));
    linkSync(draft, path);
    syncDirectory(dirname(path));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw cannotWrite(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  // Windows opens no directories, and needs no such sync.
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function newKeys(): object {
  return {
    version: FORMAT_VERSION,
    tokens: newRing(newSigningKey),
    audit: newRing(newSigningKey),
    fingerprints: newRing(newKey),
    invitations: newKey(),
    credentialVault: newRing(newKey),
    cursors: newKey(),
    personalData: newRing(newKey),
    references: newKey(),
  };
}

function newRing(make: () => unknown): object {
  const kid = newKid();
  return { current: kid, keys: { [kid]: make() } };
}

function newKid(): string {
  return randomBytes(8).toString('hex');
}

function newSigningKey(): object {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

function readKeyFile(path: string): KeyMaterial {
  const fields = parseKeyFile(path, readPrivately(path));
  if (fields['version'] !== FORMAT_VERSION) {
    throw new KeyFileError(
      `The key file ${path} has a format that this Tierbook does not know: upgrade Tierbook.`,
    );
  }
  const key = (field: string) => parseKey(path, field, fields[field]);
  const ring = (field: string) => parseRing(path, field, fields[field], parseKey);
  return {
    tokens: parseRing(path, 'tokens', fields['tokens'], parseJwk),
    audit: parseRing(path, 'audit', fields['audit'], parseJwk),
    fingerprints: ring('fingerprints'),
    invitations: key('invitations'),
    credentialVault: ring('credentialVault'),
    cursors: key('cursors'),
    personalData: ring('personalData'),
    references: key('references'),
  };
}

function readPrivately(path: string): string {
  try {
    const { mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new KeyFileError(`The key file ${path} may be read by others: chmod 600 ${path}`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof KeyFileError) throw error;
    throw new KeyFileError(
      `Cannot read the key file ${path} (${codeOf(error)}): check the path, or make one with \`${GENERATE}\`.`,
    );
  }
}

function parseKeyFile(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    // The parser's own message quotes the text, which is secret: it is dropped.
    throw new KeyFileError(`The key file ${path} is not a JSON object: restore it from your copy.`);
  }
}

function parseRing<K>(
  path: string,
  field: string,
  value: unknown,
  parse: (path: string, field: string, value: unknown) => K,
): { readonly current: string; readonly keys: ReadonlyMap<string, K> } {
  const { current, keys } = orBad(path, field, () => asObject(value));
  const entries = Object.entries(orBad(path, `${field}.keys`, () => asObject(keys)));
  const parsed = new Map(
    entries.map(([kid, key]) => [kid, parse(path, `${field}.keys.${kid}`, key)]),
  );
  if (typeof current !== 'string' || !parsed.has(current)) throw bad(path, `${field}.current`);
  return { current, keys: parsed };
}

function parseKey(path: string, field: string, value: unknown): Buffer {
  const key = Buffer.from(typeof value === 'string' ? value : '', 'base64url');
  if (key.length !== KEY_BYTES || key.toString('base64url') !== value) throw bad(path, field);
  return key;
}

function parseJwk(path: string, field: string, value: unknown): JsonWebKey {
  return orBad(path, field, () => {
    const jwk: JsonWebKey = asObject(value);
    if (createPrivateKey({ key: jwk, format: 'jwk' }).asymmetricKeyType !== 'ed25519') {
      throw new TypeError('not an Ed25519 key');
    }
    return jwk;
  });
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TypeError('not an object');
}

function orBad<T>(path: string, field: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw bad(path, field);
  }
}

function bad(path: string, field: string): KeyFileError {
  return new KeyFileError(
    `The key file ${path} has no valid '${field}': restore the file from your copy.`,
  );
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}
