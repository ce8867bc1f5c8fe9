import { join } from "node:path";
import { COMMANDS } from "./commands.ts";

const USAGE = `npm run delivery -- <command>: the steps of .github/workflows (docs/delivery.md)
  compare                what the manifests and templates of BASE_COMMIT would become, in build/delivery/changes.md
  comment                put it under pull request PULL_REQUEST
  image                  build, push and sign the image of APP
  foreign-images         look up the digests of other people's images
  place <environment>    the region it is in, or that of the registry
  turn <environment>     whether this commit may be deployed there, or something newer has been
  release                commit the image lock and dist/ to main
  revert                 take RELEASED_COMMIT's image lock back
  promote <environment>  let the environment's branch follow RELEASED_COMMIT
  demote <environment>   put it back to PREVIOUS_COMMIT
  smoke <environment>    wait until what was released at RELEASED_AT is seen to work
  drift                  what of ENVIRONMENT is not as it is in Git, in build/delivery/drift
  report-drift           open, update or close the issue that says so
`;

const [name = "", ...words] = process.argv.slice(2);
const load = COMMANDS[name];
if (load === undefined) {
  process.stdout.write(USAGE);
  process.exitCode = name === "--help" ? 0 : 1;
} else {
  try {
    const command = await load();
    await command({
      words,
      variables: process.env,
      root: join(import.meta.dirname, "../.."),
      print: (line) => process.stdout.write(`${line}\n`),
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
