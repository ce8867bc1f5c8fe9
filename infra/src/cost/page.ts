import type { Environment } from "@weft/environments";
import { savingsOf } from "./cheaper.ts";
import { estimate } from "./estimate.ts";
import { printEstimate } from "./print.ts";

/** What the command prints of an environment. */
export async function report(env: Environment): Promise<string> {
  const cost = await estimate(env);
  return printEstimate(cost, await savingsOf(env, cost)).join("\n");
}

/**
 * The page with each environment's block, which is marked by the command above it, as the command prints it now.
 *
 * @throws {Error} for an environment that has no block
 */
export async function renewed(page: string, envs: readonly Environment[]): Promise<string> {
  let text = page;
  for (const env of envs) {
    const block = new RegExp(
      `(\`npm run cost -- ${env.name}\`[^\\n]*\\n\\n\`\`\`text\\n)[^\`]*(\`\`\`)`,
    );
    if (!block.test(text)) throw new Error(`the page has no block of ${env.name}`);
    const body = await report(env);
    text = text.replace(block, (_, before, after) => `${before}${body}\n${after}`);
  }
  return text;
}
