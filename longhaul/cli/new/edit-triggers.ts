import { AppTemplate, type Block, isBlockOf, TRIGGERS } from './app-template.ts';
import { refuseReferences } from './references.ts';
import { applyEdits } from './text-edit.ts';
import type { TriggerSource } from './trigger-source.ts';
import { insertBlock, removeFrom } from './yaml-edits.ts';

/** Behind which column the parameters of a block get a second line. */
const LINE = 140;

/**
 * Adds a trigger's block for a job of the app, after the other triggers.
 *
 * @returns the template with it, and the block's logical id
 * @throws Error that names what the template lacks
 */
export function addTrigger(text: string, source: TriggerSource, job: string): { text: string; id: string } {
  const template = new AppTemplate(text);
  const { condition, id: jobId } = template.existingJob(job);
  const { stateMachine } = template;
  if (!stateMachine) throw new Error('template.yaml has no state machine for a trigger to start');
  const missing = template.lacking({
    Parameters: ['FunctionArchitecture'],
    Resources: source.parameters.BucketName === '!Ref Uploads' ? ['Uploads'] : [],
  });
  if (missing.length > 0) throw new Error(`template.yaml has no ${missing.join(', no ')}, which a trigger is given`);
  const id = freeId(template, `${jobId}${source.noun}`);
  const block = blockText({ id, job, condition, stateMachine, source });
  return { id, text: applyEdits(text, [insertBlock(text, template.resources, isBlockOf(TRIGGERS), block)]) };
}

/**
 * Removes a trigger's block.
 *
 * @throws Error where there is no such block, or with the lines that still name it
 */
export function removeTrigger(text: string, id: string): string {
  const template = new AppTemplate(text);
  existingTrigger(template, id);
  const edits = removeFrom(text, template.resources, [id]);
  refuseReferences(template, { ids: [id], edits });
  return applyEdits(text, edits);
}

/** @throws Error that lists the triggers of the app */
export function existingTrigger(template: AppTemplate, id: string): Block {
  const triggers = template.blocks(TRIGGERS);
  const trigger = triggers.find((one) => one.id === id);
  if (trigger) return trigger;
  throw new Error(
    `template.yaml has no trigger "${id}". Its triggers are ${triggers.map((one) => one.id).join(', ') || 'yet to be made'}.`,
  );
}

/** The first of `InvoiceQueue`, `InvoiceQueue2`, … that the template does not have. */
function freeId(template: AppTemplate, wanted: string): string {
  const isTaken = (id: string) => template.resources.has(id) || template.section('Parameters')?.has(id);
  let id = wanted;
  for (let number = 2; isTaken(id); number++) id = `${wanted}${number}`;
  return id;
}

interface TriggerBlock {
  id: string;
  job: string;
  condition: string | undefined;
  stateMachine: string;
  source: TriggerSource;
}

function blockText({ id, job, condition, stateMachine, source }: TriggerBlock): string {
  const common = `App: !Ref AWS::StackName, Architecture: !Ref FunctionArchitecture, Job: ${job}`;
  const own = Object.entries(source.parameters).map(([key, value]) => `${key}: ${value}`);
  const oneLine = `      Parameters: { ${[common, ...own].join(', ')} }`;
  const parameters =
    oneLine.length <= LINE ? oneLine : `      Parameters:\n        { ${common},\n          ${own.join(', ')} }`;
  return `  ${id}:
    Type: AWS::Serverless::Application
${condition ? `    Condition: ${condition}\n` : ''}    DependsOn: ${stateMachine}
    Properties:
      Location: ${TRIGGERS}${source.kind}/template.yaml
${parameters}`;
}
