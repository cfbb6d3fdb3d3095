import { styleText } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';

/** How far the job is: a bar on a terminal; elsewhere a line for each tenth, so that no line comes twice. */
export class Progress {
  readonly #total: number;
  readonly #bar: SingleBar | undefined;
  #done = 0;
  #tenths = -1;

  /** @param total - bytes */
  constructor(total: number) {
    this.#total = total;
    if (!process.stdout.isTTY) return;
    this.#bar = new SingleBar({ format: '   {bar} {percentage}% of {total} bytes' }, Presets.shades_classic);
    this.#bar.start(total, 0);
  }

  update(done: number): void {
    this.#done = done;
    this.#bar?.update(done);
    const tenths = Math.floor((10 * done) / this.#total);
    if (this.#bar || tenths <= this.#tenths) return;
    this.#tenths = tenths;
    console.log(`   ${String(10 * tenths).padStart(3)} % of ${this.#total.toLocaleString('en')} bytes`);
  }

  /** Prints a line of its own, above the bar. */
  note(text: string): void {
    this.#bar?.stop();
    console.log(`   ${styleText('yellow', '▸')} ${text}`);
    this.#bar?.start(this.#total, this.#done);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
