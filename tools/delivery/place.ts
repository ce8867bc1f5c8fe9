import { deploymentNamed, registryRegionOf, stokenet } from "../../environments/src/index.ts";
import { type Command, setOutputs } from "./job.ts";

/** Output `region`: of the environment that is named, else of ENVIRONMENT, or of the `registry`. Said in one place, in environments/src. */
export const place: Command = async (job) => {
  const name = job.words[0] ?? job.variables.ENVIRONMENT;
  const region =
    name === "registry" ? registryRegionOf(stokenet) : deploymentNamed(name).aws?.region;
  if (region === undefined) throw new Error(`${name} is in no region`);
  await setOutputs(job, { region });
};
