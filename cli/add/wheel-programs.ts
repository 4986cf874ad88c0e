import { readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../../lib/json";
import { ask } from "./ask";

/** Reads a wheel, which is a zip file, and prints the names of its programs. Nothing of it is run. */
const READ = `
import configparser, json, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
names = [one.split("/") for one in wheel.namelist()]
found = [one[2] for one in names if len(one) == 3 and one[0].endswith(".data") and one[1] == "scripts" and one[2]]
for one in wheel.infolist():
    if one.filename.endswith(".dist-info/entry_points.txt") and one.file_size < 2**20:
        points = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
        points.optionxform = str
        points.read_string(wheel.read(one).decode())
        if points.has_section("console_scripts"): found += points.options("console_scripts")
print(json.dumps(found))
`;

const programs = z.array(z.string());

/**
 * The programs of the wheel that a folder holds.
 * @returns undefined when there is none, or it cannot be read
 */
export async function wheelPrograms(folder: string): Promise<string[] | undefined> {
  const file = readdirSync(folder).find((name) => name.endsWith(".whl"));
  if (file === undefined) return undefined;
  const { code, stdout } = await ask("python3", ["-I", "-c", READ, join(folder, file)]);
  return code === 0 ? programs.safeParse(parseJson(stdout)).data : undefined;
}
