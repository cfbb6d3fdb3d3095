import { defineJob, typed } from 'longhaul';
import { z } from 'zod';

/** The same as `Training` in main.py, which the container checks again. */
export const Training = z
  .strictObject({
    bucket: z.string().min(1).optional().describe('The bucket that holds the CSV object'),
    key: z.string().min(1).optional().describe("The object's key, as it is: not URL-encoded"),
    data: z
      .string()
      .regex(/^data:/)
      .optional()
      .describe('The CSV itself, as a data: URI, instead of bucket and key'),
    target: z.string().min(1).describe('The column to predict'),
    features: z.array(z.string()).min(1).optional().describe('The columns to predict it from; all others by default'),
    model: z.enum(['auto', 'linear', 'logistic']).optional().describe('linear for numbers, logistic for classes'),
    epochs: z.int().min(1).max(1_000_000).optional().describe('Passes over the data: 20'),
    batch: z.int().min(1).optional().describe('Rows per step: 64'),
    rate: z.number().positive().optional().describe('How far a step goes: 0.01'),
    decay: z.number().min(0).optional().describe('How much large weights cost (L2): 0'),
    holdout: z.number().min(0.01).max(0.9).optional().describe('Share of the rows that the model is judged by: 0.2'),
    seed: z.int().min(0).optional().describe('Of all chance: the same seed, the same model. 0'),
    device: z
      .enum(['auto', 'cpu', 'gpu'])
      .optional()
      .describe('cpu by default; gpu fails without one, auto takes what there is'),
  })
  .refine(({ bucket, key, data }) => (data === undefined ? bucket && key : bucket === undefined && key === undefined), {
    error: 'needs either bucket and key, or data',
  });

/** `result.json` of train-model. */
export interface TrainedModel {
  model: 'linear' | 'logistic';
  target: string;
  /** What to expect: of the logistic model. */
  classes: string[] | null;
  rows: { training: number; holdout: number; leftOut: number };
  /** Weights of the standardised features: their size says how much each counts. One per class of the logistic model. */
  features: { name: string; weights: number[] }[];
  bias: number[];
  /** Columns that tell nothing, and why. */
  ignored: { name: string; reason: string }[];
  /** Mean loss of each epoch, of the newest 1,000. */
  loss: number[];
  /** On the rows that were held out: `rmse`, `mae`, `r2`, or `accuracy`, `logLoss`, `baseline`. */
  metrics: Record<string, number | null>;
  device: string;
}

/** Fits a model to a CSV data set by mini-batch gradient descent. In Python: main.py. */
export const trainModel = defineJob({ name: 'train-model', input: Training, result: typed<TrainedModel>() });
