import { isMap, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { endOfLine, type Insertion, insert } from './insertion.ts';
import type { JobNames } from './job-name.ts';

export type Backend = 'batch' | 'ecs';

/** What every job is told by the application around it, and what its backend adds. */
const PARAMETERS: Record<Backend, Record<string, string>> = {
  batch: {
    SpotQueueArn: '!GetAtt Compute.Outputs.SpotQueueArn',
    OnDemandQueueArn: '!GetAtt Compute.Outputs.OnDemandQueueArn',
  },
  ecs: {
    ClusterArn: '!GetAtt Compute.Outputs.ClusterArn',
    SubnetIds: '!If [OwnNetwork, !GetAtt Network.Outputs.SubnetIds, !Ref SubnetIds]',
    SecurityGroupIds: '!If [OwnNetwork, !GetAtt Network.Outputs.SecurityGroupIds, !Ref SecurityGroupIds]',
  },
};

/** What lets a job run at times, from these resources of the template; nothing where it has none, and then no schedule works. */
const SCHEDULES = { ScheduleRoleArn: 'ScheduleRole', UndeliveredSchedulesArn: 'UndeliveredSchedules' };

/** What the template must have for that, by section. */
const NEEDED: Record<Backend, Record<string, string[]>> = {
  batch: { Parameters: ['CpuArchitecture', 'LogRetentionDays', 'AssignPublicIp'], Resources: ['Compute', 'Artifacts'] },
  ecs: {
    Parameters: ['CpuArchitecture', 'LogRetentionDays', 'AssignPublicIp', 'SubnetIds', 'SecurityGroupIds'],
    Conditions: ['OwnNetwork'],
    Resources: ['Compute', 'Artifacts', 'Network'],
  },
};

/**
 * The application's template with a job more: the parameter and the condition for its image, its nested application, its line in
 * `Jobs` and its name in `JOBS`.
 *
 * @throws Error that names what the template lacks, or has already
 */
export function addToTemplate(text: string, job: JobNames, backend: Backend): string {
  const document = parseDocument(text, { keepSourceTokens: true, logLevel: 'silent', merge: true });
  const [problem] = document.errors;
  if (problem) throw new Error(`template.yaml cannot be read: ${problem.message}`);
  const section = (name: string): YAMLMap | undefined => {
    const found = document.get(name);
    return isMap(found) ? found : undefined;
  };
  const resources = section('Resources');
  if (!resources) throw new Error('template.yaml has no Resources: it is the template of no application');
  refuseTaken(section, job);
  refuseLack(section, backend);

  const jobsLine = specList(resources);
  const namesList = nameList(resources);
  if (!jobsLine || !namesList) throw new Error(`template.yaml ${lack(!jobsLine, !namesList)}`);
  const { name, logicalId, condition } = job;
  const deployed = (what: string) => `!If [${condition}, ${what}, !Ref AWS::NoValue]`;
  const parameters = section('Parameters')!;
  const conditions = section('Conditions');
  const schedules = Object.fromEntries(
    Object.entries(SCHEDULES).map(([key, id]) => [key, resources.has(id) ? `!GetAtt ${id}.Arn` : '""']),
  );
  return insert(text, [
    inSection(text, parameters, ({ key }) => String(key).endsWith('Image'), parameterText(job)),
    conditions
      ? inSection(text, conditions, ({ value }) => /Image\b/.test(String(value)), conditionText(job))
      : { at: lineOf(text, 'Resources:'), text: `Conditions:\n${conditionText(job)}\n` },
    inSection(text, resources, isJob, `\n${applicationText(job, backend, schedules)}`),
    // Where there are policies by which other stacks start jobs.
    ...(resources.items.some(isStarters) ? [inSection(text, resources, isStarters, `\n${startersText(job)}`)] : []),
    inList(text, jobsLine, deployed(`!Sub "'${name}':\${${logicalId}.Outputs.Spec}"`)),
    inList(text, namesList, deployed(name)),
  ]);
}

function parameterText({ name, parameter }: JobNames): string {
  return `  ${parameter}:
    Type: String
    Default: ""
    Description: Image of the job ${name}, as registry/name:tag. Empty leaves the job out.`;
}

const conditionText = ({ condition, parameter }: JobNames) => `  ${condition}: !Not [!Equals [!Ref ${parameter}, ""]]`;

function applicationText(
  { name, logicalId, parameter, condition }: JobNames,
  backend: Backend,
  schedules: Record<string, string>,
): string {
  const parameters = {
    App: '!Ref AWS::StackName',
    Image: `!Ref ${parameter}`,
    CpuArchitecture: '!Ref CpuArchitecture',
    LogRetentionDays: '!Ref LogRetentionDays',
    ...PARAMETERS[backend],
    AssignPublicIp: '!Ref AssignPublicIp',
    ArtifactsBucket: '!Ref Artifacts',
    ...schedules,
  };
  return `  ${logicalId}:
    Type: AWS::Serverless::Application
    Condition: ${condition}
    Properties:
      Location: containers/${name}/template.yaml
      Parameters:
${Object.entries(parameters)
  .map(([key, value]) => `        ${key}: ${value}`)
  .join('\n')}`;
}

function refuseTaken(
  section: (name: string) => YAMLMap | undefined,
  { name, logicalId, parameter, condition }: JobNames,
) {
  const names = {
    Parameters: [parameter, logicalId],
    Conditions: [condition],
    Resources: [logicalId, parameter, `${logicalId}Starters`],
  };
  for (const [key, taken] of Object.entries(names)) {
    const found = taken.find((one) => section(key)?.has(one));
    if (found)
      throw new Error(`template.yaml has "${found}" in ${key} already: give the job another name than "${name}"`);
  }
}

function refuseLack(section: (name: string) => YAMLMap | undefined, backend: Backend): void {
  const missing = Object.entries(NEEDED[backend]).flatMap(([key, names]) =>
    names.filter((name) => !section(key)?.has(name)).map((name) => `${name} in ${key}`),
  );
  if (missing.length > 0) {
    throw new Error(
      `template.yaml has no ${missing.join(', no ')}, which a job on ${backend === 'batch' ? 'Batch' : 'ECS'} is given. ` +
        "The template of Longhaul's own repository has all of it",
    );
  }
}

const lack = (jobs: boolean, names: boolean) =>
  [
    jobs && 'has no state machine whose DefinitionSubstitutions have Jobs: !Sub ["…", { Specs: !Join [",", […]] }]',
    names && 'has no function with JOBS: !Join [",", […]] among its variables',
  ]
    .filter(Boolean)
    .join(' and ');

/** Where a resource is one of the applications under `containers/`. */
function isJob({ value }: Pair): boolean {
  return isMap(value) && String(value.getIn(['Properties', 'Location'])).startsWith('containers/');
}

const STARTERS = 'infrastructure/starters.yaml';

function isStarters({ value }: Pair): boolean {
  return isMap(value) && value.getIn(['Properties', 'Location']) === STARTERS;
}

function startersText({ name, logicalId, condition }: JobNames): string {
  return `  ${logicalId}Starters:
    Type: AWS::Serverless::Application
    Condition: ${condition}
    Properties:
      Location: ${STARTERS}
      Parameters: { App: !Ref AWS::StackName, Job: ${name}, ApiId: !Ref Api }`;
}

/** The list of specs in the state machine's `Jobs`. */
function specList(resources: YAMLMap): YAMLSeq | undefined {
  for (const { value } of resources.items) {
    const jobs = isMap(value) && value.getIn(['Properties', 'DefinitionSubstitutions', 'Jobs'], true);
    const specs = isSeq(jobs) ? jobs.getIn([1, 'Specs'], true) : undefined;
    if (specs) return joined(specs);
  }
  return undefined;
}

/** The list of names in the API's `JOBS`, where it is written out; elsewhere it is an alias of that. */
function nameList(resources: YAMLMap): YAMLSeq | undefined {
  for (const { value } of resources.items) {
    const names = isMap(value) && readIn(value, ['Properties', 'Environment', 'Variables', 'JOBS']);
    const list = names ? joined(names) : undefined;
    if (list) return list;
  }
  return undefined;
}

/** As `getIn`, which does not look for what an alias in between stands for; undefined there, and where there is no such path. */
function readIn(map: YAMLMap, path: string[]): unknown {
  return path.reduce<unknown>((found, key) => (isMap(found) ? found.get(key, true) : undefined), map);
}

/** What `!Join [separator, [items]]` joins. */
function joined(node: unknown): YAMLSeq | undefined {
  const items = isSeq(node) && node.tag === '!Join' ? node.items[1] : undefined;
  return isSeq(items) && items.items.length > 0 ? items : undefined;
}

/** Behind the last entry of a section that is of the same kind, else at the section's end. */
function inSection(text: string, section: YAMLMap, alike: (pair: Pair) => boolean, added: string): Insertion {
  const last = section.items.findLast(alike) ?? section.items.at(-1);
  const node = (last?.value ?? last?.key ?? section) as { range?: [number, number, number] };
  return { at: endOfLine(text, node.range?.[1] ?? text.length), text: `\n${added}` };
}

/** As the last item of a list, in the list's own style. */
function inList(text: string, list: YAMLSeq, item: string): Insertion {
  const last = list.items.at(-1) as { range?: [number, number, number] };
  const end = last.range![1];
  if (list.flow) return { at: end, text: `, ${item}` };
  const indent = list.srcToken?.type === 'block-seq' ? list.srcToken.indent : 0;
  return { at: endOfLine(text, end), text: `\n${' '.repeat(indent)}- ${item}` };
}

/** Where the line of a section begins. */
function lineOf(text: string, line: string): number {
  return text.startsWith(line) ? 0 : text.indexOf(`\n${line}`) + 1;
}
