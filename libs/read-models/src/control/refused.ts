/** Why something asked of a projection is refused. */
export type ControlRefusal =
  'projection-unknown' | 'projection-paused' | 'rebuild-under-way' | 'key-not-parked';

/** What was asked of a projection cannot be done as it stands; nothing was changed. */
export class ControlRefusedError extends Error {
  override readonly name = 'ControlRefusedError';
  constructor(
    readonly code: ControlRefusal,
    message: string,
  ) {
    super(message);
  }
}
