import assert from "node:assert/strict";
import { parseSource } from "../../../../../cli/add/source";
import { CliError } from "../../../../../cli/errors";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const URL_ = "https://git.example/me/weather";

describe("servers add: a Git repository", () => {
  it("is a URL and a commit, and a folder in it", () => {
    const git = { kind: "git", url: URL_, commit: COMMIT };
    assert.deepEqual(parseSource(`git+${URL_}#${COMMIT}`), git);
    assert.deepEqual(parseSource(`git+${URL_}@${COMMIT}`), git);
    assert.deepEqual(parseSource(`${URL_}.git@${COMMIT}`), { ...git, url: `${URL_}.git` });
    assert.deepEqual(parseSource(`${URL_}.git#${COMMIT}`), { ...git, url: `${URL_}.git` });
    const inside = { ...git, subfolder: "src/weather" };
    assert.deepEqual(parseSource(`git+${URL_}@${COMMIT}#subdirectory=src/weather`), inside);
    assert.deepEqual(parseSource(`git+${URL_}#${COMMIT}&subdirectory=src/weather`), inside);
    const ssh = `ssh://git@git.example/me/weather.git`;
    assert.deepEqual(parseSource(`${ssh}#${COMMIT}`), { kind: "git", url: ssh, commit: COMMIT });
    assert.equal(parseSource("https://git.example/me/weather/server.json").kind, "document");
  });

  it("is refused without a whole commit, with a password, or with a folder outside of it", () => {
    const refused = (text: string, expected: RegExp): void =>
      assert.throws(
        () => parseSource(text),
        (error) => {
          assert.ok(error instanceof CliError, String(error));
          assert.match(`${error.message}\n${error.fix ?? ""}`, expected, text);
          assert.doesNotMatch(`${error.message}\n${error.fix ?? ""}`, /hunter2/);
          return true;
        },
      );
    refused(`git+${URL_}`, /got no commit, expected all 40 digits.*\ngit ls-remote https:\/\/git\.example/);
    refused(`${URL_}.git`, /got no commit/);
    for (const short of ["main", "v1.2.3", COMMIT.slice(0, 12), `${COMMIT}0`, "--upload-pack=x"]) {
      refused(`git+${URL_}#${short}`, /got the commit .*expected all 40 digits/);
    }
    refused(`git+https://me:hunter2@git.example/x#${COMMIT}`, /got an address with a password or token/);
    refused(`git+https://hunter2@git.example/x#${COMMIT}`, /got an address with a password or token/);
    for (const other of ["ext::sh -c id", "-x", "https://a b/x"])
      refused(`git+${other}#${COMMIT}`, /got no address of a repository/);
    for (const outside of ["../x", "/etc", "a/../../x", ".git", "a//b", "a\nb"]) {
      refused(`git+${URL_}#${COMMIT}&subdirectory=${outside}`, /got the folder .*expected one in the repository/);
    }
  });
});
