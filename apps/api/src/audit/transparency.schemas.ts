import type { ConsistencyProof, InclusionProof } from '@tierbook/audit';
import { always, count, listOf, objectOf, text, type Schemas } from '../http/schemas';

const HASH = text('SHA-256, base64.', { pattern: '^[A-Za-z0-9+/]{43}=$' });
const CHECKPOINT = text('The signed checkpoint that it is a proof for: a C2SP tlog-checkpoint.');

export const transparencySchemas: Schemas = {
  InclusionProof: objectOf<InclusionProof>(
    'That an event stands in the log. It is checked without this service: `tierbook audit check`.',
    {
      format: always('tierbook-inclusion-proof/1'),
      event: text("The event's canonical text (RFC 8785), personal data sealed: the leaf."),
      index: count('Its ordinal in the log, from 0 on.'),
      path: listOf(HASH, 'RFC 6962 audit path, from the leaf upwards.'),
      checkpoint: CHECKPOINT,
    },
  ),
  ConsistencyProof: objectOf<ConsistencyProof>('That the log only grew.', {
    format: always('tierbook-consistency-proof/1'),
    from: count('Events of the earlier tree.'),
    path: listOf(HASH, 'RFC 6962 consistency proof.'),
    checkpoint: CHECKPOINT,
  }),
};
