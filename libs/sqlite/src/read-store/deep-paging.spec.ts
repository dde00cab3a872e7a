import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ProviderId } from '@tierbook/domain';
import { formatPosition } from '@tierbook/eventing';
import { random } from '@tierbook/eventing/testing';
import {
  Cursors,
  customersView,
  listCustomers,
  MAX_LIMIT,
  resellersView,
  type Build,
  type CustomerSort,
  type DocumentWrite,
  type ProjectionStore,
  type ReadStore,
} from '@tierbook/read-models';
import { openSqliteProjectionStore, openSqliteReadStore } from './sqlite-read-store';

const SEED = Number(process.env['FAULT_SEED'] ?? Date.now() % 2 ** 31);
/** `DEEP_PAGING_ROWS=1000000` pages through a million, which takes many minutes. */
const ROWS = Number(process.env['DEEP_PAGING_ROWS'] ?? 1_200);
const AT_ONCE = 5_000;
/** The most changes between two pages. */
const MOST_CHANGES = 5;
const PROVIDER = '00000000-0000-5000-8000-000000000001' as ProviderId;

const directory = mkdtempSync(join(tmpdir(), 'tierbook-paging-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Customers of which those with an even number stay, and the others come, change and go. */
class Customers {
  #position = 0;
  #numbers: number;

  constructor(
    private readonly store: ProjectionStore,
    private readonly build: Build,
    private readonly next: (limit: number) => number,
    rows: number,
  ) {
    this.#numbers = 2 * rows;
  }

  async fill(): Promise<void> {
    for (let number = 0; number < this.#numbers; number += AT_ONCE) {
      const end = Math.min(number + AT_ONCE, this.#numbers);
      const made = Array.from({ length: end - number }, (_, index) => this.made(number + index));
      await this.write(made);
    }
  }

  /** One customer comes, one goes, or one changes: one that stays in what no list sorts by alone. */
  async change(): Promise<void> {
    const number = this.next(this.#numbers);
    const kind = this.next(4);
    if (kind === 0) {
      this.#numbers += 2;
      await this.write([this.made(this.#numbers - 1)]);
    } else if (kind === 1 && number % 2 === 1) await this.write([this.removed(number)]);
    else await this.write([this.made(number)]);
  }

  /** What lists sort by is drawn anew for those that come and go, and follows from the number for those that stay. */
  private made(number: number): DocumentWrite {
    const drawn = number % 2 === 0 ? (number * 7_919) % 1_000 : this.next(1_000);
    const doc = {
      customerId: keyOf(number),
      providerId: PROVIDER,
      companyName: `Padaria ${String(drawn % 50)} Ltda`,
      domain: `cliente${String(drawn)}`,
      createdAt: new Date(1_800_000_000_000 + drawn).toISOString(),
      licences: drawn % 20,
      revision: this.next(1_000),
      resellerId: null,
    };
    return { key: keyOf(number), position: this.moved(), doc };
  }

  private removed(number: number): DocumentWrite {
    return { key: keyOf(number), position: this.moved(), doc: null };
  }

  private moved() {
    return formatPosition('00000000000000aa', ++this.#position);
  }

  private write(documents: readonly DocumentWrite[]): Promise<void> {
    const position = formatPosition('00000000000000aa', this.#position);
    return this.store.write([
      { build: this.build, documents, checkpoint: { position, eventId: 'e' } },
    ]);
  }
}

function keyOf(number: number): string {
  return `c${String(number).padStart(9, '0')}`;
}

/** How often each customer was on a page. */
async function pagedThrough(
  store: ReadStore,
  sort: { readonly field: CustomerSort; readonly direction: 'asc' | 'desc' },
  limitOf: () => number,
  between: () => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const reads = { store, cursors: new Cursors(Buffer.alloc(32)) };
  const seen = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await listCustomers(reads, {
      providerId: PROVIDER,
      sort,
      limit: limitOf(),
      cursor,
    });
    for (const { customerId } of items) seen.set(customerId, (seen.get(customerId) ?? 0) + 1);
    cursor = nextCursor ?? undefined;
    await between();
  } while (cursor !== undefined);
  return seen;
}

describe(`paging while rows come, change and go (seed ${String(SEED)})`, () => {
  const sorts = (['companyName', 'domain', 'createdAt', 'licences'] as const).flatMap((field) =>
    (['asc', 'desc'] as const).map((direction) => ({ field, direction })),
  );
  it.each(sorts)(
    'gives each row that was there all along once: by $field $direction',
    async (sort) => {
      const path = join(directory, `${sort.field}-${sort.direction}.db`);
      const next = random(SEED);
      const writer = openSqliteProjectionStore({ path });
      const build = await writer.begin(customersView);
      await writer.promote(build);
      await writer.promote(await writer.begin(resellersView));
      const customers = new Customers(writer, build, next, ROWS);
      await customers.fill();
      const reader = openSqliteReadStore({ path });
      const seen = await pagedThrough(
        reader,
        sort,
        () => (ROWS > 10_000 ? MAX_LIMIT : 1 + next(MAX_LIMIT / 4)),
        async () => {
          for (let changes = next(MOST_CHANGES); changes > 0; changes -= 1)
            await customers.change();
        },
      );
      const staying = Array.from({ length: ROWS }, (_, index) => keyOf(2 * index));
      const wrong = staying.filter((key) => seen.get(key) !== 1);
      expect(wrong).toEqual([]);
      await reader.close();
      await writer.close();
      rmSync(path);
    },
    60_000 + ROWS,
  );
});
