import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT, startService, type Service } from './harness/service';

/** What README.md says to paste, and what it says that comes of it. */
interface Block {
  readonly title: string;
  readonly script: string;
  /** After `# ->`, in the order in which the output holds them. */
  readonly expected: readonly string[];
}

/** What pasting a block came to. */
interface Pasted {
  readonly output: string;
  /** Of each curl, in order. */
  readonly statuses: readonly number[];
}

const MARK = '=== end of block ===';
const blocks = blocksOf(readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8'));
const directory = mkdtempSync(join(tmpdir(), 'tierbook-readme-'));
let service: Service;
let pasted: readonly Pasted[];

beforeAll(async () => {
  service = await startService();
  pasted = await paste();
}, 60_000);

afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe("README.md's blocks, pasted one after another", () => {
  it.each(blocks.map(({ title }, n) => [title, n] as const))('%s', (_, n) => {
    const { expected } = at(blocks, n);
    const { output, statuses } = at(pasted, n);

    expect(heldInOrder(output, expected)).toEqual(expected);
    const refused = problemsIn(output);
    expect(statuses.filter((status) => status < 200 || status > 299)).toHaveLength(refused.length);
    expect(refused.map((code) => `"code": "${code}"`)).toEqual(
      expected.filter((line) => refused.some((code) => line === `"code": "${code}"`)),
    );
  });

  it('show a password once, and append nothing when they are pasted again', async () => {
    const before = await head();

    const again = await paste();

    expect(await head()).toBe(before);
    const passwords = (run: readonly Pasted[]) =>
      run.flatMap(({ output }) => output.match(/"password"/g) ?? []);
    expect(passwords(pasted)).toHaveLength(1);
    expect(passwords(again)).toEqual([]);
    expect(again.map(({ statuses }) => statuses.length)).toEqual(
      pasted.map(({ statuses }) => statuses.length),
    );
  }, 60_000);
});

function blocksOf(markdown: string): readonly Block[] {
  let title = '';
  const found: Block[] = [];
  for (const [, heading, script] of markdown.matchAll(/^##+ (.+)$|^```bash\n([^]*?)^```$/gm)) {
    if (heading !== undefined) title = heading;
    if (script === undefined) continue;
    const expected = [...script.matchAll(/^# -> (.+)$/gm)].map(([, line = '']) => line);
    found.push({ title, script, expected });
  }
  return found;
}

/** Runs the blocks in one shell, which ends at the first line that fails. */
async function paste(): Promise<readonly Pasted[]> {
  const statusFile = join(directory, `statuses-${Date.now()}`);
  const noted = 'curl() { command curl "$@" -w "%{stderr}%{http_code}\\n" 2>>"$STATUSES"; }';
  const script = blocks.map(
    (block) => `${block.script}\necho; echo '${MARK}' | tee -a "$STATUSES"`,
  );
  const shell = spawn('bash', ['-eu', '-c', [noted, ...script].join('\n')], {
    cwd: ROOT,
    env: environment(statusFile),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([
    text(shell.stdout),
    text(shell.stderr),
    once(shell, 'exit') as Promise<[number | null]>,
  ]);
  const parts = output.split(MARK).slice(0, -1);
  const notes = readFileSync(statusFile, 'utf8');
  if (code !== 0 || parts.length !== blocks.length) {
    const title = blocks[parts.length]?.title ?? 'the end';
    const last = output.slice(-2_000);
    throw new Error(`Pasting ended with ${code} at "${title}":\n${last}\n${errors}\n${notes}`);
  }
  const statuses = notes.split(MARK);
  return parts.map((part, n) => ({
    output: part,
    statuses: (statuses[n]?.match(/^\d{3}$/gm) ?? []).map(Number),
  }));
}

/** A fresh shell's, which knows nothing of how the service was started but where its data is. */
function environment(statusFile: string): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, DATA_DIR: service.dataDir, ...service.stores, STATUSES: statusFile };
}

/** The log's last position: what the provider's feed has read up to. */
async function head(): Promise<string> {
  const page = await service.api(service.tokens.provider).get('/v1/events?limit=200');
  expect(page.at('caughtUp')).toBe(true);
  return page.string('nextPosition');
}

/** Those of the lines that the output holds, each after the one before. */
function heldInOrder(output: string, lines: readonly string[]): readonly string[] {
  let from = 0;
  return lines.filter((line) => {
    const found = output.indexOf(line, from);
    if (found >= 0) from = found + line.length;
    return found >= 0;
  });
}

function problemsIn(output: string): readonly string[] {
  return [...output.matchAll(/"urn:tierbook:problem:([a-z-]+)"/g)].map(([, code = '']) => code);
}

function at<T>(list: readonly T[], n: number): T {
  const found = list[n];
  if (found === undefined) throw new Error(`There is no block ${String(n)}.`);
  return found;
}
