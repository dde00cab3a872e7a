interface Entry {
  readonly key: string;
  readonly at: number;
}

/** Keys by the time at which each is due, the earliest first: a binary heap; a key has one time, the last that was set. */
export class DueQueue {
  private readonly heap: Entry[] = [];
  private readonly times = new Map<string, number>();

  /** Keys that have a time. */
  get size(): number {
    return this.times.size;
  }

  /** Makes the key due at this time (epoch milliseconds), `null`: never. */
  set(key: string, at: number | null): void {
    if (at === null) {
      this.times.delete(key);
      return;
    }
    if (this.times.get(key) === at) return;
    this.times.set(key, at);
    this.heap.push({ key, at });
    this.rise(this.heap.length - 1);
  }

  /** Takes the earliest key that is due by `now`, if any. */
  take(now: number): string | undefined {
    for (let first = this.heap[0]; first !== undefined && first.at <= now; first = this.heap[0]) {
      this.dropFirst();
      // What was set again since stands elsewhere in the heap.
      if (this.times.get(first.key) !== first.at) continue;
      this.times.delete(first.key);
      return first.key;
    }
    return undefined;
  }

  private dropFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink(0);
  }

  private rise(index: number): void {
    for (let child = index; child > 0;) {
      const parent = (child - 1) >> 1;
      if (this.timeAt(parent) <= this.timeAt(child)) return;
      this.swap(parent, child);
      child = parent;
    }
  }

  private sink(index: number): void {
    for (let parent = index; ;) {
      const left = 2 * parent + 1;
      const least = this.timeAt(left + 1) < this.timeAt(left) ? left + 1 : left;
      if (this.timeAt(parent) <= this.timeAt(least)) return;
      this.swap(parent, least);
      parent = least;
    }
  }

  private timeAt(index: number): number {
    return this.heap[index]?.at ?? Infinity;
  }

  private swap(a: number, b: number): void {
    const [first, second] = [this.heap[a], this.heap[b]];
    if (first === undefined || second === undefined) return;
    this.heap[a] = second;
    this.heap[b] = first;
  }
}
