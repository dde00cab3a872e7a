import type { Moment } from '@tierbook/audit';
import type { Principal } from '@tierbook/identity';
import { ANOTHER_RESELLER } from '../audit/event-sight';

type Fields = Readonly<Record<string, unknown>>;

/** Fields that hold the name of whom another field of the same object names. */
const NAMED_BY = { resellerOfRecordName: 'resellerOfRecord', supportContactName: 'supportContact' };

/**
 * What a read as of a moment answers, as this caller is shown it: a reseller is not told which resellers there were
 * before it, as in the history.
 */
export function shownAsOf<T>(
  { organisation }: Principal,
  moment: Moment | undefined,
  answer: T,
): T {
  const isShown = moment === undefined || organisation.kind !== 'reseller';
  return isShown ? answer : (withoutOthers(answer, organisation.id) as T);
}

function withoutOthers(value: unknown, own: string): unknown {
  if (Array.isArray(value)) {
    const shown = value.filter((each) => !(isAnothers(each, own) && 'delegationId' in each));
    return shown.map((each) => withoutOthers(each, own));
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Fields;
  const shown: Fields = Object.fromEntries(
    Object.entries(fields).map(([name, inner]) => [name, withoutOthers(inner, own)]),
  );
  const unnamed = Object.entries(NAMED_BY).flatMap(([name, by]) =>
    name in fields && isAnothers(fields[by], own) ? [[name, null]] : [],
  );
  return { ...shown, ...masked(fields, own), ...(Object.fromEntries(unnamed) as Fields) };
}

function masked(fields: Fields, own: string): Fields {
  if (!isAnothers(fields, own)) return {};
  return {
    resellerId: ANOTHER_RESELLER,
    ...('name' in fields ? { name: null } : {}),
    ...('partnerId' in fields ? { partnerId: null } : {}),
  };
}

function isAnothers(value: unknown, own: string): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const { resellerId } = value as Fields;
  return typeof resellerId === 'string' && resellerId !== own;
}
