import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { TemplateError } from './template-error.ts';

const key = 'parameter_overrides';
const forms = `"A=1 B='x y'" or ["A=1", "B='x y'"]`;

/**
 * Parameter values of one environment from the project's samconfig.toml: `[local.deploy.parameters] parameter_overrides`, over
 * those of `[local.global.parameters]`. Without file, section or key: none.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
 *
 * @throws TemplateError for a file that is not TOML and overrides in no form that SAM reads.
 */
export function localParameters(projectDirectory: string, environment = 'local'): Record<string, string> {
  const file = join(projectDirectory, 'samconfig.toml');
  const configuration = readToml(file);
  const own = ['deploy', 'global'].map((command) => at(configuration, environment, command, 'parameters', key));
  const overrides = own.find((value) => value !== undefined);
  return overrides === undefined ? {} : parseOverrides(overrides, file);
}

function readToml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [problem = ''] = error.message.split('\n');
    throw new TemplateError(problem, { file, line: error.line, column: error.column });
  }
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((found, name) => (isTable(found) ? found[name] : undefined), value);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseOverrides(overrides: unknown, file: string): Record<string, string> {
  const texts = Array.isArray(overrides) ? overrides : [overrides];
  return Object.assign({}, ...texts.map((text) => parsePairs(text, file)));
}

/**
 * `Name=value` or `ParameterKey=Name,ParameterValue=value`, once or more, with spaces between. A value with spaces stands in
 * single or double quotes or has a backslash before each; in quotes, a backslash stands before the quote itself.
 * Forms and escapes: https://github.com/aws/aws-sam-cli/blob/develop/samcli/cli/types.py
 */
function parsePairs(text: unknown, file: string): Record<string, string> {
  const refuse = () => new TemplateError(`${key} is ${JSON.stringify(text)}; accepted: ${forms}`, { file });
  if (typeof text !== 'string') throw refuse();
  const value = String.raw`"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|[^\s"\\])+`;
  const pair = new RegExp(
    String.raw`\s*(?:ParameterKey=(?<key>[A-Za-z0-9"']+),ParameterValue=|(?<name>[A-Za-z0-9"']+)=)(?<value>${value})(?=\s|$)`,
    'y',
  );
  const found: Record<string, string> = {};
  const trimmed = text.trim();
  while (pair.lastIndex < trimmed.length) {
    const { groups } = pair.exec(trimmed) ?? {};
    if (!groups) throw refuse();
    found[unquoted(groups.key ?? groups.name ?? '')] = unquoted(groups.value ?? '');
  }
  return found;
}

function unquoted(text: string): string {
  const [, , inside = text] = /^(["'])([\s\S]*)\1$/.exec(text) ?? [];
  return inside.replaceAll(/\\([ "'])/g, '$1');
}
