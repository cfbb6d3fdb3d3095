import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

export const JOBS = 'containers/';
export const TRIGGERS = 'functions/triggers/';
export const STARTERS = 'infrastructure/starters.yaml';
const API = 'functions/api/template.yaml';

/** A nested application in the root template: a job, a trigger, the API. */
export interface Block {
  id: string;
  location: string;
  condition: string | undefined;
  /** The scalars among its parameters, without tags: `!Ref Uploads` is `Uploads`. */
  parameters: Record<string, string>;
}

/** The root template of an app, with what edits look for in it. */
export class AppTemplate {
  readonly text: string;
  readonly document: Document;
  readonly lines = new LineCounter();
  readonly resources: YAMLMap;

  /** @throws Error for a text that is not a template */
  constructor(text: string) {
    this.text = text;
    const options = { keepSourceTokens: true, logLevel: 'silent', merge: true, lineCounter: this.lines } as const;
    this.document = parseDocument(text, options);
    const [problem] = this.document.errors;
    if (problem) throw new Error(`template.yaml cannot be read: ${problem.message}`);
    const resources = this.section('Resources');
    if (!resources) throw new Error('template.yaml has no Resources, so it is not the template of an app');
    this.resources = resources;
  }

  section(name: string): YAMLMap | undefined {
    const found = this.document.get(name);
    return isMap(found) ? found : undefined;
  }

  /** Nested applications whose `Location` begins with `folder`, in the order of the template. */
  blocks(folder: string): Block[] {
    return this.resources.items.filter(isBlockOf(folder)).map((pair) => {
      const block = pair.value as YAMLMap;
      const parameters = block.getIn(['Properties', 'Parameters'], true);
      const condition = block.get('Condition');
      return {
        id: nameOf(pair),
        location: locationOf(pair)!,
        condition: condition === undefined ? undefined : String(condition),
        parameters: isMap(parameters) ? scalarsOf(parameters) : {},
      };
    });
  }

  job(name: string): Block | undefined {
    return this.blocks(JOBS).find(({ location }) => location === `${JOBS}${name}/template.yaml`);
  }

  /** @throws Error that lists the jobs of the app */
  existingJob(name: string): Block {
    const job = this.job(name);
    if (job) return job;
    const names = this.blocks(JOBS).map(({ location }) => location.split('/')[1]);
    throw new Error(`template.yaml has no job "${name}". Its jobs are ${names.join(', ') || 'yet to be made'}.`);
  }

  triggersOf(job: string): Block[] {
    return this.blocks(TRIGGERS).filter(({ parameters }) => parameters.Job === job);
  }

  startersOf(job: string): Block | undefined {
    return this.blocks(STARTERS).find(({ parameters }) => parameters.Job === job);
  }

  get api(): Block | undefined {
    return this.blocks(API)[0];
  }

  /** The logical id of the state machine that runs jobs. */
  get stateMachine(): string | undefined {
    const machine = this.resources.items.find(({ value }) => isMap(value) && specsOf(value));
    return machine && nameOf(machine);
  }

  /** The list of specs in the state machine's `Jobs`. */
  get specs(): YAMLSeq | undefined {
    return this.resources.items.map(({ value }) => isMap(value) && specsOf(value)).find(Boolean) || undefined;
  }

  /** The list of names, each with its backend, in the state machine's `Backends`. */
  get backends(): YAMLSeq | undefined {
    const lists = this.resources.items.map(({ value }) => isMap(value) && substituted(value, 'Backends', 'Names'));
    return lists.find(Boolean) || undefined;
  }

  /** The list of names in the API's `Jobs`. */
  get namesInApi(): YAMLSeq | undefined {
    const api = this.resources.items.find(isBlockOf(API))?.value;
    return isMap(api) ? joined(api.getIn(['Properties', 'Parameters', 'Jobs'], true)) : undefined;
  }

  /** What the template lacks of `needed`, by section. */
  lacking(needed: Record<string, string[]>): string[] {
    return Object.entries(needed).flatMap(([section, names]) =>
      names.filter((name) => !this.section(section)?.has(name)).map((name) => `${name} in ${section}`),
    );
  }
}

export const nameOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : String(key));

export const isBlockOf =
  (folder: string) =>
  (pair: Pair): boolean =>
    locationOf(pair)?.startsWith(folder) ?? false;

function locationOf({ value }: Pair): string | undefined {
  const location = isMap(value) && value.getIn(['Properties', 'Location']);
  return typeof location === 'string' ? location : undefined;
}

function scalarsOf(map: YAMLMap): Record<string, string> {
  const scalars = map.items.filter(({ value }) => isScalar(value));
  return Object.fromEntries(scalars.map((pair) => [nameOf(pair), String((pair.value as { value: unknown }).value)]));
}

const specsOf = (resource: YAMLMap): YAMLSeq | undefined => substituted(resource, 'Jobs', 'Specs');

/** The items of `name: !Sub ["{${list}}", { list: !Join [",", […]] }]` in a state machine's substitutions. */
function substituted(resource: YAMLMap, name: string, list: string): YAMLSeq | undefined {
  const substitution = resource.getIn(['Properties', 'DefinitionSubstitutions', name], true);
  return isSeq(substitution) ? joined(substitution.getIn([1, list], true)) : undefined;
}

/** What `!Join [separator, [items]]` joins. */
function joined(node: unknown): YAMLSeq | undefined {
  const items = isSeq(node) && node.tag === '!Join' ? node.items[1] : undefined;
  return isSeq(items) && items.items.length > 0 ? items : undefined;
}
