import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { pythonEnvironment, root } from '../python/python.ts';
import { Execution, type JobProcess } from '../runtime/job-process.ts';

/** Rows whose target follows from their columns, with what real data have: missing values, categories, noise. */
export function houses(rows: number): string {
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const lines = Array.from({ length: rows }, (_, row) => {
    const size = 50 + Math.round(random() * 150);
    const age = Math.round(random() * 80);
    const town = ['north', 'south', 'harbour'][Math.floor(random() * 3)]!;
    const price = 1000 * size - 500 * age + (town === 'harbour' ? 60_000 : 0) + 2000 * (random() - 0.5);
    const kind = price > 110_000 ? 'villa' : price > 80_000 ? 'house' : 'hut';
    return [row, size, random() < 0.1 ? 'NA' : age, town, 'brick', `house ${row}`, price.toFixed(2), kind].join(',');
  });
  return ['id,size,age,town,walls,name,price,kind', ...lines, ''].join('\n');
}

/** One execution's artifacts, a data set, and the containers that work on them. */
export class TrainingExecution extends Execution {
  async upload(csv: string | Buffer, key = 'houses.csv'): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: 'bucket', Key: key, Body: csv }));
  }

  train(input: object, env: NodeJS.ProcessEnv = {}): JobProcess {
    const given = { bucket: 'bucket', key: 'houses.csv', target: 'price', ...input };
    const variables = { STP_TRIGGER_EVENT_DATA: JSON.stringify(given), STP_JOB_NAME: 'train-model' };
    const main = join(root, 'containers/train-model/main.py');
    return this.runFile([main], { ...pythonEnvironment, ...variables, ...env }, 'python3');
  }

  async bytes(name: string): Promise<Buffer> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: 'bucket', Key: this.prefix + name }));
    return Buffer.from(await Body!.transformToByteArray());
  }
}
