export type { S3EventListener, S3ObjectEvent } from './events.ts';
export { ObjectStore, type ObjectStoreOptions } from './object-store.ts';
export { s3Service } from './service.ts';
