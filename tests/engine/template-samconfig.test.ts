import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localParameters } from '../../longhaul/engine/template/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function parametersIn(toml: string, environment?: string) {
  writeFileSync(join(folder, 'samconfig.toml'), toml);
  return localParameters(folder, environment);
}

/** One override string, as it reaches SAM. */
const parsed = (overrides: string) =>
  parametersIn(`[local.deploy.parameters]\nparameter_overrides = '''${overrides}'''`);

describe('parameters in samconfig.toml', () => {
  it('are a text or a list of texts', () => {
    expect(parsed('A=1 B="x y"')).toEqual({ A: '1', B: 'x y' });
    expect(parametersIn('[local.deploy.parameters]\nparameter_overrides = ["A=1", "B=2 C=3"]')).toEqual({
      A: '1',
      B: '2',
      C: '3',
    });
  });

  it.each([
    ["A='x y' B=z", { A: 'x y', B: 'z' }],
    [String.raw`A="say \"hi\"" B='it\'s'`, { A: 'say "hi"', B: "it's" }],
    [String.raw`A=x\ y B=z`, { A: 'x y', B: 'z' }],
    ['ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue="x y"', { A: '1', B: 'x y' }],
    ['Url=https://example.com/?a=b,c A=""', { Url: 'https://example.com/?a=b,c', A: '' }],
    ['Rate="rate(1 day)"   Cron=x\n  Last=1 ', { Rate: 'rate(1 day)', Cron: 'x', Last: '1' }],
    ['', {}],
  ])('are read as SAM reads them: %s', (overrides, expected) => {
    expect(parsed(overrides)).toEqual(expected);
  });

  it('are those of the environment, or of all its commands', () => {
    const toml = `
[default.deploy.parameters]
parameter_overrides = "A=default"
[local.global.parameters]
parameter_overrides = "A=global"
[other.deploy.parameters]
parameter_overrides = "A=other"`;
    expect(parametersIn(toml)).toEqual({ A: 'global' });
    expect(parametersIn(toml, 'other')).toEqual({ A: 'other' });
    expect(parametersIn(toml, 'missing')).toEqual({});
  });

  it('are none without the file', () => {
    expect(localParameters(folder)).toEqual({});
  });

  it.each(['A', '=1', 'A=', 'A=x y', 'A="open'])('refuse %j and say what is accepted', (overrides) => {
    expect(() => parsed(overrides)).toThrow(
      /samconfig\.toml: parameter_overrides is .*; accepted: "A=1 B='x y'" or \[/,
    );
  });

  it('refuse a value that is no text', () => {
    expect(() => parametersIn('[local.deploy.parameters]\nparameter_overrides = 3')).toThrow(
      'parameter_overrides is 3',
    );
  });

  it('point at what is not TOML', () => {
    expect(() => parametersIn('[local]\nparameter_overrides = \n')).toThrow(/samconfig\.toml:2:\d+: /);
  });
});
