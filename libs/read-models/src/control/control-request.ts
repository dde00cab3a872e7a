import type { ParkedKey } from './parked-keys';
import type { ProjectionRunner } from '../runner/projection-runner';

/** Something asked of who runs the projections; plain data, so that it crosses threads. */
export type ControlRequest =
  | { readonly operation: 'rebuild' | 'resume'; readonly view: string }
  | { readonly operation: 'pause'; readonly view: string; readonly by: string }
  | { readonly operation: 'retry'; readonly view: string; readonly key: string }
  | {
      readonly operation: 'drop';
      readonly view: string;
      readonly key: string;
      readonly by: string;
      readonly why: string;
    };

/**
 * Does what is asked. A retry and a drop answer where the document stands still now, if it does.
 * @throws ControlRefusedError, UnreadableEventError.
 */
export async function perform(
  runner: ProjectionRunner,
  request: ControlRequest,
): Promise<ParkedKey | undefined> {
  switch (request.operation) {
    case 'rebuild':
      await runner.rebuild(request.view);
      return undefined;
    case 'resume':
      await runner.resume(request.view);
      return undefined;
    case 'pause':
      await runner.pause(request.view, request.by);
      return undefined;
    case 'retry':
      return runner.retry(request.view, request.key);
    case 'drop':
      return runner.drop(request.view, request.key, request);
  }
}
