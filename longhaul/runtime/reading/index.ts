export type { ObjectAddress, ObjectIdentity, ObjectPosition } from './address.ts';
export { ObjectReplacedError } from './errors.ts';
export { type ObjectSource, type OpenedObject, s3Source } from './object-source.ts';
export { type LinePosition, type Lines, type ReadLinesOptions, readLines } from './read-lines.ts';
export { type ObjectReading, type ReadObjectOptions, readObject } from './read-object.ts';
