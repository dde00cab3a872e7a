/**
 * How a field of a document can be filtered and sorted:
 * - `keyword`: as it is (ids, codes, dates as `toISOString` writes them);
 * - `keywords`: a list of such, of which a condition asks for one; nothing is sorted or counted by it;
 * - `text`: folded (`fold`);
 * - `search`: folded, and `contains` finds any part of it fast;
 * - `number`: a whole number.
 *
 * A missing (`null`, `undefined`) text counts as empty, a missing number as 0.
 */
export type FieldKind = 'keyword' | 'keywords' | 'text' | 'search' | 'number';

/** What an engine must know of a view to keep and to query it. */
export interface ViewDefinition<Doc extends object> {
  /** Lower-case words joined by hyphens: `partnership-requests`. */
  readonly name: string;
  /** Raised with every change to what the fold makes of the same events; the view is then built anew. */
  readonly version: number;
  /**
   * The oldest version whose documents today's queries still read: that one serves until the new one has
   * caught up. While only an older one stands, reads answer `view-behind`.
   */
  readonly readableFrom: number;
  /** The fields that queries filter and sort by, by their name in the document (top level only). */
  readonly fields: Readonly<Partial<Record<keyof Doc & string, FieldKind>>>;
  /** Fields to index together, in this order; the key comes after them. A `keywords` field is the first of its index. */
  readonly indexes: readonly (readonly (keyof Doc & string)[])[];
  /** The fields that lists show of a row, where lists are read often: `list` answers them as text, at little cost. */
  readonly listed?: readonly (keyof Doc & string)[];
}

/** A view whose documents do not matter to the holder. */
export type AnyView = ViewDefinition<never>;
