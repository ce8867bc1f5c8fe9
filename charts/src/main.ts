import { join } from "node:path";
import { parseArgs } from "node:util";
import { ENVIRONMENTS } from "@weft/environments";
import { findDrift, writeManifests } from "./dist-folder.ts";
import { readImageLock } from "./image-lock.ts";
import { renderEnvironment } from "./render.ts";

const USAGE = `npm run synth [-- <options>]
  (none)      write dist/<environment>/*.k8s.yaml for every environment
  --check     write nothing; fail when dist/ is not what would be written, and name the files
  --release   refuse images without a digest in environments/images.lock.json
`;

const ROOT = join(import.meta.dirname, "../..");

async function synth(options: { readonly check: boolean; readonly release: boolean }) {
  const lock = await readImageLock(join(ROOT, "environments/images.lock.json"));
  const rendered = ENVIRONMENTS.map((env) => ({
    folder: join(ROOT, "dist", env.name),
    manifests: renderEnvironment(env, { lock, release: options.release }),
  }));
  if (!options.check) {
    for (const { folder, manifests } of rendered) await writeManifests(folder, manifests);
    return [];
  }
  return (await Promise.all(rendered.map((one) => findDrift(one.folder, one.manifests)))).flat();
}

try {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean" },
      release: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
  } else {
    const drift = await synth({ check: values.check === true, release: values.release === true });
    for (const line of drift) process.stderr.write(`${line.replace(`${ROOT}/`, "")}\n`);
    if (drift.length > 0) {
      process.stderr.write("dist/ is not what npm run synth writes: run it, and commit dist/\n");
      process.exitCode = 1;
    }
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
