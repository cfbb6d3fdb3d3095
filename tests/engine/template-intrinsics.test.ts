// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Fn::Sub
import { describe, expect, it } from 'vitest';
import { resolved } from './template-load.ts';

/** The examples of each function's page in https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ */
const extensions = 'Transform: AWS::LanguageExtensions';

describe('Ref', () => {
  it('gives the pseudo parameters of the deployment', () => {
    const pseudo = ['AccountId', 'Region', 'StackName', 'Partition', 'URLSuffix', 'NotificationARNs'];
    const list = pseudo.map((name) => `!Ref AWS::${name}`).join(', ');
    expect(resolved(`[${list}]`)).toEqual(['000000000000', 'us-east-1', 'longhaul', 'aws', 'amazonaws.com', []]);
    expect(resolved('!Ref AWS::StackId')).toMatch(
      /^arn:aws:cloudformation:us-east-1:000000000000:stack\/longhaul\/[0-9a-f-]{36}$/,
    );
    expect(resolved('!Sub "${AWS::Partition} ${AWS::URLSuffix}"', '', { region: 'cn-north-1' })).toBe(
      'aws-cn amazonaws.com.cn',
    );
  });

  it('names what there is when the name is unknown', () => {
    expect(() => resolved('!Ref Uplods', 'Parameters: { Name: { Type: String, Default: x } }')).toThrow(
      'there is no parameter or resource Uplods; parameters: Name; resources: Uploads, Subject',
    );
    expect(() => resolved('!Ref AWS::Regio')).toThrow('there is no pseudo parameter AWS::Regio; known: AWS::AccountId');
  });
});

describe('AWS::NoValue', () => {
  it('removes a property and a list item, wherever it comes from', () => {
    const conditions = 'Conditions: { Never: !Equals [a, b] }';
    expect(resolved('{ A: !Ref AWS::NoValue, B: !If [Never, 1, !Ref AWS::NoValue], C: 1 }', conditions)).toEqual({
      C: 1,
    });
    expect(resolved('[a, !If [Never, b, !Ref AWS::NoValue], c]', conditions)).toEqual(['a', 'c']);
    expect(resolved('!Join [",", [a, !If [Never, b, !Ref AWS::NoValue]]]', conditions)).toBe('a');
  });
});

describe('Fn::Sub', () => {
  it('substitutes parameters, resources, attributes and pseudo parameters', () => {
    expect(resolved('!Sub "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:vpc/${Uploads}"')).toBe(
      'arn:aws:ec2:us-east-1:000000000000:vpc/uploads',
    );
    expect(resolved('!Sub ${Uploads.Arn}/*')).toBe('arn:aws:s3:::uploads/*');
  });

  it('substitutes the values of its map first, and does not look into what it put in', () => {
    expect(resolved('!Sub ["www.${Domain} ${Uploads}", { Domain: !Sub "${!Uploads}", Uploads: mine }]')).toBe(
      'www.${Uploads} mine',
    );
  });

  it('keeps ${!Literal} as ${Literal}, and a dollar alone', () => {
    expect(resolved('!Sub "${!HOME} $ $5 {x} ${AWS::StackName}"')).toBe('${HOME} $ $5 {x} longhaul');
  });

  it('refuses a name that cannot be one, and says how to keep the text', () => {
    expect(() => resolved('!Sub "echo ${HOME:-/root}"')).toThrow('${!HOME:-/root} keeps it as it is');
    expect(() => resolved('!Sub "${}"')).toThrow('in Fn::Sub');
  });

  it('refuses a list', () => {
    const list = 'Parameters: { Names: { Type: CommaDelimitedList, Default: "a,b" } }';
    expect(() => resolved('!Sub ${Names}', list)).toThrow('${Names} in Fn::Sub must be text, not ["a","b"]');
  });
});

describe('Fn::GetAtt', () => {
  it('names the attributes that the type has', () => {
    expect(() => resolved('!GetAtt Uploads.Ar')).toThrow(
      'Uploads (AWS::S3::Bucket) has no attribute Ar; it has: Arn, ',
    );
    expect(() => resolved('!GetAtt Uploads')).toThrow('it was given "Uploads"');
  });
});

describe('Fn::Join', () => {
  it('joins texts, and numbers as text', () => {
    expect(resolved('!Join [":", [a, b, c]]')).toBe('a:b:c');
    expect(resolved('!Join ["", [v, 1, true]]')).toBe('v1true');
    expect(resolved('!Join ["-", !Split ["|", "a|b"]]')).toBe('a-b');
  });

  it('refuses what is not a list of texts', () => {
    expect(() => resolved('!Join [",", [[a]]]')).toThrow('What Fn::Join joins must be a list of texts; it holds ["a"]');
    expect(() => resolved('!Join [",", a]')).toThrow('What Fn::Join joins must be a list, not "a"');
    expect(() => resolved('!Join [a]')).toThrow('Fn::Join [delimiter, [value, …]] is the form');
  });
});

describe('Fn::Split', () => {
  it('splits at each delimiter', () => {
    expect(resolved('!Split ["|", "a|b|c"]')).toEqual(['a', 'b', 'c']);
    expect(resolved('!Split ["|", "a||c|"]')).toEqual(['a', '', 'c', '']);
    expect(resolved('!Select [2, !Split [",", "x,y,z"]]')).toBe('z');
  });

  it('refuses an empty delimiter', () => {
    expect(() => resolved('!Split ["", abc]')).toThrow("Fn::Split's delimiter must be text of at least one character");
  });
});

describe('Fn::Select', () => {
  it('selects by an index that is a number or its text', () => {
    expect(resolved('!Select ["1", [apples, grapes, oranges, mangoes]]')).toBe('grapes');
    expect(resolved('!Select [0, !GetAZs ""]')).toBe('us-east-1a');
  });

  it.each(['4', '-1', 'x', '1.5'])('refuses the index %s', (index) => {
    expect(() => resolved(`!Select [${index}, [a, b, c, d]]`)).toThrow(/Fn::Select/);
  });
});

describe('Fn::If', () => {
  it('looks only at the branch that is taken', () => {
    const conditions = 'Conditions: { Never: !Equals [a, b] }';
    expect(resolved('!If [Never, !Ref Nothing, yes]', conditions)).toBe(true);
    expect(() => resolved('!If [Nevr, a, b]', conditions)).toThrow('there is no condition Nevr; declared: Never');
    expect(() => resolved('!If [Never, a]', conditions)).toThrow(
      'Fn::If [condition name, value if true, value if false]',
    );
  });
});

describe('Fn::FindInMap', () => {
  const mappings =
    'Mappings: { RegionMap: { us-east-1: { HVM64: ami-0ff8a91507f77f867, List: [a, b] }, us-west-1: { HVM64: ami-0bdb828fd58c52235 } } }';

  it('finds by names that may be functions', () => {
    expect(resolved('!FindInMap [RegionMap, !Ref AWS::Region, HVM64]', mappings)).toBe('ami-0ff8a91507f77f867');
    expect(resolved('!FindInMap [RegionMap, us-east-1, List]', mappings)).toEqual(['a', 'b']);
  });

  it('says which keys there are', () => {
    expect(() => resolved('!FindInMap [RegionMap, eu-west-1, HVM64]', mappings)).toThrow(
      'Mappings.RegionMap has no "eu-west-1"; it has us-east-1, us-west-1',
    );
    expect(() => resolved('!FindInMap [Regions, x, y]', mappings)).toThrow(
      'Mappings has no "Regions"; it has RegionMap',
    );
  });

  it('takes a default value with the language extensions only', () => {
    const expression = '!FindInMap [RegionMap, eu-west-1, HVM64, { DefaultValue: !Ref AWS::Region }]';
    expect(resolved(expression, `${extensions}\n${mappings}`)).toBe('us-east-1');
    expect(() => resolved(expression, mappings)).toThrow('needs "Transform: AWS::LanguageExtensions"');
  });
});

describe('Fn::Base64 and Fn::GetAZs', () => {
  it('encodes UTF-8', () => {
    expect(resolved('{ "Fn::Base64": "AWS CloudFormation ü" }')).toBe('QVdTIENsb3VkRm9ybWF0aW9uIMO8');
  });

  it("gives the zones of a region, of the stack's own without one", () => {
    expect(resolved('!GetAZs eu-west-1')).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
    expect(resolved('{ "Fn::GetAZs": { Ref: "AWS::Region" } }')).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
  });
});

describe('Fn::Length and Fn::ToJsonString', () => {
  it('work with the language extensions', () => {
    expect(resolved('{ "Fn::Length": !Split [",", "a,b,c"] }', extensions)).toBe(3);
    expect(
      resolved('{ "Fn::ToJsonString": { key1: value1, key2: !Ref AWS::Region, none: !Ref AWS::NoValue } }', extensions),
    ).toBe('{"key1":"value1","key2":"us-east-1"}');
  });

  it('are refused without them, and for what is no list or map', () => {
    expect(() => resolved('!Length [a]')).toThrow('Fn::Length needs "Transform: AWS::LanguageExtensions"');
    expect(() => resolved('!ToJsonString text', extensions)).toThrow(
      'Fn::ToJsonString takes a map or a list, not "text"',
    );
  });
});

describe('what AWS alone can do', () => {
  it('is an error that says so', () => {
    expect(() => resolved('!ImportValue network-VpcId')).toThrow(
      'Fn::ImportValue "network-VpcId": other stacks\' exports',
    );
    expect(() => resolved('{ "Fn::Transform": { Name: AWS::Include } }')).toThrow('Fn::Transform "AWS::Include"');
    expect(() => resolved('{ "Fn::Foo": 1 }')).toThrow('Fn::Foo is not an intrinsic function; known: Ref, Fn::Base64');
    expect(() => resolved('!Equals [a, b]')).toThrow('Fn::Equals stands in the Conditions section only');
    expect(() => resolved('{ "Fn::Sub": a, b: c }')).toThrow(
      'Fn::Sub must be the only key of its map; beside it there is b',
    );
  });
});
