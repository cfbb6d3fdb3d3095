import { resolve } from 'node:path';
import { ContentCache } from '../content-cache.ts';
import type { Deployment, Stack, TemplateWarning } from './model.ts';
import { sectionOfMaps } from './sections.ts';
import { type Loading, resolveStack } from './stack.ts';
import { TemplateError } from './template-error.ts';
import { TemplateFiles } from './template-files.ts';

export type { Deployment, Resource, Stack, TemplateWarning } from './model.ts';
export { isKnownType } from './physical-ids/index.ts';
export { stackId } from './pseudo-parameters.ts';
export { localParameters } from './samconfig.ts';
export { TemplateError } from './template-error.ts';
export { TemplateFiles } from './template-files.ts';

/**
 * Loads a SAM or CloudFormation template with all templates nested in it, as if it were deployed: parameters have their
 * values, conditions are applied, intrinsic functions are what they give, and every resource has its physical id.
 *
 * What the engine cannot run is a warning; a mistake in the template is an error.
 *
 * @param prefix - of the paths of resources and nested stacks: `orders/` for a stack beside the app's
 * @throws TemplateError whose message begins with `file:line:column`.
 */
export function loadStack(
  templateFile: string,
  deployment: Deployment,
  prefix = '',
  files = new TemplateFiles(new ContentCache()),
): { stack: Stack; warnings: TemplateWarning[] } {
  const file = resolve(templateFile);
  const loading: Loading = { warnings: [], apiIds: new Set(), files };
  try {
    const stack = resolveStack({ file, prefix, around: [], remedy: rootRemedy }, deployment, loading);
    return { stack, warnings: loading.warnings };
  } catch (error) {
    if (error instanceof TemplateError && !error.position) throw new TemplateError(error.problem, { file });
    throw error;
  }
}

/** The names of a template's parameters. @throws TemplateError when it cannot be read */
export function parameterNames(templateFile: string, files: TemplateFiles): string[] {
  return Object.keys(sectionOfMaps(files.read(resolve(templateFile)), 'Parameters'));
}

function rootRemedy(missing: string[]): string {
  const list = missing.map((name) => `"${name}=…"`).join(', ');
  return `Give them in samconfig.toml, for the engine: [local.deploy.parameters] parameter_overrides = [${list}]`;
}
