import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { formatPosition } from '@tierbook/eventing';
import { InvalidQueryError, ViewBehindError } from '../errors';
import {
  MAX_PURGED,
  type Build,
  type DocumentWrite,
  type ProjectionStore,
} from '../projection-store';
import {
  SCAN_BATCH,
  type Condition,
  type ListedPage,
  type ListQuery,
  type Query,
  type ReadStore,
  type Row,
  type Scan,
  type Sort,
} from '../read-store';
import type { AnyView, ViewDefinition } from '../view';

/** What an adapter gives the contract: the writing side, and a reading side of the same views. */
export interface ReadStoreUnderTest {
  readonly writer: ProjectionStore;
  readonly reader: ReadStore;
  /** What a program sees that reads the engine's own view of this name past the port; throws where there is none. */
  readonly direct: (
    name: string,
  ) => Promise<readonly { readonly key: string; readonly doc: unknown }[]>;
}

interface BookDoc {
  readonly title: string | null;
  readonly shelf: string;
  readonly pages: number;
  readonly author?: string;
  readonly topics?: readonly string[];
}

const books: ViewDefinition<BookDoc> = {
  name: 'library-books',
  version: 2,
  readableFrom: 1,
  fields: {
    title: 'search',
    shelf: 'keyword',
    pages: 'number',
    author: 'keyword',
    topics: 'keywords',
  },
  indexes: [['shelf', 'title'], ['title'], ['topics', 'title']],
  listed: ['title', 'pages'],
};

interface AuthorDoc {
  readonly author: string;
  readonly name: string;
  readonly land: string;
}

const authors: ViewDefinition<AuthorDoc> = {
  name: 'authors',
  version: 1,
  readableFrom: 1,
  fields: { name: 'search', land: 'text' },
  indexes: [['name']],
  listed: ['author', 'name'],
};

const shelves: ViewDefinition<{ readonly name: string }> = {
  name: 'shelves',
  version: 1,
  readableFrom: 1,
  fields: { name: 'keyword' },
  indexes: [['name']],
};

const at = (ordinal: number) => formatPosition('00000000000000aa', ordinal);
const checkpoint = (ordinal: number) => ({ position: at(ordinal), eventId: `e${String(ordinal)}` });
const book = (title: string | null, shelf = 'a', pages = 1, author?: string): BookDoc => ({
  title,
  shelf,
  pages,
  ...(author === undefined ? {} : { author }),
});

/** Every adapter of ReadStore and ProjectionStore runs this suite whole. */
export function readStoreContract(open: () => Promise<ReadStoreUnderTest>): void {
  describe('ReadStore contract', () => {
    let writer: ProjectionStore;
    let reader: ReadStore;
    let direct: ReadStoreUnderTest['direct'];
    let build: Build;
    beforeEach(async () => {
      ({ writer, reader, direct } = await open());
      build = await writer.begin(books);
      await writer.promote(build);
    });
    afterEach(async () => {
      await reader.close();
      await writer.close();
    });

    const put = (documents: readonly DocumentWrite[], ordinal: number, into = build) =>
      writer.write([{ build: into, documents, checkpoint: checkpoint(ordinal) }]);
    /** One book a title, each at its own position; keys are `k1`, `k2`, ... */
    const fill = (docs: readonly BookDoc[]) =>
      put(
        docs.map((doc, index) => ({ key: `k${String(index + 1)}`, position: at(index + 1), doc })),
        docs.length,
      );
    const byTitle: Sort = { field: 'title', direction: 'asc' };
    const find = (query: Partial<Query> = {}) =>
      reader.find(books, { where: [], sort: byTitle, limit: 200, ...query });
    const keys = (rows: readonly Row<object>[]) => rows.map(({ key }) => key);
    const found = async (...where: Condition[]) => keys((await find({ where })).rows);

    describe('documents', () => {
      it('reads what was written, by key, with its position', async () => {
        await fill([book('Ulysses'), book('Emma')]);
        expect(await reader.get(books, 'k1')).toEqual({
          key: 'k1',
          position: at(1),
          doc: book('Ulysses'),
        });
        expect(await reader.get(books, 'k3')).toBeUndefined();
        const many = await reader.getMany(books, ['k2', 'k9', 'k1', 'k2']);
        expect([...many.keys()].sort()).toEqual(['k1', 'k2']);
        expect(many.get('k2')?.doc).toEqual(book('Emma'));
      });

      it('changes nothing by a write at or before the position that stands', async () => {
        await put([{ key: 'k', position: at(5), doc: book('five') }], 5);
        await put([{ key: 'k', position: at(5), doc: book('again') }], 5);
        await put([{ key: 'k', position: at(4), doc: book('four') }], 5);
        await put([{ key: 'k', position: at(3), doc: null }], 5);
        expect((await reader.get(books, 'k'))?.doc).toEqual(book('five'));
        expect(await found({ field: 'title', op: 'eq', value: 'five' })).toEqual(['k']);
        await put([{ key: 'k', position: at(6), doc: book('six') }], 6);
        expect((await reader.get(books, 'k'))?.doc).toEqual(book('six'));
      });

      it('keeps the position of what was removed', async () => {
        await put([{ key: 'k', position: at(1), doc: book('Persuasion') }], 1);
        await put([{ key: 'k', position: at(3), doc: null }], 3);
        await put([{ key: 'k', position: at(2), doc: book('Persuasion') }], 3);
        expect(await reader.get(books, 'k')).toBeUndefined();
        expect(await writer.load(build, ['k', 'none'])).toEqual(
          new Map([['k', { position: at(3), doc: null }]]),
        );
        expect(await found()).toEqual([]);
        expect(await found({ field: 'title', op: 'contains', value: 'suas' })).toEqual([]);
        await put([{ key: 'k', position: at(4), doc: book('Persuasion') }], 4);
        expect(await found({ field: 'title', op: 'contains', value: 'suas' })).toEqual(['k']);
      });

      it('forgets tombstones when told that nobody is before them any more, and nothing else', async () => {
        const documents = ['k1', 'k2', 'k3'].map((key, index) => {
          return { key, position: at(index + 1), doc: book(`Persuasion ${key}`) };
        });
        await put(documents, 3);
        await put([{ key: 'k1', position: at(4), doc: null }], 4);
        await put([{ key: 'k2', position: at(5), doc: null }], 5);
        expect(await writer.purge(build, at(3))).toBe(0);
        expect(await writer.purge(build, at(4))).toBe(1);
        expect(await writer.purge(build, at(4))).toBe(0);
        await put([{ key: 'k2', position: at(2), doc: book('late') }], 5);
        expect(await found()).toEqual(['k3']);
        expect(await writer.purge(build, at(9))).toBe(1);
        expect(await found()).toEqual(['k3']);
        await put([{ key: 'k1', position: at(6), doc: book('Emma') }], 6);
        expect(await found({ field: 'title', op: 'contains', value: 'emma' })).toEqual(['k1']);
        expect(await found({ field: 'title', op: 'contains', value: 'suas' })).toEqual(['k3']);
      });

      it('forgets many tombstones, so many at a time', async () => {
        const many = Array.from({ length: MAX_PURGED + 1 }, (_, index) => `k${String(index)}`);
        await put(
          many.map((key) => ({ key, position: at(1), doc: null })),
          1,
        );
        expect(await writer.purge(build, at(1))).toBe(MAX_PURGED);
        expect(await writer.purge(build, at(1))).toBe(1);
      });

      it('shares no object with its callers', async () => {
        const doc = { ...book('Emma'), tags: ['a'] };
        await put([{ key: 'k', position: at(1), doc }], 1);
        doc.tags.push('b');
        const loaded = (await writer.load(build, ['k'])).get('k')?.doc as typeof doc;
        expect(loaded.tags).toEqual(['a']);
        loaded.tags.push('c');
        expect((await writer.load(build, ['k'])).get('k')).toEqual({
          position: at(1),
          doc: { ...doc, tags: ['a'] },
        });
      });

      it('keeps any text as it is', async () => {
        const doc = book('"São" \' % _ \\ \u{1F600} \n"; DROP TABLE x; --', "o'k");
        await put([{ key: 'k.1:"x"', position: at(1), doc }], 1);
        expect((await reader.get(books, 'k.1:"x"'))?.doc).toEqual(doc);
        expect(await found({ field: 'shelf', op: 'eq', value: "o'k" })).toEqual(['k.1:"x"']);
      });
    });

    describe('filters', () => {
      beforeEach(() =>
        fill([
          book('São João & Filhos Ltda', 'a', 100, 'w1'),
          book('SAO PAULO COMERCIO LTDA', 'b', 200),
          book('Açaí do Pará', 'b', 300, 'w2'),
          book('100% "Real" _Foods_', 'c', 400),
          book(null, 'C', 500),
          book('Cartório do 1º Ofício', 'd', 600, 'w3'),
        ]),
      );
      const cases: readonly (readonly [string, Condition, readonly string[]])[] = [
        ['a keyword as it is', { field: 'shelf', op: 'eq', value: 'c' }, ['k4']],
        ['a missing keyword', { field: 'author', op: 'eq', value: null }, ['k5', 'k4', 'k2']],
        ['a folded text', { field: 'title', op: 'eq', value: 'ACAI DO PARA' }, ['k3']],
        ['a number', { field: 'pages', op: 'eq', value: 300 }, ['k3']],
        ['any of some', { field: 'shelf', op: 'anyOf', values: ['a', 'c', 'x'] }, ['k4', 'k1']],
        ['any of none', { field: 'shelf', op: 'anyOf', values: [] }, []],
        ['a prefix', { field: 'title', op: 'prefix', value: 'são ' }, ['k1', 'k2']],
        [
          'a prefix of a keyword',
          { field: 'author', op: 'prefix', value: 'w' },
          ['k3', 'k6', 'k1'],
        ],
        ['a part', { field: 'title', op: 'contains', value: 'ltda' }, ['k1', 'k2']],
        ['a part with accents', { field: 'title', op: 'contains', value: 'JOÃO' }, ['k1']],
        ['a part without them', { field: 'title', op: 'contains', value: 'acai' }, ['k3']],
        ['a part with spaces', { field: 'title', op: 'contains', value: 'o pau' }, ['k2']],
        ['a part that is no pattern', { field: 'title', op: 'contains', value: '100%' }, ['k4']],
        ['wildcards as they are', { field: 'title', op: 'contains', value: '%_%' }, []],
        ['quotes as they are', { field: 'title', op: 'contains', value: '"real"' }, ['k4']],
        ['a search operator', { field: 'title', op: 'contains', value: 'ltda OR acai' }, []],
        [
          'a quote that would end the text',
          { field: 'title', op: 'contains', value: 'joao" lt' },
          [],
        ],
        ['a part with ordinals', { field: 'title', op: 'contains', value: '1º OFICIO' }, ['k6']],
        ['a part as it is typed', { field: 'title', op: 'contains', value: '1o oficio' }, ['k6']],
        ['a star as it is', { field: 'title', op: 'contains', value: 'lt*' }, []],
        ['a question mark as it is', { field: 'title', op: 'contains', value: 'l?da' }, []],
        ['a prefix with a wildcard', { field: 'title', op: 'prefix', value: '%' }, []],
        ['a part and no more', { field: 'title', op: 'contains', value: 'oficio' }, ['k6']],
        ['NULs dropped', { field: 'title', op: 'contains', value: 'a\0cai' }, ['k3']],
        ['two letters: a prefix', { field: 'title', op: 'contains', value: 'sa' }, ['k1', 'k2']],
        [
          'nothing to search for',
          { field: 'title', op: 'contains', value: '' },
          ['k5', 'k4', 'k3', 'k6', 'k1', 'k2'],
        ],
        ['from and below', { field: 'pages', op: 'range', gte: 200, lt: 400 }, ['k3', 'k2']],
        ['above and up to', { field: 'pages', op: 'range', gt: 200, lte: 400 }, ['k4', 'k3']],
        [
          'a range of keywords',
          { field: 'shelf', op: 'range', gte: 'b' },
          ['k4', 'k3', 'k6', 'k2'],
        ],
        ['a range the wrong way round', { field: 'pages', op: 'range', gte: 300, lt: 200 }, []],
      ];
      it.each(cases)('find %s', async (_, condition, expected) => {
        expect(await found(condition)).toEqual(expected);
      });

      it('hold together', async () => {
        const ltda: Condition = { field: 'title', op: 'contains', value: 'ltda' };
        expect(await found(ltda, { field: 'shelf', op: 'eq', value: 'b' })).toEqual(['k2']);
        expect(await found(ltda, { field: 'shelf', op: 'eq', value: 'c' })).toEqual([]);
      });

      it('follow a document that changes', async () => {
        await put([{ key: 'k3', position: at(9), doc: book('Guaraná', 'z') }], 9);
        expect(await found({ field: 'title', op: 'contains', value: 'acai' })).toEqual([]);
        expect(await found({ field: 'title', op: 'contains', value: 'guarana' })).toEqual(['k3']);
        expect(await found({ field: 'shelf', op: 'eq', value: 'z' })).toEqual(['k3']);
      });

      const refused: readonly (readonly [string, Partial<Query>])[] = [
        ['an unknown field', { where: [{ field: 'isbn', op: 'eq', value: 'x' }] }],
        ['an inherited name', { where: [{ field: 'constructor', op: 'eq', value: 'x' }] }],
        ['an unknown sort', { sort: { field: 'title"; --', direction: 'asc' } }],
        ['a text for a number', { where: [{ field: 'pages', op: 'eq', value: '1' }] }],
        ['a number for a text', { where: [{ field: 'shelf', op: 'anyOf', values: [1] }] }],
        ['a fraction', { where: [{ field: 'pages', op: 'range', gte: 1.5 }] }],
        ['a part of a keyword', { where: [{ field: 'shelf', op: 'contains', value: 'abc' }] }],
        ['a long text', { where: [{ field: 'title', op: 'contains', value: 'x'.repeat(10_000) }] }],
        ['an object', { where: [{ field: 'shelf', op: 'eq', value: { $ne: 1 } as never }] }],
        [
          'an object to begin with',
          { where: [{ field: 'shelf', op: 'prefix', value: {} as never }] },
        ],
        ['an object as a bound', { where: [{ field: 'shelf', op: 'range', gt: {} as never }] }],
        [
          'a list among the values',
          { where: [{ field: 'shelf', op: 'anyOf', values: [[]] as never }] },
        ],
        ['an object to go on after', { after: [{ $gt: '' } as never, 'k'] }],
        ['counts by a text', { countBy: ['title'] }],
        ['counts by an unknown field', { countBy: ['$where'] }],
        ['limit 0', { limit: 0 }],
        ['a negative limit', { limit: -1 }],
        ['a limit of 201', { limit: 201 }],
        ['a limit of 10^9', { limit: 1e9 }],
        ['half a limit', { limit: 0.5 }],
      ];
      it.each(refused)('refuse %s', async (_, query) => {
        await expect(find(query)).rejects.toBeInstanceOf(InvalidQueryError);
      });
    });

    describe('pages', () => {
      const sorts: readonly Sort[] = (['title', 'pages', 'author'] as const).flatMap((field) =>
        (['asc', 'desc'] as const).map((direction) => ({ field, direction })),
      );
      it.each(sorts)('by $field $direction give each row once, in order', async (sort) => {
        await fill(
          Array.from({ length: 23 }, (_, index) =>
            book(
              `T${String(index % 5)}`,
              'a',
              index % 3,
              index % 2 === 0 ? `w${String(index % 4)}` : undefined,
            ),
          ),
        );
        const whole = keys((await find({ sort })).rows);
        expect(new Set(whole).size).toBe(23);
        const paged: string[] = [];
        let page = await find({ sort, limit: 4 });
        for (;;) {
          paged.push(...keys(page.rows));
          if (page.next === undefined) break;
          page = await find({ sort, limit: 4, after: page.next });
        }
        expect(paged).toEqual(whole);
      });

      it('sort texts without accents and case, then by key, both ways', async () => {
        await fill([book('b'), book('Ábaco'), book('abaco'), book('C'), book('zebra')]);
        expect(keys((await find()).rows)).toEqual(['k2', 'k3', 'k1', 'k4', 'k5']);
        const sort = { field: 'title', direction: 'desc' } as const;
        expect(keys((await find({ sort })).rows)).toEqual(['k5', 'k4', 'k1', 'k3', 'k2']);
      });

      it('have no next when they end the list', async () => {
        await fill([book('a'), book('b')]);
        expect(await find({ limit: 2 })).not.toHaveProperty('next');
        expect((await find({ limit: 1 })).next).toEqual(['a', 'k1']);
      });

      it('stay right while rows before them come and go', async () => {
        await fill([book('b'), book('d'), book('f'), book('h')]);
        const { next } = await find({ limit: 2 });
        await put(
          [
            { key: 'k1', position: at(11), doc: null },
            { key: 'k2', position: at(12), doc: null },
            { key: 'n', position: at(13), doc: book('a') },
          ],
          13,
        );
        expect(keys((await find({ after: next })).rows)).toEqual(['k3', 'k4']);
      });

      it('count all that the conditions find, when asked', async () => {
        await fill([book('a', 'x'), book('b', 'x'), book('c', 'y')]);
        const where: Condition[] = [{ field: 'shelf', op: 'eq', value: 'x' }];
        expect((await find({ where, limit: 1, count: true })).total).toBe(2);
        const { next } = await find({ where, limit: 1 });
        expect((await find({ where, after: next, count: true })).total).toBe(2);
        expect(await find({ where })).not.toHaveProperty('total');
      });

      it('count exactly to 10,000 and then say "at least"', async () => {
        const docs = Array.from({ length: 10_000 }, (_, index) => book(`t${String(index)}`));
        await fill(docs);
        expect((await find({ limit: 1, count: true })).total).toBe(10_000);
        await put([{ key: 'more', position: at(10_001), doc: book('more') }], 10_001);
        expect((await find({ limit: 1, count: true })).total).toEqual({ atLeast: 10_000 });
        // Enough hits that an engine may look for the term in another way.
        const where: Condition[] = [{ field: 'title', op: 'contains', value: 't999' }];
        expect(keys((await find({ where, limit: 3 })).rows)).toEqual(['k1000', 'k9991', 'k9992']);
        const all: Condition[] = [{ field: 'title', op: 'prefix', value: 't' }];
        expect((await find({ where: all, limit: 1, count: true })).total).toBe(10_000);
      });

      it('count by fields, the most frequent value first', async () => {
        await fill([
          book('a', 'x', 1, 'w1'),
          book('b', 'y', 2),
          book('c', 'y', 2, 'w1'),
          book('d', 'z', 2),
        ]);
        const { counts } = await find({ limit: 1, countBy: ['shelf', 'pages', 'author'] });
        expect(counts).toEqual({
          shelf: [
            { value: 'y', count: 2 },
            { value: 'x', count: 1 },
            { value: 'z', count: 1 },
          ],
          pages: [
            { value: 2, count: 3 },
            { value: 1, count: 1 },
          ],
          author: [
            { value: null, count: 2 },
            { value: 'w1', count: 2 },
          ],
        });
        const where: Condition[] = [{ field: 'shelf', op: 'eq', value: 'y' }];
        expect((await find({ where, countBy: ['author'] })).counts).toEqual({
          author: [
            { value: null, count: 1 },
            { value: 'w1', count: 1 },
          ],
        });
        expect(await find()).not.toHaveProperty('counts');
      });

      it('count by fields of many rows: of so many, and the most frequent values', async () => {
        await fill(
          Array.from({ length: 10_001 }, (_, index) =>
            book(`t${String(index)}`, index % 2 === 0 ? 'even' : `odd-${String(index)}`, 7),
          ),
        );
        const { counts } = await find({ limit: 1, countBy: ['pages', 'shelf'] });
        expect(counts?.['pages']).toEqual([{ value: 7, count: { atLeast: 10_000 } }]);
        expect(counts?.['shelf']).toHaveLength(200);
        expect(counts?.['shelf']?.[0]?.value).toBe('even');
      });

      it('find a common term along the sort', async () => {
        await fill(Array.from({ length: 3_000 }, (_, index) => book(`Ltda ${String(index)}`)));
        const where: Condition[] = [{ field: 'title', op: 'contains', value: 'LTDA' }];
        const page = await find({ where, limit: 2, count: true });
        expect(keys(page.rows)).toEqual(['k1', 'k2']);
        expect(page.total).toBe(3_000);
      });

      it('find a common term far down the sort, and one that another condition holds off', async () => {
        const title = (index: number) =>
          `${index < 21_000 ? 'A' : 'Z Ltda'} ${String(index).padStart(5, '0')}`;
        await fill(
          Array.from({ length: 23_100 }, (_, index) => book(title(index), 'a', index % 2)),
        );
        const term: Condition = { field: 'title', op: 'contains', value: 'ltda' };
        const first = await find({ where: [term], limit: 2 });
        expect(keys(first.rows)).toEqual(['k21001', 'k21002']);
        const more = await find({ where: [term], limit: 2, after: first.next });
        expect(keys(more.rows)).toEqual(['k21003', 'k21004']);
        const odd: Condition = { field: 'pages', op: 'eq', value: 1 };
        const down = { field: 'title', direction: 'desc' } as const;
        const last = await find({ where: [term, odd], sort: down, limit: 1, count: true });
        expect(keys(last.rows)).toEqual(['k23100']);
        expect(last.total).toBe(1_050);
        const shelf: Condition = { field: 'shelf', op: 'eq', value: 'b' };
        expect((await find({ where: [term, shelf] })).rows).toEqual([]);
      });
    });

    describe('lists of keywords', () => {
      const about = (title: string, ...topics: readonly string[]) => ({ ...book(title), topics });
      const on = (topic: string): Condition => ({ field: 'topics', op: 'eq', value: topic });
      beforeEach(() =>
        fill([
          about('Emma', 'love', 'money'),
          about('Dracula', 'fear'),
          about('Cranford', 'money', 'love', 'money'),
          book('Atlas'),
          about('Ábaco', 'love'),
        ]),
      );

      it('are found by one of them, or any of some, each row once and in order', async () => {
        expect(await found(on('love'))).toEqual(['k5', 'k3', 'k1']);
        expect(await found(on('money'))).toEqual(['k3', 'k1']);
        expect(await found(on('"love"'))).toEqual([]);
        const some: Condition = { field: 'topics', op: 'anyOf', values: ['fear', 'money', 'love'] };
        expect(await found(some)).toEqual(['k5', 'k3', 'k2', 'k1']);
        expect(await found({ ...some, values: [] })).toEqual([]);
      });

      it('are paged both ways, counted and searched with other conditions', async () => {
        const query = { where: [on('love')], limit: 2, count: true };
        const first = await find(query);
        expect([keys(first.rows), first.total]).toEqual([['k5', 'k3'], 3]);
        expect(keys((await find({ ...query, after: first.next })).rows)).toEqual(['k1']);
        const sort = { field: 'title', direction: 'desc' } as const;
        const last = await find({ ...query, sort });
        expect(keys(last.rows)).toEqual(['k1', 'k3']);
        expect(keys((await find({ ...query, sort, after: last.next })).rows)).toEqual(['k5']);
        const byPages: Sort = { field: 'pages', direction: 'asc' };
        expect(keys((await find({ ...query, sort: byPages })).rows)).toEqual(['k1', 'k3']);
        expect(await found(on('love'), { field: 'title', op: 'contains', value: 'ran' })).toEqual([
          'k3',
        ]);
        expect(await found(on('love'), { field: 'title', op: 'prefix', value: 'a' })).toEqual([
          'k5',
        ]);
      });

      it('follow a document that changes, goes and comes back', async () => {
        await put([{ key: 'k1', position: at(6), doc: about('Emma', 'money', 'wit') }], 6);
        await put([{ key: 'k3', position: at(7), doc: about('Zenobia', 'love') }], 7);
        expect(await found(on('love'))).toEqual(['k5', 'k3']);
        expect(await found(on('wit'))).toEqual(['k1']);
        await put([{ key: 'k3', position: at(8), doc: null }], 8);
        expect(await found(on('love'))).toEqual(['k5']);
        await put([{ key: 'k3', position: at(9), doc: about('Cranford', 'love') }], 9);
        expect(await found(on('love'))).toEqual(['k5', 'k3']);
        const rows: string[] = [];
        for await (const batch of reader.scan(books, { where: [on('love')] }))
          rows.push(...keys(batch));
        expect(rows).toEqual(['k3', 'k5']);
      });

      it.each<Partial<Query>>([
        { where: [{ field: 'topics', op: 'prefix', value: 'lo' }] },
        { where: [{ field: 'topics', op: 'range', gte: 'a' }] },
        { where: [{ field: 'topics', op: 'eq', value: null }] },
        { where: [{ field: 'topics', op: 'eq', value: { $ne: 1 } as never }] },
        { sort: { field: 'topics', direction: 'asc' } },
        { countBy: ['topics'] },
      ])('are refused in %j', async (query) => {
        await expect(find(query)).rejects.toBeInstanceOf(InvalidQueryError);
      });
    });

    describe('lists', () => {
      const beside = { view: authors, by: 'author', as: 'writer' };
      const list = (query: Partial<ListQuery> = {}, view: AnyView = books) =>
        reader.list(view, { where: [], sort: byTitle, limit: 200, beside, ...query });
      const shown = ({ rows, text }: ListedPage) => {
        const items = JSON.parse(`[${Buffer.from(text).toString()}]`) as readonly unknown[];
        expect(items).toHaveLength(rows.length);
        return rows.map(({ key }, index) => [key, items[index]]);
      };
      beforeEach(async () => {
        const build = await writer.begin(authors);
        await writer.promote(build);
        const documents = [
          { key: 'w1', position: at(1), doc: { author: 'w1', name: 'Zélia "Z"', land: 'BR' } },
          { key: 'w2', position: at(2), doc: { author: 'w2', name: 'Austen', land: 'GB' } },
          { key: 'w3', position: at(3), doc: null },
        ];
        await writer.write([{ build, documents, checkpoint: checkpoint(3) }]);
      });
      const zelia = { author: 'w1', name: 'Zélia "Z"' };

      it('show of each row the fields that the view lists, and beside them those of another', async () => {
        const odd = '"},\u{1F600} \n {"pages":7,';
        await fill([book(odd, 'a', 3, 'w1'), book(null, 'b', 4)]);
        await put([{ key: 'k3', position: at(3), doc: { shelf: 'c', author: 'w2' } }], 3);
        const page = await list();
        expect(shown(page)).toEqual([
          ['k2', { title: null, pages: 4, writer: null }],
          ['k3', { writer: { author: 'w2', name: 'Austen' } }],
          ['k1', { title: odd, pages: 3, writer: zelia }],
        ]);
        expect(page.rows.map(({ besideKey }) => besideKey)).toEqual([null, 'w2', 'w1']);
      });

      it('show nothing but the key of what is not there', async () => {
        await fill([book('a', 'x', 1, 'w9'), book('b', 'x', 2, 'w3'), book('c', 'x', 3, 'w1')]);
        expect(shown(await list())).toEqual([
          ['k1', { title: 'a', pages: 1, writer: { author: 'w9', name: null } }],
          ['k2', { title: 'b', pages: 2, writer: { author: 'w3', name: null } }],
          ['k3', { title: 'c', pages: 3, writer: zelia }],
        ]);
        const where: Condition[] = [{ field: 'shelf', op: 'eq', value: 'none' }];
        expect(shown(await list({ where }))).toEqual([]);
      });

      it('follow documents that change in what they show, and in nothing else', async () => {
        await fill([book('a', 'x', 1, 'w1'), book('b', 'x', 2)]);
        await put([{ key: 'k1', position: at(3), doc: { ...book('a', 'x', 1, 'w1'), tag: 1 } }], 3);
        await put([{ key: 'k2', position: at(4), doc: book('b \u{1F600}', 'x', 22, 'w1') }], 4);
        expect(shown(await list())).toEqual([
          ['k1', { title: 'a', pages: 1, writer: zelia }],
          ['k2', { title: 'b \u{1F600}', pages: 22, writer: zelia }],
        ]);
        await put([{ key: 'k1', position: at(5), doc: null }], 5);
        expect((await list()).rows.map(({ key }) => key)).toEqual(['k2']);
      });

      it('are paged, filtered, counted and searched as `find` is', async () => {
        await fill(
          Array.from({ length: 9 }, (_, n) => book(`Ltda ${String(n)}`, n < 5 ? 'a' : 'b')),
        );
        const where: Condition[] = [
          { field: 'shelf', op: 'eq', value: 'a' },
          { field: 'title', op: 'contains', value: 'ltda' },
        ];
        const query = { where, limit: 2, count: true, countBy: ['shelf'] };
        const { rows, text, ...rest } = await list(query);
        const { rows: found, ...same } = await find(query);
        expect(rest).toEqual(same);
        expect(text.length).toBeGreaterThan(0);
        expect(rows.map(({ key }) => key)).toEqual(keys(found));
        const next = await list({ where, limit: 2, after: rest.next });
        expect(shown(next)).toEqual([
          ['k3', { title: 'Ltda 2', pages: 1, writer: null }],
          ['k4', { title: 'Ltda 3', pages: 1, writer: null }],
        ]);
      });

      it('show what today lists of a build that was laid out for other lists', async () => {
        await fill([book('a', 'x', 1, 'w1'), book('b', 'x', 1, 'w9')]);
        const tomorrow: ViewDefinition<BookDoc> = { ...books, version: 3, listed: ['shelf'] };
        const landed: ViewDefinition<AuthorDoc> = { ...authors, version: 2, listed: ['land'] };
        expect(shown(await list({}, tomorrow))).toEqual([
          ['k1', { shelf: 'x', writer: zelia }],
          ['k2', { shelf: 'x', writer: { author: 'w9', name: null } }],
        ]);
        const ofLands = { ...beside, view: landed };
        expect(shown(await list({ beside: ofLands, limit: 1 }))).toEqual([
          ['k1', { title: 'a', pages: 1, writer: { land: 'BR' } }],
        ]);
      });

      it('are refused of and beside a view that lists nothing, and by anything but a keyword', async () => {
        const sort: Sort = { field: 'name', direction: 'asc' };
        const refused = [
          list({ sort, beside: { ...beside, by: 'name' } }, shelves),
          list({ beside: { ...beside, view: shelves } }),
          ...['title', 'isbn', 'constructor'].map((by) => list({ beside: { ...beside, by } })),
        ];
        for (const each of refused) await expect(each).rejects.toBeInstanceOf(InvalidQueryError);
      });
    });

    describe('joins', () => {
      const join = { view: authors, by: 'author' };
      beforeEach(async () => {
        const build = await writer.begin(authors);
        await writer.promote(build);
        const documents = [
          { key: 'w1', position: at(1), doc: { author: 'w1', name: 'Zélia', land: 'BR' } },
          { key: 'w2', position: at(2), doc: { author: 'w2', name: 'Austen', land: 'GB' } },
          { key: 'w3', position: at(3), doc: null },
        ];
        await writer.write([{ build, documents, checkpoint: checkpoint(3) }]);
        await fill([
          book('a', 'x', 1, 'w1'),
          book('b', 'x', 2, 'w2'),
          book('c', 'x', 3, 'w3'),
          book('d', 'x', 4),
        ]);
      });

      it('sort and page by a field of the joined row; none counts as missing', async () => {
        const sort: Sort = { field: 'authors.name', direction: 'asc' };
        const first = await find({ sort, join, limit: 3 });
        expect(keys(first.rows)).toEqual(['k3', 'k4', 'k2']);
        expect(keys((await find({ sort, join, after: first.next })).rows)).toEqual(['k1']);
      });

      it('filter by it, with a total', async () => {
        const where: Condition[] = [{ field: 'authors.name', op: 'contains', value: 'zelia' }];
        const page = await find({ where, join, count: true });
        expect(keys(page.rows)).toEqual(['k1']);
        expect(page.total).toBe(1);
        const land: Condition[] = [{ field: 'authors.land', op: 'eq', value: 'gb' }];
        expect(keys((await find({ where: land, join })).rows)).toEqual(['k2']);
      });

      it('refuse fields that neither has', async () => {
        const sort: Sort = { field: 'authors.title', direction: 'asc' };
        await expect(find({ sort, join })).rejects.toBeInstanceOf(InvalidQueryError);
        const unknown = { view: authors, by: 'isbn' };
        await expect(find({ join: unknown })).rejects.toBeInstanceOf(InvalidQueryError);
      });
    });

    describe('scans', () => {
      const scanned = async (scan: Partial<Scan> = {}, seen: () => Promise<void> = () => done) => {
        const batches: (readonly string[])[] = [];
        for await (const rows of reader.scan(books, { where: [], ...scan })) {
          batches.push(keys(rows));
          await seen();
        }
        return batches;
      };
      const done = Promise.resolve();
      const numbered = (from: number, to: number): DocumentWrite[] =>
        Array.from({ length: to - from }, (_, index) => {
          const key = `k${String(from + index).padStart(5, '0')}`;
          return { key, position: at(1), doc: book(key, index % 2 === 0 ? 'even' : 'odd') };
        });

      it('give every row by key, in batches', async () => {
        await put(numbered(0, SCAN_BATCH + 3), 1);
        const batches = await scanned();
        expect(batches.map(({ length }) => length)).toEqual([SCAN_BATCH, 3]);
        const all = numbered(0, SCAN_BATCH + 3).map(({ key }) => key);
        expect(batches.flat()).toEqual(all);
        expect((await scanned({ after: all[SCAN_BATCH] ?? '' })).flat()).toEqual(
          all.slice(SCAN_BATCH + 1),
        );
      });

      it('give the rows of their conditions, with document and position', async () => {
        await put(numbered(0, 4), 1);
        const where: Condition[] = [{ field: 'shelf', op: 'eq', value: 'odd' }];
        expect((await scanned({ where })).flat()).toEqual(['k00001', 'k00003']);
        for await (const [row] of reader.scan(books, { where })) {
          expect(row).toEqual({ key: 'k00001', position: at(1), doc: book('k00001', 'odd') });
        }
        const nothing: Condition[] = [{ field: 'shelf', op: 'eq', value: 'none' }];
        expect(await scanned({ where: nothing })).toEqual([]);
      });

      it('give what was there all along once, while rows come and go and the view is rebuilt', async () => {
        await put(numbered(0, 3 * SCAN_BATCH), 1);
        let turn = 0;
        const batches = await scanned({}, async () => {
          if (turn++ > 0) return;
          await put([{ key: 'k00001', position: at(2), doc: null }], 2);
          await put([{ key: 'k00000a', position: at(3), doc: book('new') }], 3);
          const next = await writer.begin(books);
          await put(numbered(2, 3 * SCAN_BATCH), 3, next);
          await writer.promote(next);
        });
        expect(batches.flat()).toEqual(numbered(0, 3 * SCAN_BATCH).map(({ key }) => key));
      });

      it('refuse conditions that do not fit, and a view that does not serve', async () => {
        const where: Condition[] = [{ field: 'isbn', op: 'eq', value: 'x' }];
        await expect(scanned({ where })).rejects.toBeInstanceOf(InvalidQueryError);
        await writer.discard(build);
        await expect(scanned()).rejects.toBeInstanceOf(ViewBehindError);
      });
    });

    describe('direct readers', () => {
      const titles = async () =>
        (await direct('library_books')).map(({ key, doc }) => [key, (doc as BookDoc).title]);

      it('see what exists under the name of the view, which a rebuild moves', async () => {
        await fill([book('Ábaco'), book('Emma')]);
        await put([{ key: 'k2', position: at(3), doc: null }], 3);
        expect(await titles()).toEqual([['k1', 'Ábaco']]);
        const next = await writer.begin(books);
        await put([{ key: 'k9', position: at(1), doc: book('new') }], 1, next);
        expect(await titles()).toEqual([['k1', 'Ábaco']]);
        await writer.promote(next);
        expect(await titles()).toEqual([['k9', 'new']]);
      });
    });

    describe('builds', () => {
      it('tell how far they have come', async () => {
        expect(await reader.positionOf(books)).toBeUndefined();
        expect((await writer.builds())[0]?.checkpoint).toBeUndefined();
        await put([], 7);
        expect(await reader.positionOf(books)).toBe(at(7));
        expect(await writer.builds()).toEqual([
          { ...build, serving: true, checkpoint: checkpoint(7) },
        ]);
      });

      it('write several views with their checkpoints', async () => {
        const other = await writer.begin(authors);
        await writer.promote(other);
        await writer.write([
          {
            build,
            documents: [{ key: 'k', position: at(1), doc: book('t') }],
            checkpoint: checkpoint(2),
          },
          {
            build: other,
            documents: [{ key: 'w', position: at(2), doc: { name: 'n', land: 'l' } }],
            checkpoint: checkpoint(2),
          },
        ]);
        expect((await reader.get(books, 'k'))?.position).toBe(at(1));
        expect((await reader.get(authors, 'w'))?.position).toBe(at(2));
        expect(await reader.positionOf(authors)).toBe(at(2));
      });

      it('are not read before they serve; then at once, and the old one is gone', async () => {
        await fill([book('old')]);
        const next = await writer.begin(books);
        expect(next).toEqual({ ...build, generation: 2, checkpoint: undefined });
        await put([{ key: 'k1', position: at(1), doc: book('new') }], 5, next);
        expect((await reader.get(books, 'k1'))?.doc).toEqual(book('old'));
        expect(await reader.positionOf(books)).toBe(at(1));
        await writer.promote(next);
        expect((await reader.get(books, 'k1'))?.doc).toEqual(book('new'));
        expect(await found({ field: 'title', op: 'contains', value: 'new' })).toEqual(['k1']);
        expect(await reader.positionOf(books)).toBe(at(5));
        expect(await writer.builds()).toEqual([
          { ...next, serving: true, checkpoint: checkpoint(5) },
        ]);
      });

      it('can be dropped, and their documents with them', async () => {
        await fill([book('old')]);
        await writer.discard(build);
        await expect(reader.get(books, 'k1')).rejects.toBeInstanceOf(ViewBehindError);
        const again = await writer.begin(books);
        await writer.promote(again);
        expect(await reader.get(books, 'k1')).toBeUndefined();
      });

      it('answer view-behind where none serves', async () => {
        const where: Condition[] = [];
        await expect(reader.get(authors, 'w')).rejects.toBeInstanceOf(ViewBehindError);
        await expect(reader.getMany(authors, ['w'])).rejects.toBeInstanceOf(ViewBehindError);
        await expect(reader.positionOf(authors)).rejects.toBeInstanceOf(ViewBehindError);
        await expect(
          reader.find(authors, { where, sort: { field: 'name', direction: 'asc' }, limit: 1 }),
        ).rejects.toBeInstanceOf(ViewBehindError);
        await expect(find({ join: { view: authors, by: 'author' } })).rejects.toBeInstanceOf(
          ViewBehindError,
        );
      });

      it('of an older version serve what they hold, where today reads it', async () => {
        await fill([book('old')]);
        const tomorrow: ViewDefinition<BookDoc & { readonly isbn: string }> = {
          ...books,
          version: 3,
          fields: { ...books.fields, isbn: 'keyword' },
        };
        expect((await reader.get(tomorrow, 'k1'))?.doc.title).toBe('old');
        const byIsbn = { where: [], sort: { field: 'isbn', direction: 'asc' }, limit: 1 } as const;
        await expect(reader.find(tomorrow, byIsbn)).rejects.toBeInstanceOf(ViewBehindError);
        const broken = { ...tomorrow, readableFrom: 3 };
        await expect(reader.get(broken, 'k1')).rejects.toBeInstanceOf(ViewBehindError);
      });

      it('of a newer version are not read: today does not know what they hold', async () => {
        await fill([book('new')]);
        const yesterday = { ...books, version: 1 };
        await expect(reader.get(yesterday, 'k1')).rejects.toBeInstanceOf(ViewBehindError);
      });
    });

    it('reads at most 200 keys at once', async () => {
      const tooMany = Array.from({ length: 201 }, (_, index) => String(index));
      await expect(reader.getMany(books, tooMany)).rejects.toBeInstanceOf(InvalidQueryError);
    });
  });
}
