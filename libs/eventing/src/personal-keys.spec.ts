import { InMemoryPersonalKeys } from './testing/in-memory-personal-keys';
import { personalKeysContract } from './testing/personal-keys.contract';

personalKeysContract(() => Promise.resolve(new InMemoryPersonalKeys()));
