import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BatchClient } from '@aws-sdk/client-batch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { onTestFinished, vi } from 'vitest';
import { startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { Fleet, type FleetOptions, type LogSink } from '../../longhaul/engine/fleet/index.ts';
import { Batch, type BatchOptions, batchService } from '../../longhaul/engine/services/batch/index.ts';
import { Ecs, type EcsOptions, ecsService } from '../../longhaul/engine/services/ecs/index.ts';
import { type Jobs, templateResources } from './fleet-resources.ts';

export const ENVIRONMENT = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-fleet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Log events in memory. */
export class Logs implements LogSink {
  readonly streams = new Map<string, string[]>();
  append(group: string, stream: string, events: { message: string }[]): void {
    const key = `${group}:${stream}`;
    this.streams.set(key, [...(this.streams.get(key) ?? []), ...events.map(({ message }) => message)]);
  }
  /** All lines of all streams. */
  lines(): string[] {
    return [...this.streams.values()].flat();
  }
}

/** Fails, with the last reason, when it has not become true for a long time. */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 60_000, interval: 10 });
}

interface TestEngineOptions {
  folder: string;
  jobs: Jobs;
  fleet?: Partial<FleetOptions>;
  batch?: Partial<BatchOptions>;
  ecs?: Partial<EcsOptions>;
}

/** Fleet, Batch and ECS behind an endpoint, with the SDK's clients; everything is closed after the test. */
export async function startTestEngine(options: TestEngineOptions) {
  const db = new DatabaseSync(join(options.folder, 'engine.db'));
  const logs = new Logs();
  const fleet = new Fleet({ db, logs, environment: ENVIRONMENT, longestStopTimeoutSeconds: 30, ...options.fleet });
  const resources = templateResources(options.folder, options.jobs);
  const batch = new Batch({ db, fleet, resources, minimumTimeoutSeconds: 1, ...options.batch });
  const ecs = new Ecs({ db, fleet, resources, ...options.ecs });
  const endpoint = await startEndpoint({ port: 0, services: [batchService(batch), ecsService(ecs)] });
  let closed: Promise<void> | undefined;
  const stop = async () => {
    await endpoint.close();
    await fleet.close();
    db.close();
  };
  const close = () => {
    closed ??= stop();
    return closed;
  };
  onTestFinished(close);
  const config = {
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  return {
    fleet,
    batch,
    ecs,
    logs,
    endpoint,
    close,
    batchClient: new BatchClient(config),
    ecsClient: new ECSClient(config),
  };
}
