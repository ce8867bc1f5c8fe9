// Runs after every npm install. npm 10 unlinks node_modules/.bin/node again while it drops the packages of the other
// platforms, which all bring a `node`: this puts the link back. npm 11 keeps it, and then there is nothing to do.
const { lstatSync, mkdirSync, symlinkSync } = require("node:fs");
const { join } = require("node:path");

const modules = join(__dirname, "..", "node_modules");
const target = join("..", `node-${process.platform}-${process.arch}`, "bin", "node");
const link = join(modules, ".bin", "node");

const isThere = (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

if (process.platform !== "win32" && isThere(join(modules, ".bin", target)) && !isThere(link)) {
  mkdirSync(join(modules, ".bin"), { recursive: true });
  symlinkSync(target, link);
}
