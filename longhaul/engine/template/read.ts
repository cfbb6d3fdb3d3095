import { createRequire } from 'node:module';
import type { Node, Pair, Scalar, YAMLMap } from 'yaml';
import { functionOf, shortTags, templateTags } from './short-tags.ts';
import { type Position, place, TemplateError } from './template-error.ts';
import { isMap as isValueMap, type Value, type ValueMap } from './value.ts';

/**
 * Reads a template in YAML or JSON. Short forms become long ones (`!Sub x` → `{ 'Fn::Sub': 'x' }`), aliases and merge keys
 * are resolved, and each map and list knows its position in `file`.
 *
 * @throws TemplateError with line and column: not YAML, an unknown tag, a null.
 */
export function parseTemplate(text: string, file: string): ValueMap {
  const { parseDocument, LineCounter } = loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'core',
    customTags: templateTags,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    throw new TemplateError(explained(code, message), positionAt(pos[0]));
  }
  if (!document.contents) throw new TemplateError('the template is empty', { file });
  const template = new Reading(positionAt).value(document.contents);
  if (!isValueMap(template)) throw new TemplateError('a template is a map of sections (Resources, …)', positionAt(0));
  return template;
}

/** The parser is loaded when a template is not in the cache. */
const loadYaml = () => createRequire(import.meta.url)('yaml') as typeof import('yaml');

function explained(code: string, message: string): string {
  if (code === 'TAG_RESOLVE_FAILED') return `${message} (known: ${shortTags.join(', ')})`;
  if (code === 'MULTIPLE_TAGS') return `${message}: of two nested functions one must be in its long form (Fn::…)`;
  return message;
}

/** From the parser's nodes to plain values. */
class Reading {
  readonly #yaml = loadYaml();
  readonly #positionAt: (offset: number) => Position;
  /** What each node became: an anchor and its aliases are one value, `undefined` while the anchor is being read. */
  readonly #values = new Map<Node, Value | undefined>();
  /** By name, those that were met so far: an alias means the last one before it. */
  readonly #anchors = new Map<string, Node>();

  constructor(positionAt: (offset: number) => Position) {
    this.#positionAt = positionAt;
  }

  value(node: Node): Value {
    if (this.#yaml.isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (!target) throw this.#error(node, `there is no anchor &${node.source}`);
      return this.value(target);
    }
    if (this.#values.has(node)) {
      const known = this.#values.get(node);
      if (known === undefined) throw this.#error(node, 'an alias inside its own anchor');
      return known;
    }
    this.#values.set(node, undefined);
    if (node.anchor) this.#anchors.set(node.anchor, node);
    const name = functionOf(node.tag);
    const plain = this.#plain(node);
    const value = name ? place({ [name]: attributePath(name, plain) }, this.#position(node)) : plain;
    this.#values.set(node, value);
    return value;
  }

  #plain(node: Node): Value {
    if (this.#yaml.isMap(node)) return this.#map(node);
    if (this.#yaml.isSeq(node)) {
      const items = node.items.map((item) => this.value(item as Node));
      return place(items, this.#position(node));
    }
    const { value } = node as Scalar;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    throw this.#error(node, "null is not allowed in a template: leave the key out, or write '' or !Ref AWS::NoValue");
  }

  #map(node: YAMLMap): ValueMap {
    const own: ValueMap = {};
    const merged: ValueMap[] = [];
    for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
      if (!this.#yaml.isScalar(key)) throw this.#error(key, 'a key must be text');
      if (key.anchor) this.#anchors.set(key.anchor, key);
      if (key.value === '<<' && key.type === 'PLAIN') {
        merged.push(...this.#merged(value));
        continue;
      }
      const name = key.source ?? String(key.value);
      if (!value) throw this.#error(key, `${name} has no value`);
      own[name] = this.value(value);
    }
    // YAML's merge keys: the map's own keys win, then the earlier of the merged maps.
    return place(Object.assign({}, ...merged.reverse(), own), this.#position(node));
  }

  #merged(node: Node | null): ValueMap[] {
    const value = node ? this.value(node) : '';
    const maps = Array.isArray(value) ? value : [value];
    if (maps.every(isValueMap)) return maps;
    throw this.#error(node, '<< takes a map, an alias of one, or a list of those');
  }

  #position(node: Node | null): Position | undefined {
    return node?.range ? this.#positionAt(node.range[0]) : undefined;
  }

  #error(node: Node | null, problem: string): TemplateError {
    return new TemplateError(problem, this.#position(node));
  }
}

/** `!GetAtt Name.Some.Attribute` is `['Name', 'Some.Attribute']` in its long form. */
function attributePath(name: string, argument: Value): Value {
  if (name !== 'Fn::GetAtt' || typeof argument !== 'string') return argument;
  const dot = argument.indexOf('.');
  return dot < 0 ? argument : [argument.slice(0, dot), argument.slice(dot + 1)];
}
