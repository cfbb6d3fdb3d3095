// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Fn::Sub
import { describe, expect, it } from 'vitest';
import { load, resolved } from './template-load.ts';

describe('reading a template', () => {
  it('takes short forms on texts, lists and maps, and long forms around them', () => {
    const parameters = 'Parameters: { Name: { Type: String, Default: data } }';
    expect(resolved('!Ref Name', parameters)).toBe('data');
    expect(resolved('!GetAtt Uploads.Arn')).toBe('arn:aws:s3:::uploads');
    expect(resolved('!GetAtt [Uploads, Arn]')).toBe('arn:aws:s3:::uploads');
    expect(resolved('{ "Fn::GetAtt": Uploads.Arn }')).toBe('arn:aws:s3:::uploads');
    expect(resolved('!Join ["-", [a, !Ref Name, !Select [1, [x, y]]]]', parameters)).toBe('a-data-y');
    expect(resolved('\n  Fn::Base64: !Sub |\n    echo ${Name}\n', parameters)).toBe(
      Buffer.from('echo data\n').toString('base64'),
    );
  });

  it('resolves anchors, aliases and merge keys, where own keys win', () => {
    expect(
      resolved(
        '{ Base: &base { A: 1, B: 1 }, Same: *base, More: { <<: *base, B: 2, C: 3 }, Both: { <<: [{ A: 0 }, *base] } }',
      ),
    ).toEqual({
      Base: { A: 1, B: 1 },
      Same: { A: 1, B: 1 },
      More: { A: 1, B: 2, C: 3 },
      Both: { A: 0, B: 1 },
    });
  });

  it('reads JSON templates, also those indented with tabs', () => {
    const template = JSON.stringify(
      {
        Resources: { Uploads: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'from-json' } } },
        Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Uploads', 'Arn'] } } },
      },
      null,
      '\t',
    );
    expect(load(template).outputs).toEqual({ Arn: 'arn:aws:s3:::from-json' });
  });

  it("reads YAML 1.1's words for true and false as SAM does, and leaves N, dates and versions as text", () => {
    expect(resolved('[yes, on, no, off, true, N, Y, 2012-10-17, "on", 08:30]')).toEqual([
      true,
      true,
      false,
      false,
      true,
      'N',
      'Y',
      '2012-10-17',
      'on',
      '08:30',
    ]);
  });

  it('keeps a key as it is written: an account id, a word for true', () => {
    expect(resolved('{ 000123456789: a, on: b, 1.10: c }')).toEqual({ '000123456789': 'a', on: 'b', '1.10': 'c' });
  });

  it.each([
    ['a tag that is none', '!Reff Name', /template\.yaml:8:\d+: Unresolved tag: !Reff \(known: !Ref, .*!Sub/],
    ['two short forms on one value', '!Base64 !Sub x', /template\.yaml:8:\d+: .*one must be in its long form/],
    ['a list that is not closed', '[a, b', /template\.yaml:8:\d+: /],
    ['a null', '', /template\.yaml:8:\d+: null is not allowed in a template/],
    ['an alias without an anchor', '*nothing', /template\.yaml:8:\d+: .*nothing/],
    ['an alias inside its anchor', '&loop [*loop]', /template\.yaml:8:\d+: .*anchor/],
    ['the same key twice', '{ a: 1, a: 2 }', /template\.yaml:8:\d+: .*unique/],
    ['a merge of something else', '{ <<: text }', /template\.yaml:8:\d+: << takes a map/],
  ])('says where it found %s', (_, expression, message) => {
    expect(() => resolved(expression)).toThrow(message);
  });

  it('says where a function was used wrongly, in the innermost function that is wrong', () => {
    expect(() => resolved('!Join\n  - ","\n  - [!Select [5, [a]]]')).toThrow(
      /template\.yaml:10:\d+: Fn::Select cannot select nonexistent value at index 5/,
    );
  });

  it.each([
    ['Resourcs: {}', 'Resourcs is no section of a template; known: AWSTemplateFormatVersion'],
    ['Description: nothing', 'the template has no Resources'],
    ['Parameters: []', 'Parameters must be a map, not []'],
    ['Transform: { Nome: x }\nResources: {}', 'Transform takes names of macros'],
    ['Resources: []', 'Resources must be a map, not []'],
    ['Resources: { A: { Properties: {} } }', 'A has no Type'],
    ['Resources: { A: { Type: AWS::S3::Bucket, Propertes: {} } }', 'Propertes is no attribute of a resource (A)'],
    ['Resources: { A: { Type: AWS::S3::Bucket, Condition: [x] } }', "A's Condition must be the name of a condition"],
    ['Resources: { A: { Type: AWS::S3::Bucket, DependsOn: !Ref X } }', "A's DependsOn must be a name or a list"],
    ['', 'the template is empty'],
    ['- a', 'a template is a map of sections'],
  ])('refuses %j', (template, message) => {
    expect(() => load(template)).toThrow(message);
  });

  it('names a template that is not there', () => {
    expect(() =>
      load('Resources: { App: { Type: AWS::Serverless::Application, Properties: { Location: no/such.yaml } } }'),
    ).toThrow(/no\/such\.yaml: there is no such file/);
  });
});
