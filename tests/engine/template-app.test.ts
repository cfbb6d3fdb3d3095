import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStack, localParameters } from '../../longhaul/engine/template/index.ts';
import { deployment } from './template-load.ts';

const project = join(import.meta.dirname, '../..');
const loadApp = (parameters: Record<string, string>) =>
  loadStack(join(project, 'template.yaml'), { ...deployment, parameters });

describe("this project's template", () => {
  it('loads without a warning as a first deployment has it, with the job that needs no image of its own', () => {
    const { stack, warnings } = loadApp({});
    expect(warnings).toEqual([]);
    const paths = stack.resources.map(({ path }) => path);
    expect(paths).toContain('HelloWorld/TaskDefinition');
    expect(paths.filter((path) => /^(CsvReport|TrainModel)/.test(path))).toEqual([]);
    expect(stack.outputs).toMatchObject({
      ApiUrl: 'http://127.0.0.1:3000',
      UploadsBucketName: 'longhaul-uploads-000000000000-us-east-1',
      ArtifactsBucketName: 'longhaul-artifacts-000000000000-us-east-1',
    });
  });

  it('loads without a warning as the engine has it, with every job', () => {
    const { stack, warnings } = loadApp(localParameters(project));
    expect(warnings).toEqual([]);
    const machine = stack.resources.find(({ logicalId }) => logicalId === 'StateMachine');
    const jobs: string = machine?.properties.DefinitionSubstitutions.Jobs;
    expect(jobs).toMatch(/^\{'hello-world':\{.*\},'csv-report':\{.*\},'train-model':\{.*\}\}$/s);
    for (const path of ['HelloWorld/TaskDefinition', 'CsvReport/JobDefinition', 'TrainModel/JobDefinition']) {
      const definition = stack.resources.find((resource) => resource.path === path);
      expect(jobs).toContain(`'${definition?.ref}'`);
    }
  });
});
