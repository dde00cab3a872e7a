/** A query that no view can answer: an unknown field, a value of the wrong type, a limit out of bounds. */
export class InvalidQueryError extends Error {
  override readonly name = 'InvalidQueryError';
  readonly code = 'query-invalid';
}

/** A cursor that was not made here, or was made for another list, filter or sort. */
export class CursorInvalidError extends Error {
  override readonly name = 'CursorInvalidError';
  readonly code = 'cursor-invalid';
  constructor() {
    super('The cursor is not one that this list, filter and sort gave: begin again without it.');
  }
}

/** The view does not stand yet where the read needs it. Try again shortly. */
export class ViewBehindError extends Error {
  override readonly name = 'ViewBehindError';
  readonly code = 'view-behind';
  constructor(
    readonly view: string,
    readonly why: string,
  ) {
    super(`The view ${view} ${why}. Try again shortly.`);
  }
}
