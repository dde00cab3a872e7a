import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Configuration } from './configuration';
import { replaceFile } from './files';

/** Where a service of this machine is reached, and who issues the tokens that it takes. */
export interface ServiceFile {
  readonly address: string;
  readonly issuer: string;
}

/** Lets the command line find the service that runs on this data directory; whole or not at all. */
export async function writeServiceFile(
  { dataDir, publicUrl }: Configuration,
  address: string,
): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const url = new URL(address);
  // Who listens on every address is reached on the loopback.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  const file: ServiceFile = { address: url.origin, issuer: publicUrl };
  await replaceFile(join(dataDir, 'service.json'), `${JSON.stringify(file)}\n`);
}

/** What was written last; the service may have ended since. `undefined` where there is nothing to be read. */
export function readServiceFile({ dataDir }: Configuration): ServiceFile | undefined {
  try {
    const file: unknown = JSON.parse(readFileSync(join(dataDir, 'service.json'), 'utf8'));
    return isServiceFile(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

function isServiceFile(file: unknown): file is ServiceFile {
  const { address, issuer } = (file ?? {}) as Readonly<Record<string, unknown>>;
  return typeof address === 'string' && typeof issuer === 'string';
}
