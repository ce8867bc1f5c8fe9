// Every script of package.json starts here: this repository runs on the Node of its images, which npm installs beside it.
const major = Number(process.versions.node.split(".")[0]);
if (major !== 24) {
  process.stderr.write(
    `This repository runs on Node 24 and this is Node ${process.versions.node}.\n` +
      "Run `npm ci` again without --omit=optional: it installs Node 24 for Linux and for x64 macOS and Windows.\n" +
      "On another platform install Node 24 and put it first in PATH.\n",
  );
  process.exit(1);
}
