export async function handler({ Records }: { Records: { body: string }[] }): Promise<void> {
  if (Records.some(({ body }) => body === 'bad')) throw new Error('bad order');
}
