import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Training } from '../../containers/train-model/job.ts';
import { lacking, named } from '../python/python.ts';
import { Handler, houses, TrainingExecution } from './training.ts';

const lack = lacking(['boto3', 'numpy']);
const execution = new TrainingExecution();
const hasGpu = !lack && spawnSync('python3', ['-c', 'import cupy; cupy.cuda.Device().id']).status === 0;

describe.skipIf(lack)(named('train-model', lack), () => {
  let handler: Handler;
  beforeAll(async () => {
    await execution.start();
    handler = new Handler(execution);
  });
  beforeEach(() => execution.upload(houses(400)));
  afterAll(async () => {
    await handler.stop();
    await execution.stop();
  });

  test('learns numbers, from numbers and categories, and says what each counts', async () => {
    const job = execution.train({ epochs: 200, rate: 0.02 });
    expect(await job.exit, job.output).toBe(0);
    const result = await execution.json('result.json');
    expect(result).toMatchObject({
      model: 'linear',
      target: 'price',
      classes: null,
      device: expect.stringMatching(/^CPU/),
      ignored: [
        { name: 'walls', reason: "it is always 'brick'" },
        { name: 'name', reason: expect.any(String) },
      ],
    });
    const { training, holdout, leftOut } = result.rows;
    expect([training + holdout, leftOut]).toEqual([400, 0]);
    expect(result.loss).toHaveLength(200);
    expect(result.loss.at(-1)).toBeLessThan(result.loss[0] / 10);
    expect(result.metrics.r2).toBeGreaterThan(0.9);
    const weight = (name: string) => result.features.find((one: { name: string }) => one.name === name)?.weights[0];
    expect(weight('size')).toBeGreaterThan(Math.abs(weight('age')));
    expect(weight('age')).toBeLessThan(0);
    expect(weight('age is missing')).toBeTypeOf('number');
    expect(weight('town = harbour')).toBeGreaterThan(weight('town = north'));
    expect(await execution.json('model.json')).toMatchObject({
      model: 'linear',
      scaling: { means: expect.any(Array) },
    });
    expect(await execution.json('progress.json')).toMatchObject({
      message: expect.stringMatching(/^epoch 200 of 200/),
    });
  });

  test('learns classes, and is better than always saying the commonest', async () => {
    const { outcome, message, result } = await handler.train({
      target: 'kind',
      features: ['size', 'age', 'town'],
      epochs: 100,
    });
    expect(outcome, message).toBe('done');
    const { model, classes, metrics } = result;
    expect([model, classes]).toEqual(['logistic', ['house', 'hut', 'villa']]);
    expect(metrics.accuracy).toBeGreaterThan(metrics.baseline + 0.1);
  });

  test('reads data that the event itself holds', async () => {
    const data = `data:text/csv;base64,${Buffer.from(houses(50)).toString('base64')}`;
    const { outcome, message, result } = await handler.train({ bucket: undefined, key: undefined, data, epochs: 2 });
    expect(outcome, message).toBe('done');
    expect(result.rows.leftOut).toBe(0);
  });

  const few = houses(400).replace(/^(\d+,\d+,\w+,\w+,\w+,house \d+),[^,]+/gm, '$1,');
  test.each([
    ['an empty object', '', {}, 'is empty: a header line'],
    ['no such column', undefined, { target: 'prize' }, "has no column 'prize'; it has id, size"],
    ['no such feature', undefined, { features: ['siez'] }, "has no column 'siez'"],
    ['hardly any targets', few, {}, "0 rows have a 'price'; at least 10 are needed"],
    ['a target that never changes', undefined, { target: 'walls' }, "is always 'brick': there is nothing to predict"],
    ['classes for numbers', undefined, { target: 'kind', model: 'linear' }, 'is no number everywhere'],
    ['names for classes', undefined, { target: 'name' }, 'more than 100: it is no class'],
    ['rows of another length', 'a,b\n1,2\n3\n', { target: 'a' }, 'line 3: 1 fields where the header has 2'],
    ['text in no UTF-8', 'a,b\n1,\u00e9\n', { target: 'a' }, 'is no CSV in UTF-8', 'latin1'],
    ['too large steps', undefined, { rate: 1e200, epochs: 5 }, 'The training diverged'],
    ['no object', undefined, { key: 'none.csv' }, 's3://bucket/none.csv is not there'],
  ] as [string, string | undefined, object, string, string?][])(
    'fails for good, with the reason: %s',
    async (_, csv, input, reason, encoding) => {
      if (csv !== undefined) await execution.upload(encoding ? Buffer.from(csv, 'latin1') : csv);
      const { outcome, message } = await handler.train(input);
      expect(outcome, message).toBe('rejected');
      expect(message).toContain(reason);
    },
  );

  test.skipIf(hasGpu)('fails for good when a GPU is asked for and there is none; auto does without', async () => {
    const { outcome, message } = await handler.train({ device: 'gpu' });
    expect(outcome, message).toBe('rejected');
    expect(message).toContain('asks for a GPU and there is none');
    const other = await handler.train({ device: 'auto', epochs: 1 });
    expect(other.outcome, other.message).toBe('done');
    expect(other.result.device).toContain('no GPU');
  });

  test.each([
    [{ target: 'price', bucket: 'b' }, 'needs either bucket and key, or data'],
    [{ target: 'price', bucket: 'b', key: 'k', epoch: 3 }, 'epoch'],
    [{ target: 'price', bucket: 'b', key: 'k', epochs: '3' }, 'epochs'],
    [{ target: 'price', bucket: 'b', key: 'k', model: 'forest' }, 'model'],
    [{ bucket: 'b', key: 'k' }, 'target'],
    [{ target: 'price', bucket: 'b', key: 'k', holdout: 2 }, 'holdout'],
  ])('is refused by the API and by the container alike: %j', async (input, where) => {
    expect(JSON.stringify(Training.safeParse(input).error?.issues)).toContain(where);
    const { outcome, message } = await handler.train({ key: undefined, target: undefined, ...(input as object) });
    expect(outcome, message).toBe('rejected');
    expect(message).toContain(where);
  });
});
