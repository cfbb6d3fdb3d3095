import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Engine } from 'longhaul/engine';
import { app } from './engine.ts';

const handler = path.join(app, 'functions/spot-wait/handler.ts');
const call = `const { handler } = await import(${JSON.stringify(handler)});
  const { cancelled } = await handler({}, { awsRequestId: 'test' });
  process.stdout.write('\\n' + JSON.stringify(cancelled));`;

/**
 * Runs the function that looks for jobs without Spot capacity, as its schedule does, and returns the ids of those that it cancelled.
 * `SpotQueueArn` must be an output of the engine's stack.
 */
export async function sweepSpotQueue(
  { aws, outputs }: Engine,
  { waitSeconds, maxVcpus }: { waitSeconds: number; maxVcpus: number },
): Promise<string[]> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
    ARTIFACTS_BUCKET: outputs.ArtifactsBucketName,
    SPOT_QUEUE_ARN: outputs.SpotQueueArn,
    SPOT_MAX_VCPUS: String(maxVcpus),
    SPOT_WAIT_SECONDS: String(waitSeconds),
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', call], { env });
  return JSON.parse(stdout.split('\n').at(-1)!) as string[];
}
