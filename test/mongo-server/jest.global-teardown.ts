import { rmSync } from 'node:fs';
import { sharedDirectory } from './mongo-server';

/** After all tests: the shared server ends with this process, its file goes now. */
export default function teardown(): void {
  rmSync(sharedDirectory(String(process.pid)), { recursive: true, force: true });
}
