import { isScalar, isSeq, type Pair } from 'yaml';
import { AppTemplate, isBlockOf, JOBS, STARTERS } from './app-template.ts';
import type { JobNames } from './job-name.ts';
import { refuseReferences } from './references.ts';
import { applyEdits, insertion } from './text-edit.ts';
import { insertBlock, insertItem, insertLine, removeFrom, removeItem, sourceOf } from './yaml-edits.ts';

export type Backend = 'batch' | 'ecs';

/** What a job's block refers to. */
const NEEDED: Record<Backend, Record<string, string[]>> = {
  batch: { Parameters: ['CpuArchitecture', 'AssignPublicIp'], Resources: ['SharedByJobs'] },
  ecs: { Parameters: ['CpuArchitecture'], Resources: ['SharedByJobs'] },
};

/**
 * Adds a job to the app's template: the parameter and the condition for its image, its block, its lines in the state machine's
 * `Jobs` and `Backends`, and where the app has an API, its line there and the block of those who may start it.
 *
 * @throws Error that names what the template lacks, or has already
 */
export function addToTemplate(text: string, job: JobNames, backend: Backend): string {
  const template = new AppTemplate(text);
  refuseTaken(template, job);
  const missing = template.lacking(NEEDED[backend]);
  if (missing.length > 0) {
    throw new Error(
      `template.yaml has no ${missing.join(', no ')}, which a job on ${backend === 'batch' ? 'Batch' : 'ECS'} is given. ` +
        "The template of Longhaul's own repository has all of it",
    );
  }
  const { resources, specs, backends, namesInApi, api } = template;
  if (!specs) {
    throw new Error(
      'template.yaml has no state machine whose DefinitionSubstitutions have Jobs: !Sub ["…", { Specs: !Join [",", […]] }]',
    );
  }
  if (!backends) {
    throw new Error(
      'template.yaml has no Backends: !Sub ["…", { Names: !Join [",", […]] }] beside Jobs of its state machine, with a line ' +
        `such as "'${job.name}':'${backend}'" for each job`,
    );
  }
  if (api && !namesInApi) {
    throw new Error(`template.yaml has no Jobs: !Join [",", […]] among the parameters of ${api.id}`);
  }
  const { name, logicalId, condition } = job;
  const deployed = (what: string) => `!If [${condition}, ${what}, !Ref AWS::NoValue]`;
  const parameters = template.section('Parameters')!;
  const conditions = template.section('Conditions');
  const isImage = ({ key }: Pair) => String(key).endsWith('Image');
  const isOfImage = ({ value }: Pair) => /Image\b/.test(String(value));
  return applyEdits(text, [
    insertLine(text, parameters, isImage, parameterText(job)),
    conditions
      ? insertLine(text, conditions, isOfImage, conditionText(job))
      : insertion(lineOf(text, 'Resources:'), `Conditions:\n${conditionText(job)}\n\n`),
    insertBlock(text, resources, isBlockOf(JOBS), blockText(job, backend)),
    insertItem(text, specs, deployed(`!Sub "'${name}':\${${logicalId}.Outputs.Spec}"`)),
    insertItem(text, backends, deployed(`"'${name}':'${backend}'"`)),
    ...(api && namesInApi
      ? [
          insertItem(text, namesInApi, deployed(name)),
          insertBlock(text, resources, isBlockOf(STARTERS), startersText(job, api.id)),
        ]
      : []),
  ]);
}

/**
 * Takes away what `addToTemplate` adds. The job's triggers must be gone already.
 *
 * @throws Error that says where the template still names the job, or that it has no other job
 */
export function removeFromTemplate(text: string, { name, parameter, condition }: JobNames): string {
  const template = new AppTemplate(text);
  const { specs, backends, namesInApi } = template;
  const block = template.existingJob(name);
  if (specs?.items.length === 1) throw new Error(`${name} is the app's only job. Add another one first`);
  const ids = [block.id, template.startersOf(name)?.id].filter((id) => id !== undefined);
  const ownCondition = block.condition === condition ? [condition] : [];
  const isSpec = (item: unknown) => sourceOf(text, item).includes(`'${name}':`);
  const isName = (item: unknown): boolean =>
    isSeq(item) ? item.items.some(isName) : isScalar(item) && item.value === name;
  const edits = [
    ...removeFrom(text, template.section('Parameters'), ownCondition.length > 0 ? [parameter] : []),
    ...removeFrom(text, template.section('Conditions'), ownCondition),
    ...removeFrom(text, template.resources, ids),
    ...[specs, backends].flatMap((list) => (list ? removeItem(text, list, isSpec) : [])),
    ...(namesInApi ? removeItem(text, namesInApi, isName) : []),
  ];
  refuseReferences(template, { ids: [...ids, ...ownCondition, parameter], job: name, edits });
  return applyEdits(text, edits).replace(/^Conditions:\n\n/m, '');
}

function parameterText({ name, parameter }: JobNames): string {
  return `  ${parameter}: { Type: String, Default: "", Description: "Image of ${name}, as registry/name:tag. Empty leaves the job out." }`;
}

const conditionText = ({ condition, parameter }: JobNames) => `  ${condition}: !Not [!Equals [!Ref ${parameter}, ""]]`;

function blockText({ name, logicalId, parameter, condition }: JobNames, backend: Backend): string {
  return `  ${logicalId}:
    Type: AWS::Serverless::Application
    Condition: ${condition}
    Properties:
      Location: ${JOBS}${name}/template.yaml
      Parameters:
        { App: !Ref AWS::StackName, CpuArchitecture: !Ref CpuArchitecture, ExecutionRoleArn: !GetAtt SharedByJobs.Outputs.ExecutionRoleArn,
          Image: !Ref ${parameter}${backend === 'batch' ? ', AssignPublicIp: !Ref AssignPublicIp' : ''} }`;
}

function startersText({ name, logicalId, condition }: JobNames, api: string): string {
  return `  ${logicalId}Starters:
    Type: AWS::Serverless::Application
    Condition: ${condition}
    Properties:
      Location: ${STARTERS}
      Parameters: { App: !Ref AWS::StackName, Job: ${name}, ApiId: !GetAtt ${api}.Outputs.ApiId }`;
}

function refuseTaken(template: AppTemplate, { name, logicalId, parameter, condition }: JobNames): void {
  const names = {
    Parameters: [parameter, logicalId],
    Conditions: [condition],
    Resources: [logicalId, parameter, `${logicalId}Starters`],
  };
  for (const [section, taken] of Object.entries(names)) {
    const found = taken.find((one) => template.section(section)?.has(one));
    if (found)
      throw new Error(`template.yaml has "${found}" in ${section} already: give the job another name than "${name}"`);
  }
}

/** Where the line of a section begins. */
function lineOf(text: string, line: string): number {
  return text.startsWith(line) ? 0 : text.indexOf(`\n${line}`) + 1;
}
