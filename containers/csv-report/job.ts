import { defineJob, typed } from 'longhaul';
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

/** "Event message structure", Amazon S3 user guide: the key is URL-encoded, with + for a space. */
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
    const key = decodedKey(object.key);
    if (key === undefined) {
      const message = `is not URL-encoded: ${JSON.stringify(object.key)}`;
      context.addIssue({ code: 'custom', message, path: ['Records', 0, 's3', 'object', 'key'] });
      return z.NEVER;
    }
    return { bucket: bucket.name, key, versionId: object.versionId, eTag: object.eTag };
  });

function decodedKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Says what is wrong with the one of the two forms that the sender meant. */
const input = z.union([notification, plain], {
  error: ({ input, errors }) => {
    const isNotification = typeof input === 'object' && input !== null && 'Records' in input;
    const problems = (errors as z.core.$ZodIssue[][])[isNotification ? 0 : 1] ?? [];
    const list = problems.map(({ path, message }) =>
      path.length > 0 ? `${z.core.toDotPath(path)}: ${message}` : message,
    );
    return `${list.join('; ')} (accepted: an S3 event notification with one record, or { bucket, key, versionId? })`;
  },
});

/** Profiles a CSV object of any size: `result.json` is a `CsvReport`, `report.html` shows it. */
export const csvReport = defineJob({ name: 'csv-report', input, result: typed<CsvReport>() });
