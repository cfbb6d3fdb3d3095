import { withLocalAddress } from './api-address.ts';
import { Conditions } from './conditions.ts';
import { evaluator } from './evaluate.ts';
import { expandLoops } from './for-each.ts';
import { applyGlobals } from './globals.ts';
import { companions, withEventRules, withImplicitApi } from './implicit.ts';
import type { Lookups } from './intrinsics/scope.ts';
import type { Deployment, Resource, Stack, TemplateWarning } from './model.ts';
import { resolveParameters } from './parameters.ts';
import { pseudoParameters } from './pseudo-parameters.ts';
import { parametersOnly, referencesTo } from './references.ts';
import { ResourceGraph } from './resource-graph.ts';
import { type Declaration, section, sectionOfMaps, sectionsOf } from './sections.ts';
import { located, positionOf, shownPath, TemplateError } from './template-error.ts';
import type { TemplateFiles } from './template-files.ts';
import { languageExtensions, transformsOf } from './transforms.ts';
import { isScalar, shown, type Value, type ValueMap } from './value.ts';

/** What a stack and the stacks nested in it share while they are loaded. */
export interface Loading {
  warnings: TemplateWarning[];
  /** Of all HTTP APIs so far. */
  apiIds: Set<string>;
  files: TemplateFiles;
}

/** The template to load and where it stands among nested ones. */
export interface StackSource {
  file: string;
  /** `CsvReport/` for what is nested in the root's CsvReport, `` for the root. */
  prefix: string;
  /** The files of the stacks around it, to notice one that nests itself. */
  around: string[];
  /** How parameters are given, for the error that misses some. */
  remedy(missing: string[]): string;
}

/** What may stand under a condition. */
type Conditional = Pick<Declaration, 'condition' | 'source'>;

/** @throws TemplateError that names the file, and line and column where there are any. */
export function resolveStack(source: StackSource, deployment: Deployment, loading: Loading): Stack {
  const { file, prefix } = source;
  if (source.around.includes(file)) {
    throw new TemplateError(
      `templates nest each other in a circle: ${[...source.around, file].map(shownPath).join(' → ')}`,
    );
  }
  const raw = loading.files.read(file);
  const { names: transforms, warnings } = transformsOf(raw, `${prefix}Transform`);
  const parameters = ofBlock(prefix, () =>
    resolveParameters(sectionOfMaps(raw, 'Parameters'), deployment.parameters, source.remedy),
  );
  loading.warnings.push(
    ...warnings,
    ...parameters.fromParameterStore.map((name) => ({
      path: `${prefix}Parameters.${name}`,
      message: `AWS reads its value from Parameter Store; here it is "${parameters.texts[name]}" itself`,
    })),
  );

  const known = { parameters: parameters.values, pseudoParameters: pseudoParameters(deployment) };
  const early = (mappings: ValueMap, isTrue: Lookups['isTrue']): Lookups => ({
    ...parametersOnly(known),
    isTrue,
    mappings,
    region: deployment.region,
    languageExtensions: transforms.includes(languageExtensions),
    inConditions: true,
    finished: (text) => text,
  });
  const forLoops = early(section(raw, 'Mappings'), noConditions);
  const sections = sectionsOf(expandLoops(raw, transforms, evaluator(forLoops)));
  const forConditions = early(sections.mappings, (name) => conditions.isTrue(name));
  const conditions = new Conditions(sections.conditions, evaluator(forConditions));
  for (const name of conditions.names()) conditions.isTrue(name);

  const isPresent = ({ condition, source }: Conditional) =>
    condition === undefined || located(source, () => conditions.isTrue(condition));
  const declared = withEventRules(applyGlobals(sections.globals, withImplicitApi(sections.resources, isPresent)));
  const graph: ResourceGraph = new ResourceGraph({
    declared,
    companions: companions(declared),
    isPresent,
    evaluate: (value) => evaluate(value),
    source,
    deployment,
    loading,
    resolveNested: resolveStack,
  });
  const evaluate = evaluator({
    ...forConditions,
    ...referencesTo({
      ...known,
      resourceNames: () => Object.keys(declared),
      resource: (name) => graph.resource(name),
    }),
    inConditions: false,
    finished: (text) => withLocalAddress(text, loading.apiIds, deployment.apiUrl),
  });
  const resources: Resource[] = graph.resolveAll();
  const outputs = Object.entries(sections.outputs)
    .filter(([, output]) => isPresent(conditionOf(output)))
    .map(([name, output]) => [name, graph.within(`Outputs.${name}`, () => outputText(name, output, evaluate))]);
  return {
    name: deployment.stackName,
    templateFile: file,
    parameters: parameters.texts,
    resources,
    outputs: Object.fromEntries(outputs),
    nested: graph.nestedOutputs,
  };
}

/** Errors of `work` name the block that nests the template: the template's own position is the same for all blocks. */
function ofBlock<T>(prefix: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateError) || prefix === '') throw error;
    throw new TemplateError(`${prefix.slice(0, -1)}: ${error.problem}`, error.position);
  }
}

function noConditions(name: string): never {
  throw new TemplateError(`a loop is expanded before the condition ${name} is known`);
}

function conditionOf(source: ValueMap): Conditional {
  const { Condition: condition } = source;
  if (condition === undefined || typeof condition === 'string') return { condition, source };
  throw new TemplateError(
    `an output's Condition must be the name of a condition, not ${shown(condition)}`,
    positionOf(source),
  );
}

function outputText(name: string, output: ValueMap, evaluate: ReturnType<typeof evaluator>): string {
  return located(output, () => {
    const declared: Value | undefined = output.Value;
    if (declared === undefined) throw new TemplateError(`Outputs.${name} has no Value`);
    const value = evaluate(declared);
    if (isScalar(value)) return String(value);
    throw new TemplateError(`Outputs.${name} must be text, not ${shown(value)}; Fn::Join makes text of a list`);
  });
}
