import { describe, expect, it } from 'vitest';
import { load, resolved } from './template-load.ts';

/** Whether a condition is true, with `Stage` as the template's parameter. */
function truthOf(condition: string, stage = 'prod', others = '') {
  const sections = `Parameters: { Stage: { Type: String }, On: { Type: String, Default: "true" } }
Mappings: { Stages: { prod: { Big: yes }, dev: { Big: no } } }
Conditions: { Asked: ${condition}${others} }`;
  return resolved('!If [Asked, "true", "false"]', sections, { parameters: { Stage: stage } }) === 'true';
}

describe('conditions', () => {
  it('compare text, whatever a value was written as', () => {
    expect(truthOf('!Equals [!Ref Stage, prod]')).toBe(true);
    expect(truthOf('!Equals [!Ref Stage, prod]', 'dev')).toBe(false);
    expect(truthOf('!Equals [!Ref On, true]')).toBe(true);
    expect(truthOf('!Equals [!Ref Stage, 1]', '1')).toBe(true);
    expect(truthOf('!Equals [[a, 1], [a, "1"]]')).toBe(true);
    expect(truthOf('!Equals [!FindInMap [Stages, !Ref Stage, Big], true]')).toBe(true);
  });

  it.each([
    ['!And [!Condition Is, !Condition Is]', true],
    ['!And [!Condition Is, !Condition Not]', false],
    ['!Or [!Condition Not, Condition: Is]', true],
    ['!Or [!Condition Not, !Condition Not]', false],
    ['!Not [!Condition Not]', true],
    ['!Not [!Equals [!Ref Stage, prod]]', false],
    ['!And [!Condition Is, !Not [!Condition Not], !Or [!Condition Not, !Condition Is]]', true],
  ])('%s is %s', (condition, truth) => {
    const others = ', Is: !Equals [a, a], Not: !Not [!Condition Is]';
    expect(truthOf(condition, 'prod', others)).toBe(truth);
  });

  it.each([
    ['!And [!Equals [a, a]]', 'Fn::And [condition, …], two to ten of them, is the form'],
    ['!Not [a]', 'Fn::Not takes conditions, not "a"'],
    ['!Condition Nothing', 'there is no condition Nothing; declared: Asked'],
    ['!Condition Asked', 'conditions refer to each other in a circle: Asked → Asked'],
    ['!Condition Other, Other: !Not [!Condition Asked]', 'in a circle: Asked → Other → Asked'],
    ['!Equals [!Ref Uploads, x]', 'only a parameter can be referred to here, and Uploads is none; declared: Stage, On'],
    ['!Equals [!GetAtt Uploads.Arn, x]', 'only a parameter can be referred to here, not Uploads.Arn'],
    ['prod', 'condition Asked must be true or false, not "prod"'],
  ])('refuses %s', (condition, message) => {
    expect(() => truthOf(condition)).toThrow(message);
  });

  it('leave out resources and outputs, and what may not refer to those says so', () => {
    const template = (output: string) => `
Conditions: { Never: !Equals [a, b], Always: !Equals [a, a] }
Resources:
  Uploads: { Type: AWS::S3::Bucket, Condition: Never }
  Artifacts: { Type: AWS::S3::Bucket, Condition: Always }
Outputs:
  Absent: { Condition: Never, Value: !Ref Uploads }
  Bucket: { Value: ${output} }`;
    const { resources, outputs } = load(template('!If [Never, !Ref Uploads, !GetAtt Artifacts.Arn]'));
    expect(resources.map(({ path }) => path)).toEqual(['Artifacts']);
    expect(Object.keys(outputs)).toEqual(['Bucket']);
    expect(() => load(template('!Ref Uploads'))).toThrow(
      /template\.yaml:\d+:\d+: Outputs\.Bucket refers to Uploads, which is not there: its condition Never is false/,
    );
  });

  it('that no condition declares are named', () => {
    expect(() => load('Resources: { Uploads: { Type: AWS::S3::Bucket, Condition: Nevr } }')).toThrow(
      /template\.yaml:1:\d+: there is no condition Nevr; declared: none/,
    );
  });

  it("is a property like any other in a policy's statement", () => {
    const statement = '{ Condition: { StringEquals: { "aws:SourceAccount": !Ref AWS::AccountId } } }';
    expect(resolved(statement)).toEqual({ Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } } });
    expect(resolved('{ Condition: text }')).toEqual({ Condition: 'text' });
  });
});
