import type { AnyView, ListedPage, ListQuery, Page, Query, Row, Scan } from '@tierbook/read-models';

/** What the reader thread is asked. A view's definition crosses as data: it holds no functions. */
export type ToReader = { readonly id: number; readonly view: AnyView } & (
  | { readonly kind: 'find'; readonly query: Query }
  | { readonly kind: 'list'; readonly query: ListQuery }
  | { readonly kind: 'scan'; readonly scan: Scan }
);

/** Its answer, or why there is none. */
export type FromReader = { readonly id: number } & (
  | { readonly kind: 'found'; readonly page: Page<object> }
  | { readonly kind: 'listed'; readonly page: ListedPage }
  | { readonly kind: 'scanned'; readonly rows: readonly Row<object>[] }
  | { readonly kind: 'behind'; readonly view: string; readonly why: string }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'failed'; readonly message: string }
);

/** A message of these before it has its number. */
export type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;
