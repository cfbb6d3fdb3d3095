import path from 'node:path';
import type { ContentCache } from './content-cache.ts';
import {
  type Deployment,
  loadStack,
  localParameters,
  parameterNames,
  type Stack,
  TemplateFiles,
  type TemplateWarning,
} from './template/index.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

/**
 * Loads the app's stack and those that run beside it, as one: with all resources, and with the outputs of each other stack
 * among those of the nested ones, under its name.
 *
 * @param others - template files by stack name
 * @throws Error for a name that no stack can have, or that the app has; TemplateError
 */
export function loadStacks(
  templateFile: string,
  deployment: Deployment,
  others: Record<string, string>,
  cache: ContentCache,
): { stack: Stack; warnings: TemplateWarning[] } {
  const files = new TemplateFiles(cache);
  const { stack, warnings } = loadStack(templateFile, deployment, '', files);
  for (const [name, file] of Object.entries(others)) {
    if (!STACK_NAME.test(name)) {
      throw new Error(`"${name}" cannot name a stack: use letters, digits and hyphens, and begin with a letter`);
    }
    if (name === stack.name || Object.hasOwn(stack.nested, name)) {
      throw new Error(`The app has the name "${name}" already: give the stack of ${file} another one`);
    }
    const other = loadStack(
      file,
      { ...deployment, stackName: name, parameters: parametersOf(file, files) },
      `${name}/`,
      files,
    );
    stack.resources.push(...other.stack.resources);
    Object.assign(stack.nested, { [name]: other.stack.outputs }, other.stack.nested);
    warnings.push(...other.warnings);
  }
  return { stack, warnings };
}

/** Of the samconfig.toml beside a template, those that the template has: like SAM, as the file may be for another one too. */
function parametersOf(templateFile: string, files: TemplateFiles): Record<string, string> {
  const names = parameterNames(templateFile, files);
  const given = Object.entries(localParameters(path.dirname(path.resolve(templateFile))));
  return Object.fromEntries(given.filter(([name]) => names.includes(name)));
}
