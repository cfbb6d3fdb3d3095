import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every CloudFormation template of the app, relative to its root. */
export const templates = [
  'template.yaml',
  ...globSync(
    [
      'containers/*/template.yaml',
      'functions/**/template.yaml',
      'infrastructure/*.yaml',
      'statemachines/template.yaml',
    ],
    { cwd: root },
  ).sort(),
];

/** A template with its tags taken off: `!Ref Uploads` is `Uploads`, `!If [A, b, c]` is `[A, b, c]`. */
export function read(template: string): Loose {
  const known = parsed.get(template);
  if (known !== undefined) return known;
  const contents = frozen(parse(readFileSync(`${root}/${template}`, 'utf8'), { merge: true, logLevel: 'silent' }));
  parsed.set(template, contents);
  return contents;
}

/** Frozen, because all tests of a file are given the same. */
const parsed = new Map<string, Loose>();

function frozen(value: Loose): Loose {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach into all kinds of resources
type Loose = any;

export interface Resource {
  Type: string;
  Condition?: string;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Properties: Loose;
  Metadata: Loose;
}

/** The resources of a template by logical id, of one type or of all. */
export function resources(template: string, type?: string): [string, Resource][] {
  const all = Object.entries(read(template).Resources as Record<string, Resource>);
  return type ? all.filter(([, { Type }]) => Type === type) : all;
}

/** The resources of a type in all templates, each once: path of the template and logical id, resource, template. */
export function everywhere(type: string): [string, Resource, string][] {
  return templates.flatMap((template) =>
    resources(template, type).map(([name, resource]): [string, Resource, string] => [
      `${template}: ${name}`,
      resource,
      template,
    ]),
  );
}

export interface AppFunction {
  /** `Orders/SqsTrigger`: as `sam local invoke` takes it. */
  path: string;
  name: string;
  /** The template that declares it. */
  template: string;
  /** With what `Globals` of that template add to it. */
  resource: Resource;
}

/** Every function of the app, also of nested templates: one for each block that declares it. */
export function functions(template = 'template.yaml', prefix = ''): AppFunction[] {
  const { Globals } = read(template);
  return resources(template).flatMap(([name, resource]) => {
    const { Type, Properties } = resource;
    if (Type === 'AWS::Serverless::Application') {
      return functions(join(dirname(template), Properties.Location), `${prefix}${name}/`);
    }
    if (Type !== 'AWS::Serverless::Function') return [];
    const { Environment, ...rest } = Globals?.Function ?? {};
    const Variables = { ...Environment?.Variables, ...Properties.Environment?.Variables };
    const merged = { ...resource, Properties: { ...rest, ...Properties, Environment: { Variables } } };
    return [{ path: `${prefix}${name}`, name, template, resource: merged }];
  });
}

export interface Statement {
  Sid?: string;
  Effect: string;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  Condition?: object;
  Principal?: unknown;
}

/** Every policy statement below `value`, with where it stands. */
export function statements(value: unknown, path = ''): { path: string; statement: Statement }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => statements(item, `${path}/${index}`));
  if (typeof value !== 'object' || value === null) return [];
  if ('Effect' in value && ('Action' in value || 'NotAction' in value))
    return [{ path, statement: value as Statement }];
  return Object.entries(value).flatMap(([key, member]) => statements(member, `${path}/${key}`));
}

export const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
