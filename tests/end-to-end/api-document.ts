import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Content {
  content?: Record<string, { schema: { $ref?: string } }>;
}
interface Operation {
  responses: Record<string, Content & { $ref?: string }>;
}

/** An openapi.json, asked whether what an API answers is what it says. */
export class ApiDocument {
  // biome-ignore lint/suspicious/noExplicitAny: as it was served
  readonly #document: any;
  readonly #ajv = addFormats.default(new Ajv2020({ strict: false }));

  constructor(document: object) {
    this.#document = document;
    this.#ajv.addSchema(document, 'openapi.json');
  }

  /** What the document says of a request; undefined when it has no such route. A path without parameters goes first. */
  operation(method: string, requested: string): Operation | undefined {
    const { pathname } = new URL(requested, 'http://api');
    const paths = Object.keys(this.#document.paths).sort((one) => (one.includes('{') ? 1 : -1));
    const route = paths.find((path) => {
      const pattern = path.replace('{path}', '.+').replace(/\{\w+\}/g, '[^/]+');
      return new RegExp(`^${pattern}$`).test(pathname);
    });
    return this.#document.paths[route ?? '']?.[method.toLowerCase()];
  }

  /** What is wrong with an answer; undefined when it is as the document says. */
  complaint(method: string, requested: string, { status, headers }: Response, body: unknown): unknown {
    const said = this.operation(method, requested)?.responses[status];
    if (!said) return `${method} ${requested} is not said to answer ${status}`;
    const { content }: Content = said.$ref ? this.#document.components.responses[lastOf(said.$ref)] : said;
    if (!content) return body === undefined ? undefined : 'There is a body where none is expected';
    const type = headers.get('content-type') ?? '';
    const schema = content[type]?.schema;
    if (!schema) return `The content type is ${type}; expected is ${Object.keys(content)}`;
    if (!schema.$ref) return undefined;
    const validate = this.#ajv.getSchema(`openapi.json${schema.$ref}`)!;
    return validate(body) ? undefined : validate.errors;
  }
}

const lastOf = (pointer: string): string => pointer.split('/').at(-1)!;
