export { Database } from './double/database';
export { type AppendFault, WireDouble, type WireDoubleOptions } from './double/wire-double';
export { inNamespace } from './in-namespace';
