import { lintWorkflows } from "./lint.ts";
import { readWorkflows } from "./workflow-file.ts";

const faults = await lintWorkflows(readWorkflows());
for (const fault of faults) process.stderr.write(`.github/workflows/${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
