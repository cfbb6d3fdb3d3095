import type { StandardSchemaV1 } from '@standard-schema/spec';
import { decodeS3Key, defineJob, typed } from 'longhaul';
import { z } from 'zod';
import type { CsvReport } from './profile/result.ts';

export type { CsvReport };

/** The object to profile. `eTag` (without quotes) is the one of the event, if an event named it. */
export interface CsvObject {
  bucket: string;
  key: string;
  versionId?: string | undefined;
  eTag?: string | undefined;
}

const bucket = z.string().min(1).describe('The bucket that holds the object');

/** As a person sends it: `{ "bucket": "uploads", "key": "incoming/some ünïcode key.csv" }`. */
const plain = z
  .strictObject({
    bucket,
    key: z.string().min(1).describe("The object's key, as it is: not URL-encoded"),
    versionId: z.string().min(1).optional().describe('A version of the object; without it, the newest'),
  })
  .describe('An object by bucket and key')
  .transform((object): CsvObject => object);

/** "Event message structure", Amazon S3 user guide. */
const notification = z
  .object({
    Records: z
      .array(
        z.object({
          s3: z.object({
            bucket: z.object({ name: bucket }),
            object: z.object({
              key: z.string().min(1).describe("The object's key, URL-encoded, with + for a space"),
              versionId: z.string().optional(),
              eTag: z.string().optional(),
              size: z.number().optional(),
            }),
          }),
        }),
      )
      .length(1, 'must hold exactly one record: one execution profiles one object'),
  })
  .describe('An S3 event notification with one record')
  .transform(({ Records }, context): CsvObject => {
    const { bucket, object } = Records[0]!.s3;
    try {
      const key = decodeS3Key(object.key);
      return { bucket: bucket.name, key, versionId: object.versionId, eTag: object.eTag };
    } catch {
      const message = `is not URL-encoded: ${JSON.stringify(object.key)}`;
      context.addIssue({ code: 'custom', message, path: ['Records', 0, 's3', 'object', 'key'] });
      return z.NEVER;
    }
  });

/** "EventBridge event message structure", Amazon S3 user guide. */
const eventBridge = z
  .object({
    source: z.literal('aws.s3'),
    detail: z.object({
      bucket: z.object({ name: bucket }),
      object: z.object({
        key: z.string().min(1).describe("The object's key, as it is: not URL-encoded"),
        'version-id': z.string().optional(),
        etag: z.string().optional(),
        size: z.number().optional(),
      }),
    }),
  })
  .describe('The event that S3 sends to EventBridge')
  .transform(({ detail: { bucket, object } }): CsvObject => {
    const { key, 'version-id': versionId, etag: eTag } = object;
    return { bucket: bucket.name, key, versionId, eTag };
  });

const any = z.union([eventBridge, notification, plain]);

/** Any of the three; what is wrong is said of the one that the sender meant, with the path of each problem. */
const input: StandardSchemaV1<z.input<typeof any>, CsvObject> = {
  '~standard': {
    ...any['~standard'],
    validate: (value) => meant(value)['~standard'].validate(value),
  },
};

function meant(value: unknown): typeof eventBridge | typeof notification | typeof plain {
  if (typeof value !== 'object' || value === null) return plain;
  if ('Records' in value) return notification;
  return 'detail' in value ? eventBridge : plain;
}

/** Profiles a CSV object of any size: `result.json` is a `CsvReport`, `report.html` shows it. */
export const csvReport = defineJob({ name: 'csv-report', input, result: typed<CsvReport>() });
