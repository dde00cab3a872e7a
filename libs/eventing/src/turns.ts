/**
 * Lets work on one key run one after the other, in the order it came, while work on other keys goes on.
 * Writers of one stream that take turns do not make each other's appends conflict.
 */
export class Turns {
  private readonly last = new Map<string, Promise<undefined>>();

  /** Runs `work` once all earlier work on this key has ended, well or badly. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
    this.last.set(key, ended);
    try {
      await before;
      return await work();
    } finally {
      if (this.last.get(key) === ended) this.last.delete(key);
      end(undefined);
    }
  }
}
