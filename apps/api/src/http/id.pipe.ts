import { Injectable, type PipeTransform } from '@nestjs/common';
import { ProblemError } from './problems';

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text has the form of the ids that the API gives. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** Ids in paths: what is no id names nothing. */
@Injectable()
export class IdPipe<T extends string> implements PipeTransform<string, T> {
  transform(text: string): T {
    if (ID.test(text)) return text as T;
    throw new ProblemError('not-found', 'This is no id that the API gave.');
  }
}

/** Ids of partnerships: `<provider id>.<reseller id>`. */
@Injectable()
export class PairIdPipe<T extends string> implements PipeTransform<string, T> {
  transform(text: string): T {
    const parts = text.split('.');
    if (parts.length === 2 && parts.every((part) => ID.test(part))) return text as T;
    throw new ProblemError('not-found', 'This is no id that the API gave.');
  }
}
