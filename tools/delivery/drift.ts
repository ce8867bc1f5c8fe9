import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deploymentNamed } from "../../environments/src/index.ts";
import { type Command, required } from "./job.ts";
import { attempt } from "./program.ts";
import { connectPrometheus, type Sample } from "./prometheus.ts";
import { DRIFT_FOLDER, type DriftReport } from "./report-drift.ts";

/** What of ENVIRONMENT is not as it is in Git: a file that `report-drift` reads. */
export const drift: Command = async (job) => {
  const env = deploymentNamed(required(job, "ENVIRONMENT", "the environment to look at"));
  const query = connectPrometheus(job);
  const applications = await query(`argocd_app_info{env="${env.name}"}`).then(
    unlikeGit,
    (error: Error) => error.message,
  );
  const infra = async (command: string, isClean: (said: string) => boolean) => {
    const argv = [join(job.root, "infra/src/main.ts"), command, env.name];
    const { stdout, stderr, code } = await attempt(process.execPath, argv, { cwd: job.root });
    const text = `${stdout}\n${stderr}`.trim();
    return code === 0 && isClean(text) ? "" : text;
  };
  const looks = [
    { of: "templates that are not deployed", text: await infra("diff", isDeployed) },
    { of: "resources changed past their templates", text: await infra("drift", isUntouched) },
    { of: "applications, as Argo CD sees them", text: applications },
  ];
  const findings = looks.filter(({ text }) => text !== "");
  const report: DriftReport = { environment: env.name, findings };
  const folder = join(job.root, DRIFT_FOLDER);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${env.name}.json`), JSON.stringify(report));
  for (const { of, text } of findings) job.print(`${of}:\n${text}`);
  if (findings.length === 0) job.print(`${env.name} is as Git says`);
};

/** By the last lines of the CDK's command line. What does not end with them is a finding: silence is no proof. */
export const isDeployed = (said: string) => /Number of stacks with differences: 0\b/.test(said);

/** Kinds that cannot be compared stay unchecked, and are no drift. */
export const isUntouched = (said: string) =>
  /Number of resources with drift: 0\b/.test(said) && !said.includes("Failed to check drift");

/** `kubectl diff` would need the right to write: Argo CD compares all the time, and says so in a metric. */
export function unlikeGit(applications: readonly Sample[]): string {
  if (applications.length === 0) return "Argo CD has said nothing: no argocd_app_info";
  return applications
    .map(({ labels }) => labels)
    .filter((app) => app.sync_status !== "Synced" || app.health_status !== "Healthy")
    .map((app) => `${app.name}: ${app.sync_status}, ${app.health_status}`)
    .sort()
    .join("\n");
}
