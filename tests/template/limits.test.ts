import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadStack } from '../../longhaul/engine/template/index.ts';
import { deployment } from '../engine/template-load.ts';
import { read, root } from './templates.ts';

/** The app's resources, of all its stacks, as CloudFormation would make them with these parameters. */
function deployed(parameters: Record<string, string> = {}) {
  const { stack, warnings } = loadStack(`${root}/template.yaml`, { ...deployment, parameters });
  expect(warnings).toEqual([]);
  const properties = (path: string) => stack.resources.find((one) => one.path === path)?.properties;
  const functions = stack.resources.filter(({ type }) => type === 'AWS::Serverless::Function');
  return { stack, properties, functions };
}

describe('what bounds a storm of events', () => {
  test('SqsConcurrency bounds how many batches of each queue are handled at once', () => {
    const { properties } = deployed({ SqsConcurrency: '7' });
    for (const name of ['QueueMapping', 'FifoQueueMapping']) {
      expect(properties(name)?.ScalingConfig).toEqual({ MaximumConcurrency: '7' });
    }
    const { Default, MinValue, MaxValue } = read('template.yaml').Parameters.SqsConcurrency;
    expect([MinValue, MaxValue]).toEqual([2, 1000]); // AWS::Lambda::EventSourceMapping ScalingConfig
    expect(Default).toBeGreaterThanOrEqual(MinValue);
  });

  test('SqsBatchSeconds gathers messages, and keeps them invisible for as much longer as Lambda wants', () => {
    const { properties } = deployed({ SqsBatchSeconds: '60' });
    expect(properties('QueueMapping')?.MaximumBatchingWindowInSeconds).toBe('60');
    const timeout = Number(properties('SqsTrigger')?.Timeout);
    expect(Number(properties('Queue')?.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * timeout + 60);
    expect(read('template.yaml').Parameters.SqsBatchSeconds.MaxValue).toBe(60);
    // Lambda has no window for FIFO queues.
    expect(properties('FifoQueueMapping')).not.toHaveProperty('MaximumBatchingWindowInSeconds');
  });

  test('no concurrency is reserved by default, because an account with a small quota refuses it', () => {
    for (const one of deployed().functions) expect(one.properties).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(Number(deployed().properties('Queue')?.VisibilityTimeout)).toBe(180);
  });

  test('ReservedConcurrency bounds every function', () => {
    const { functions } = deployed({ ReservedConcurrency: '20' });
    expect(functions.length).toBeGreaterThan(5);
    for (const one of functions) expect(Number(one.properties.ReservedConcurrentExecutions)).toBe(20);
  });

  test('SpotMaxVcpus and OnDemandMaxVcpus bound what jobs of the queues use at once', () => {
    const { properties } = deployed({ SpotMaxVcpus: '4', OnDemandMaxVcpus: '2' });
    expect(properties('Compute/SpotEnvironment')?.ComputeResources).toMatchObject({
      Type: 'FARGATE_SPOT',
      MaxvCpus: '4',
    });
    expect(properties('Compute/OnDemandEnvironment')?.ComputeResources).toMatchObject({
      Type: 'FARGATE',
      MaxvCpus: '2',
    });
  });

  test('ApiRequestsPerSecond and ApiBurst bound what the API lets in', () => {
    const { properties } = deployed({ ApiRequestsPerSecond: '3', ApiBurst: '5' });
    expect(properties('Api')?.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: '3', ThrottlingBurstLimit: '5' });
  });
});

describe('docs/limits.md', () => {
  const page = readFileSync(`${root}/docs/limits.md`, 'utf8');
  const [, section = ''] = /^## What bounds a storm\n([\s\S]*?)^## /m.exec(page) ?? [];
  const rows = [...section.matchAll(/^\| (`.*?) \| (.*?) \|/gm)].map(([, names = '', defaults = '']) => ({
    names: [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    // "0: off" is 0.
    defaults: defaults.split(', ').map((value) => Number.parseInt(value, 10)),
  }));

  test('names what bounds a storm by parameters that there are, with their defaults', () => {
    const { Parameters } = read('template.yaml');
    expect(rows.length).toBeGreaterThan(4);
    for (const { names, defaults } of rows) expect(names.map((name) => Parameters[name!]?.Default)).toEqual(defaults);
  });

  test('counts what an execution costs as the formula has it', () => {
    // hello-world as deployed: 256 CPU units, 512 MiB, the minimum of a minute, an address.
    const { Cpu, Memory } = read('containers/hello-world/template.yaml').Parameters;
    const hour = (Cpu.Default / 1024) * 0.03238 + (Memory.Default / 1024) * 0.00356;
    const thousand = { transitions: 4000 * 0.000025, fargate: (1000 * hour) / 60, addresses: (1000 * 0.005) / 60 };
    expect(page).toContain(`$${thousand.transitions.toFixed(2)} Step Functions`);
    expect(page).toContain(`$${thousand.fargate.toFixed(3)} Fargate`);
    expect(page).toContain(`$${thousand.addresses.toFixed(3)} addresses`);
    const all = thousand.transitions + thousand.fargate + thousand.addresses + 0.002;
    expect(page).toContain(`**$${all.toFixed(2)}**`);
    expect(page).toContain(`**$${(all * 1000).toFixed(0)}**`);
  });
});
