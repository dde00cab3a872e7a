import { ERASED, type EventCodec, type EventReader } from '@tierbook/eventing';
import { ThingRecord } from './thing-record';

/** Names of resellers, as their own streams say them now; each is read once. */
export class ResellerNames {
  private readonly names = new Map<string, string>();

  constructor(
    private readonly reader: EventReader,
    private readonly codec: EventCodec,
    private readonly streamOf: (resellerId: string) => string,
    /** Whether who is told may know the reseller by name. */
    private readonly mayKnow: (resellerId: string) => Promise<boolean> = () =>
      Promise.resolve(true),
  ) {}

  /** Learns the names of all resellers that are named in there, however deep. */
  async learn(...values: readonly unknown[]): Promise<void> {
    for (const id of new Set(resellerIdsIn(values))) {
      if (!this.names.has(id)) this.names.set(id, await this.read(id));
    }
  }

  /** Its id, where it has no name or none was learnt. */
  nameOf(resellerId: string): string {
    return this.names.get(resellerId) ?? resellerId;
  }

  private async read(resellerId: string): Promise<string> {
    if (!(await this.mayKnow(resellerId))) return resellerId;
    const record = new ThingRecord();
    for await (const page of this.reader.readStream(this.streamOf(resellerId))) {
      for (const stored of page) record.apply((await this.codec.decode(stored)).event);
    }
    const name = record.valueOf({ type: 'reseller', id: resellerId }, 'name');
    return typeof name === 'string' && name !== ERASED ? name : resellerId;
  }
}

function resellerIdsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'resellerId' && typeof inner === 'string' ? [inner] : resellerIdsIn(inner),
  );
}
