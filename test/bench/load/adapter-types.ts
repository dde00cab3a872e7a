/** Types of the libraries that a benchmark measures from their build, for files that Node runs as they are. */
export type { NewEvent } from '@tierbook/eventing';
export type * as eventstoredb from '@tierbook/eventstoredb';
