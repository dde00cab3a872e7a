/**
 * A map that keeps at least the `capacity` entries used last, and at most twice as many. It has two generations: what
 * is found in the former one moves into the current one, and when that is full the former one is dropped whole. So a
 * use costs a look-up, where an order of use would cost an entry taken out and put in again.
 */
export class RecentlyUsed<K, V extends object | number | string> {
  private current = new Map<K, V>();
  private former = new Map<K, V>();

  constructor(private readonly capacity: number) {}

  /** The entry, which is hereby used. */
  get(key: K): V | undefined {
    const value = this.current.get(key);
    if (value !== undefined) return value;
    const former = this.former.get(key);
    if (former !== undefined) this.set(key, former);
    return former;
  }

  set(key: K, value: V): void {
    if (this.current.size >= this.capacity && !this.current.has(key)) {
      this.former = this.current;
      this.current = new Map();
    }
    this.current.set(key, value);
  }

  delete(key: K): void {
    this.current.delete(key);
    this.former.delete(key);
  }

  clear(): void {
    this.current.clear();
    this.former.clear();
  }
}
