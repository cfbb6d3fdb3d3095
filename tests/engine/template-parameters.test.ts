import { describe, expect, it } from 'vitest';
import { load, resolved } from './template-load.ts';

/** A template with these parameters, and nothing that matters beside them. */
function parametersOf(declarations: string, parameters: Record<string, string> = {}) {
  return load(`Parameters: ${declarations}\nResources: { Uploads: { Type: AWS::S3::Bucket } }`, { parameters });
}

describe('parameters', () => {
  it('take the override, else the default, as text', () => {
    const declarations =
      '{ Count: { Type: Number, Default: 3 }, On: { Type: String, Default: true }, Name: { Type: String } }';
    const { parameters } = parametersOf(declarations, { Name: 'x y' });
    expect(parameters).toEqual({ Count: '3', On: 'true', Name: 'x y' });
  });

  it('of list types are lists without the spaces around their items', () => {
    const lists = `Parameters:
  Names: { Type: CommaDelimitedList, Default: "a, b ,c" }
  Sizes: { Type: List<Number>, Default: "1,2" }
  Subnets: { Type: "List<AWS::EC2::Subnet::Id>", Default: "subnet-1,subnet-2" }
  Vpc: { Type: "AWS::EC2::VPC::Id", Default: vpc-1 }`;
    expect(resolved('[!Ref Names, !Ref Sizes, !Ref Subnets, !Ref Vpc]', lists)).toEqual([
      ['a', 'b', 'c'],
      ['1', '2'],
      ['subnet-1', 'subnet-2'],
      'vpc-1',
    ]);
  });

  it('that are missing are named together, with where to give them', () => {
    const declarations = '{ Stage: { Type: String, Description: dev or prod }, Vpc: { Type: "AWS::EC2::VPC::Id" } }';
    expect(() => parametersOf(declarations)).toThrow(
      /template\.yaml: these parameters need a value: Stage \(String: dev or prod\), Vpc \(AWS::EC2::VPC::Id\)\. .*samconfig\.toml.*\[local\.deploy\.parameters\] parameter_overrides = \["Stage=…", "Vpc=…"\]/,
    );
  });

  it('that are not declared are refused, with those that are', () => {
    const declarations = '{ Stage: { Type: String, Default: dev }, Name: { Type: String, Default: x } }';
    expect(() => parametersOf(declarations, { Stag: 'prod' })).toThrow(
      'there is no parameter Stag; accepted: Stage, Name',
    );
    expect(() => parametersOf('{}', { Stag: 'prod' })).toThrow('there is no parameter Stag; the template takes none');
  });

  it.each([
    ['{ Type: Number }', 'many', 'parameter P must be a number, not "many"'],
    ['{ Type: List<Number> }', '1,x', 'parameter P must be a number, not "x"'],
    ['{ Type: Number, MinValue: 1 }', '0', 'parameter P must be 1 or more, not "0"'],
    ['{ Type: Number, MaxValue: 5 }', '6', 'parameter P must be 5 or less, not "6"'],
    ['{ Type: String, MinLength: 1 }', '', 'parameter P must be at least 1 characters long, not ""'],
    ['{ Type: String, MaxLength: 3 }', 'abcd', 'parameter P must be at most 3 characters long, not "abcd"'],
    ['{ Type: String, AllowedValues: [dev, 1, true] }', 'prod', 'must be one of "dev", "1", "true", not "prod"'],
    ['{ Type: CommaDelimitedList, AllowedValues: [a, b] }', 'a,c', 'must be one of "a", "b", not "c"'],
    ['{ Type: String, AllowedPattern: "[a-z]+" }', 'abc1', 'parameter P must be text that matches [a-z]+, not "abc1"'],
    [
      '{ Type: String, AllowedPattern: "[a-z]+", ConstraintDescription: lower case only }',
      'A',
      'not "A" (lower case only)',
    ],
    ['{ Type: Text }', 'x', 'parameter P has the type "Text"; accepted: String, Number'],
    ['{ Type: List<String> }', 'x', 'parameter P has the type "List<String>"'],
  ])('refuse what %s does not allow: %j', (declaration, value, message) => {
    expect(() => parametersOf(`{ P: ${declaration} }`, { P: value })).toThrow(message);
  });

  it.each([
    ['a text', 'String', 'x'.repeat(4096), 'x'.repeat(4097), 4097],
    ['characters of two bytes', 'String', 'ü'.repeat(2048), 'ü'.repeat(2049), 4098],
    ['a list as a whole', 'CommaDelimitedList', 'a,'.repeat(2048), 'a,'.repeat(2049), 4098],
  ])('hold 4,096 bytes: %s', (_, type, longest, tooLong, bytes) => {
    const message = `parameter P has a value of ${bytes} bytes; CloudFormation takes 4096 at most`;
    expect(parametersOf(`{ P: { Type: ${type} } }`, { P: longest }).parameters).toEqual({ P: longest });
    expect(() => parametersOf(`{ P: { Type: ${type} } }`, { P: tooLong })).toThrow(message);
    expect(() => parametersOf(`{ P: { Type: ${type}, Default: "${tooLong}" } }`)).toThrow(message);
  });

  it('accept what their constraints allow', () => {
    const declarations = `{ Size: { Type: Number, MinValue: 1, MaxValue: 5, AllowedValues: [1, 5] },
      Name: { Type: String, AllowedPattern: "[a-z]+|[0-9]+", MinLength: 2, MaxLength: 2 } }`;
    expect(parametersOf(declarations, { Size: '5', Name: '12' }).parameters).toEqual({ Size: '5', Name: '12' });
  });

  it('of Parameter Store are taken as they stand, with a warning', () => {
    const { parameters, warnings } = parametersOf(
      '{ Ami: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/ami } }',
    );
    expect(parameters).toEqual({ Ami: '/aws/ami' });
    expect(warnings).toEqual([
      { path: 'Parameters.Ami', message: 'AWS reads its value from Parameter Store; here it is "/aws/ami" itself' },
    ]);
  });
});
