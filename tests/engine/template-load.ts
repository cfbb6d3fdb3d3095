import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Deployment, loadStack } from '../../longhaul/engine/template/index.ts';

export const deployment: Deployment = {
  stackName: 'longhaul',
  region: 'us-east-1',
  accountId: '000000000000',
  endpoint: 'http://127.0.0.1:4566',
  apiUrl: 'http://127.0.0.1:3000',
  parameters: {},
};

/** Loads a template that is text, with the files that it nests by their path beside it. */
export function load(
  template: string,
  { files = {}, ...changes }: { files?: Record<string, string> } & Partial<Deployment> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'template-'));
  try {
    for (const [path, text] of Object.entries({ 'template.yaml': template, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { stack, warnings } = loadStack(join(folder, 'template.yaml'), { ...deployment, ...changes });
    return { ...stack, warnings, folder, named: (path: string) => stack.resources.find((each) => each.path === path) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a YAML expression becomes as a property. `sections` stands before `Resources`. */
export function resolved(expression: string, sections = '', changes: Partial<Deployment> = {}): unknown {
  const indented = expression.replaceAll('\n', '\n        ');
  const { named } = load(
    `${sections}
Resources:
  Uploads: { Type: AWS::S3::Bucket, Properties: { BucketName: uploads } }
  Subject:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: subject
      Value: ${indented}`,
    changes,
  );
  return named('Subject')?.properties.Value;
}
