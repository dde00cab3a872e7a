import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { ROOT } from '../../e2e/harness/service';

/** What docker-compose.yml says of one service. */
export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: object;
  readonly secrets: object;
}

/** docker-compose.yml, with what `<<` refers to in its place, as compose reads it. */
export const COMPOSE = merged(
  load(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')),
) as ComposeFile;

function merged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(merged);
  if (typeof value !== 'object' || value === null) return value;
  const { '<<': base, ...own } = value as Record<string, unknown>;
  const fields = Object.entries(own).map(([name, each]) => [name, merged(each)] as const);
  return { ...(merged(base) as object | undefined), ...Object.fromEntries(fields) };
}
