import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Outcome, outcomeSchema } from "@weft/messages";
import { LOCAL_AWS } from "../src/aws/names.ts";

/** Every outcome of a run folder, as the files in which a person finds them. */
export async function readOutcomes(runFolder: string): Promise<Outcome[]> {
  const folder = join(runFolder, "s3", LOCAL_AWS.dataBucket, "outcomes");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) =>
        outcomeSchema.parse(JSON.parse(await readFile(join(parentPath, name), "utf8"))),
      ),
  );
}
