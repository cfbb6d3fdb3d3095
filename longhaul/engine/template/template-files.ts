import { readFileSync } from 'node:fs';
import type { ContentCache } from '../content-cache.ts';
import { parseTemplate } from './read.ts';
import { place, positionOf, TemplateError } from './template-error.ts';
import type { Value, ValueMap } from './value.ts';

/** A template with the line and column of each map and list in it. */
interface Parsed {
  template: ValueMap;
  places: [value: object, line: number, column: number][];
}

/** The templates of an app, each read once however many stacks are made from it. */
export class TemplateFiles {
  readonly #cache: ContentCache;
  readonly #templates = new Map<string, ValueMap>();

  constructor(cache: ContentCache) {
    this.#cache = cache;
  }

  /** @throws TemplateError with line and column; nobody may change the result */
  read(file: string): ValueMap {
    const known = this.#templates.get(file);
    if (known) return known;
    const text = readText(file);
    const content = `template ${file}\n${text}`;
    const { template, places } = this.#cache.find<Parsed>(content) ?? this.#cache.keep(content, parsed(text, file));
    for (const [value, line, column] of places) place(value, { file, line, column });
    this.#templates.set(file, template);
    return template;
  }
}

function parsed(text: string, file: string): Parsed {
  const template = parseTemplate(text, file);
  const places: Parsed['places'] = [];
  const seen = new Set<Value>();
  const visit = (value: Value) => {
    if (typeof value !== 'object' || seen.has(value)) return;
    seen.add(value);
    const position = positionOf(value);
    if (position) places.push([value, position.line, position.column]);
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(template);
  return { template, places };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new TemplateError('there is no such file', { file });
    }
    throw error;
  }
}
