/** What class-transformer's decorators have noted. It is not exported by the package's index, nor typed beside its file. */
declare module 'class-transformer/cjs/storage' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage';
}
