import { checkEnvironment } from "./checks.ts";
import { type Environment, type EnvironmentInput, environmentFields } from "./fields.ts";

/** An environment whose fields are valid and do not contradict each other. */
const environmentSchema = environmentFields.superRefine(checkEnvironment);

/**
 * An environment, complete and free of contradictions.
 *
 * @throws {Error} naming every field that is wrong, what contradicts it, and the remedy
 */
export function defineEnvironment(input: EnvironmentInput): Environment {
  const parsed = environmentSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Error(`environment ${input.name} does not hold together:\n${faults.join("\n")}`);
}
