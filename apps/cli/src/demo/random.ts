import { createHash } from 'node:crypto';

/** Draws that a seed and a name decide: the same ones in every run, and apart from those of other names. */
export class Random {
  private state: number;

  constructor(...name: readonly (string | number)[]) {
    this.state = createHash('sha256').update(JSON.stringify(name)).digest().readUInt32LE();
  }

  /** A fraction from 0 up to, but not, 1: Mulberry32, by Tommy Ettinger (public domain). */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both drawn too. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** Whether something of this chance, 0 to 1, happens. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of them, each as likely. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.between(0, items.length - 1)] ?? items[0];
  }

  /** One of them, as likely as its weight among all. */
  pickWeighted<T extends { readonly weight: number }>(items: readonly [T, ...T[]]): T {
    let left = this.fraction() * items.reduce((sum, { weight }) => sum + weight, 0);
    for (const item of items) {
      left -= item.weight;
      if (left < 0) return item;
    }
    return items[0];
  }

  /** The text with a digit drawn for each `#`. */
  digits(template: string): string {
    return template.replaceAll('#', () => String(this.between(0, 9)));
  }
}
