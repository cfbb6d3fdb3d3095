import { pathToFileURL } from 'node:url';
import { runtimeError } from './failure.ts';

export type Handler = (event: unknown, context: object) => unknown;

/**
 * Imports the handler. Failures have the names that Lambda's Node.js runtime gives them: Runtime.ImportModuleError,
 * Runtime.UserCodeSyntaxError, Runtime.HandlerNotFound, Runtime.CallbackHandlerDeprecated; what the module itself
 * throws is passed on.
 */
export async function loadHandler(file: string, exported: string, handlerName: string): Promise<Handler> {
  let found: unknown;
  try {
    found = await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('Runtime.UserCodeSyntaxError', String(error), error);
    if (error instanceof Error && /^(ERR_)?MODULE_NOT_FOUND$/.test(String((error as NodeJS.ErrnoException).code))) {
      throw runtimeError('Runtime.ImportModuleError', String(error), error);
    }
    throw error;
  }
  const module = found as Record<string, unknown>;
  for (const part of exported.split('.')) {
    // What a CommonJS module exports may be reachable as the default export only.
    const here = found as Record<string, unknown> | undefined;
    found = here?.[part] ?? (here === module ? (module.default as Record<string, unknown>)?.[part] : undefined);
  }
  if (typeof found !== 'function') {
    throw runtimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (found.length >= 3) {
    throw runtimeError(
      'Runtime.CallbackHandlerDeprecated',
      `${handlerName} takes a callback. From Node.js 24 on Lambda supports handlers that return a value or a promise only: ` +
        'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
    );
  }
  return found as Handler;
}
