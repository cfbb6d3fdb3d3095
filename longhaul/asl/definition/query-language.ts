/**
 * Fields that only JSONPath states have, with what takes their place in JSONata
 * (docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, "Arguments and Output Fields").
 */
const jsonPathFields: Record<string, string> = {
  InputPath: 'Arguments',
  Parameters: 'Arguments',
  ResultSelector: 'Output',
  ResultPath: 'Output',
  OutputPath: 'Output',
  Result: 'Output',
  ItemsPath: 'Items',
  SecondsPath: 'Seconds',
  TimestampPath: 'Timestamp',
  TimeoutSecondsPath: 'TimeoutSeconds',
  MaxConcurrencyPath: 'MaxConcurrency',
  ToleratedFailureCountPath: 'ToleratedFailureCount',
  ToleratedFailurePercentagePath: 'ToleratedFailurePercentage',
  ErrorPath: 'Error',
  CausePath: 'Cause',
  Variable: 'Condition',
};

type Fields = Record<string, unknown>;

/**
 * What in a definition, not checked otherwise yet, asks for JSONPath. A state without a `QueryLanguage` uses that of the top level,
 * which is JSONPath when it says nothing (transforming-data.html, "QueryLanguage field").
 */
export function jsonPathProblems(definition: Fields): string[] {
  const top = definition.QueryLanguage ?? 'JSONPath';
  const problems: string[] = [];
  if (top !== 'JSONata' && top !== 'JSONPath') {
    problems.push(`QueryLanguage: ${JSON.stringify(top)} is no query language; accepted is JSONata`);
    return problems;
  }
  visit(definition, '', (state, where) => {
    const language = state.QueryLanguage ?? top;
    if (language !== 'JSONata') {
      const said = state.QueryLanguage === undefined ? 'uses JSONPath, the default' : `asks for ${String(language)}`;
      problems.push(
        `${where} ${said}; only JSONata is run here: set QueryLanguage: JSONata at the top of the definition or in the state`,
      );
      return;
    }
    for (const [field, instead] of Object.entries(jsonPathFields)) {
      if (field in state) problems.push(`${where}/${field} belongs to JSONPath; a JSONata state has ${instead}`);
    }
    const rules: unknown[] = Array.isArray(state.Choices) ? state.Choices : [];
    rules.forEach((rule, index) => {
      if (isFields(rule) && 'Variable' in rule) {
        problems.push(`${where}/Choices[${index}]/Variable belongs to JSONPath; a JSONata rule has Condition`);
      }
    });
  });
  return problems;
}

function visit(machine: Fields, at: string, each: (state: Fields, where: string) => void): void {
  if (!isFields(machine.States)) return;
  for (const [name, state] of Object.entries(machine.States)) {
    if (!isFields(state)) continue;
    const where = `${at}/States/${name}`;
    each(state, where);
    if (isFields(state.ItemProcessor)) visit(state.ItemProcessor, `${where}/ItemProcessor`, each);
    const branches: unknown[] = Array.isArray(state.Branches) ? state.Branches : [];
    branches.forEach((branch, index) => {
      if (isFields(branch)) visit(branch, `${where}/Branches[${index}]`, each);
    });
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
