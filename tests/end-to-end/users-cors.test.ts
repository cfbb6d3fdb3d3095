import { accessSync, constants } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Engine } from 'longhaul/engine';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, engineOf, temporaryDirectory } from './engine.ts';

const executablePath = installed('chromium', 'chromium-browser', 'google-chrome');

describe.skipIf(!executablePath)('a page of another origin (where Chromium is installed)', () => {
  let allowed: Server;
  let stranger: Server;
  let engine: Engine;
  let browser: Browser;
  beforeAll(async () => {
    [allowed, stranger] = [await pages(), await pages()];
    engine = await engineOf(app, {
      dataDirectory: await temporaryDirectory(afterAll),
      parameters: { AllowedOrigins: origin(allowed) },
    });
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await engine?.close();
    for (const server of [allowed, stranger]) server?.close();
  });

  /** Has a page of that server start a job, and returns what its script sees of the answer. */
  async function startFrom(server: Server, headers: Record<string, string>): Promise<unknown> {
    const page = await browser.newPage();
    await page.goto(origin(server));
    const seen = await page.evaluate(
      async ({ url, headers }) => {
        const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', ...headers } };
        return fetch(url, init).then(
          ({ status, headers }) => ({ status, location: headers.get('location') }),
          (error: Error) => error.message,
        );
      },
      { url: `${engine.apiUrl}/users/orders`, headers },
    );
    await page.close();
    return seen;
  }

  async function signedIn(): Promise<{ authorization: string }> {
    const { TokenIssuer, UserPoolClientId = '' } = engine.outputs;
    const form = { grant_type: 'client_credentials', client_id: UserPoolClientId, username: 'ada' };
    const response = await fetch(`${TokenIssuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token } = (await response.json()) as { access_token: string };
    return { authorization: `Bearer ${access_token}` };
  }

  test('that is allowed starts a job for its user, and reads where it runs', async () => {
    expect(await startFrom(allowed, { ...(await signedIn()), 'idempotency-key': 'order-7' })).toEqual({
      status: 202,
      location: expect.stringMatching(/^\/executions\/./),
    });
  });

  test('that is allowed reads that its token is missing', async () => {
    expect(await startFrom(allowed, {})).toEqual({ status: 401, location: null });
  });

  test('that is not allowed is refused by the browser', async () => {
    expect(await startFrom(stranger, await signedIn())).toBe('Failed to fetch');
  });
});

/** Serves an empty page on a port of its own, which makes its origin. */
async function pages(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>A page</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function origin(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The first of these programs on the PATH. */
function installed(...names: string[]): string | undefined {
  const directories = (process.env.PATH ?? '').split(path.delimiter);
  const files = names.flatMap((name) => directories.map((directory) => path.join(directory, name)));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
