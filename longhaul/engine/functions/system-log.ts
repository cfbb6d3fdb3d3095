/** How an invocation ended, for the REPORT line. */
export interface Report {
  requestId: string;
  /** Milliseconds. */
  duration: number;
  /** Milliseconds; only of the invocation for which the process was started. */
  initDuration: number | undefined;
  memorySize: number;
  maxRssKb: number | undefined;
  status: 'timeout' | 'error' | undefined;
  errorType: string | undefined;
}

/** Lambda's own lines in a function's log, in one of its two log formats. */
export interface SystemLog {
  initStart(runtime: string): string[];
  start(requestId: string): string[];
  timeout(requestId: string, text: string): string[];
  end(report: Report): string[];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html shows the lines of each outcome. */
export const textLog: SystemLog = {
  initStart: (runtime) => [`INIT_START Runtime Version: ${runtime}`],
  start: (requestId) => [`START RequestId: ${requestId} Version: $LATEST`],
  timeout: (requestId, text) => [`${new Date().toISOString()} ${requestId} ${text}`],
  end(report) {
    const { billed, maxMemory } = measured(report);
    const fields = [
      `REPORT RequestId: ${report.requestId}`,
      `Duration: ${report.duration.toFixed(2)} ms`,
      `Billed Duration: ${billed} ms`,
      `Memory Size: ${report.memorySize} MB`,
      `Max Memory Used: ${maxMemory} MB`,
      ...(report.initDuration === undefined ? [] : [`Init Duration: ${report.initDuration.toFixed(2)} ms`]),
      ...(report.status ? [`Status: ${report.status}`] : []),
      ...(report.errorType ? [`Error Type: ${report.errorType}`] : []),
    ];
    return [`END RequestId: ${report.requestId}`, `${fields.join('\t')}\t`];
  },
};

/** https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html, as far as level INFO has it */
export const jsonLog: SystemLog = {
  initStart: (runtimeVersion) => [
    platform('initStart', { initializationType: 'on-demand', phase: 'init', runtimeVersion }),
  ],
  start: (requestId) => [platform('start', { requestId, version: '$LATEST' })],
  // The report's status says it.
  timeout: () => [],
  end(report) {
    const { billed, maxMemory } = measured(report);
    const metrics = {
      durationMs: report.duration,
      billedDurationMs: billed,
      memorySizeMB: report.memorySize,
      maxMemoryUsedMB: maxMemory,
      initDurationMs: report.initDuration,
    };
    const { requestId, errorType } = report;
    return [platform('report', { requestId, metrics, status: report.status ?? 'success', errorType })];
  },
};

function measured(report: Report) {
  return {
    billed: Math.ceil(report.duration + (report.initDuration ?? 0)),
    maxMemory: Math.ceil((report.maxRssKb ?? 0) / 1024),
  };
}

function platform(type: string, record: object): string {
  return JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record });
}
