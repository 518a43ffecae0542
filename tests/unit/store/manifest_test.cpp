#include "store/manifest.hpp"

#include "support.hpp"

#include <nlohmann/json.hpp>

namespace katafix {
namespace {

Run example() {
  RunFile file;
  file.path = "etc/a %\xFF\n\"é";
  file.target = "/node/etc/a %\xFF\n\"é%41";
  file.backup = "0.orig";
  file.size = 100;
  file.checksum = 0xFFFFFFFFU;
  file.temporary = ".katafix-0123456789abcdef.tmp";
  file.edits = {{0, "", "[a]\n  x = \"é\"\r\n"}, {90, std::string("%41\0\t\xFF", 6), ""}};
  file.unit = "crio";
  file.metadata = {0640, 4294967294U, 4321, {-5, 999'999'999}};
  return {"20261124T090000.000000Z", RunState::prepared, "at /mnt/é", {file, file}};
}

Finding error_in(const std::string& text) {
  return test::error_of([&] { (void)from_manifest(text, "RUN", "/path/manifest.json"); });
}

TEST_CASE("A manifest holds everything of a run", "[store]") {
  const Run run = example();
  const Run again = from_manifest(to_manifest(run), run.name, "p");
  CHECK(again.name == run.name);
  CHECK(again.tree == run.tree);
  REQUIRE(again.files.size() == 2);
  const RunFile& file = again.files[0];
  CHECK(file.path == run.files[0].path);
  CHECK(file.target == run.files[0].target);
  CHECK(file.backup == "0.orig");
  CHECK(file.unit == "crio");
  CHECK(file.size == 100);
  CHECK(file.checksum == 0xFFFFFFFFU);
  CHECK(file.temporary == ".katafix-0123456789abcdef.tmp");
  REQUIRE(file.edits.size() == 2);
  for (std::size_t index : {0U, 1U}) {
    CHECK(file.edits[index].offset == run.files[0].edits[index].offset);
    CHECK(file.edits[index].removed == run.files[0].edits[index].removed);
    CHECK(file.edits[index].inserted == run.files[0].edits[index].inserted);
  }
  CHECK(file.metadata.mode == 0640);
  CHECK(file.metadata.user == 4294967294U);
  CHECK(file.metadata.group == 4321);
  CHECK(file.metadata.modified.tv_sec == -5);
  CHECK(file.metadata.modified.tv_nsec == 999'999'999);
}

TEST_CASE("Paths of any bytes survive a manifest", "[store]") {
  Run run = example();
  for (int byte = 1; byte < 256; ++byte) {
    run.files[0].path =
        std::string("/") + static_cast<char>(byte) + "41%" + static_cast<char>(byte);
    CHECK(from_manifest(to_manifest(run), "r", "p").files[0].path == run.files[0].path);
  }
}

TEST_CASE("What was edited can be read in a manifest", "[store]") {
  Run run = example();
  run.files[0].edits = {{7, "x = 'no'", "  100% = \"é\"\n"}};
  const std::string text = to_manifest(run);
  CHECK(test::contains(text, R"("offset": 7,)"));
  CHECK(test::contains(text, R"("removed": "x = 'no'",)"));
  CHECK(test::contains(text, R"("inserted": "  100%25 = \"%C3%A9\"\n")"));
}

TEST_CASE("A manifest is ASCII and ends with a newline", "[store]") {
  const std::string text = to_manifest(example());
  CHECK(text.ends_with("}\n"));
  for (const char byte : text) {
    CHECK(static_cast<unsigned char>(byte) < 0x80);
  }
}

TEST_CASE("A manifest that lacks anything is refused", "[store]") {
  const nlohmann::json whole = nlohmann::json::parse(to_manifest(example()));
  for (const char* key : {"schema", "tree", "files"}) {
    nlohmann::json part = whole;
    part.erase(key);
    CAPTURE(key);
    CHECK(error_in(part.dump()).code == Code::bad_backup);
  }
  for (const auto& [key, value] : whole["files"][0].items()) {
    nlohmann::json part = whole;
    part["files"][1].erase(key);
    CAPTURE(key);
    CHECK(error_in(part.dump()).code == Code::bad_backup);
    part["files"][1][key] = nlohmann::json();
    CHECK(error_in(part.dump()).code == Code::bad_backup);
  }
}

TEST_CASE("A manifest with a value that no run writes is refused", "[store]") {
  const nlohmann::json whole = nlohmann::json::parse(to_manifest(example()));
  for (const auto& [pointer, text] : std::vector<std::pair<std::string, std::string>>{
           {"/schema", "3.5"},
           {"/schema", "4294967299"},
           {"/files", "{}"},
           {"/files", "null"},
           {"/files/0/size", "-1"},
           {"/files/0/size", "1e300"},
           {"/files/0/crc32", "4294967296"},
           {"/files/0/mode", "2541"},
           {"/files/0/uid", "4294967296"},
           {"/files/0/path", R"("%4z")"},
           {"/files/0/path", R"("%4")"},
           {"/files/0/backup", R"("../0.orig")"},
           {"/files/0/target", R"("etc/a")"},
           {"/files/0/temporary", R"("a.toml")"},
           {"/files/0/temporary", R"(".katafix-/../a")"},
           {"/files/0/edits/0/offset", "0.5"},
           {"/files/0/modified/seconds", "1e300"},
           {"/files/0/modified/nanoseconds", "1000000000"}}) {
    CAPTURE(pointer, text);
    nlohmann::json changed = whole;
    changed[nlohmann::json::json_pointer(pointer)] = nlohmann::json::parse(text);
    CHECK(error_in(changed.dump()).code == Code::bad_backup);
  }
}

TEST_CASE("A manifest with edits that overlap or leave the file is refused", "[store]") {
  const auto with_edits = [](std::vector<RunEdit> edits) {
    Run run = example();
    run.files[0].size = 10;
    run.files[0].edits = std::move(edits);
    run.files[1] = run.files[0];
    return to_manifest(run);
  };
  for (const std::vector<RunEdit>& edits : {std::vector<RunEdit>{{8, "abc", ""}},
                                            {{11, "", "x"}},
                                            {{std::size_t(-1), "abc", ""}},
                                            {{0, "abc", ""}, {2, "", "x"}},
                                            {{5, "", "x"}, {4, "", "y"}}}) {
    CHECK(error_in(with_edits(edits)).code == Code::bad_backup);
  }
  CHECK_NOTHROW(
      from_manifest(with_edits({{0, "abc", ""}, {3, "", "x"}, {3, "1234567", ""}}), "r", "p"));
}

TEST_CASE("A manifest cut off anywhere is refused", "[store]") {
  const std::string text = to_manifest(example());
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    if (error_in(text.substr(0, size)).code != Code::bad_backup) {
      FAIL("not refused: " << size);
    }
  }
}

TEST_CASE("A manifest that leads out of its directory is refused", "[store]") {
  const std::string text = to_manifest(example());
  CHECK(error_in(test::with(text, "\"0.orig\"", "\"../0.orig\"")).code == Code::bad_backup);
  CHECK(error_in(test::with(text, "\"/node/", "\"node/")).code == Code::bad_backup);
}

TEST_CASE("A manifest of another version is refused as one", "[store]") {
  const Finding finding =
      error_in(test::with(to_manifest(example()), "\"schema\": 3", "\"schema\": 2"));
  CHECK(finding.code == Code::bad_backup);
  CHECK(test::contains(finding.message, "another version"));
  CHECK(finding.file == "/path/manifest.json");
}

}  // namespace
}  // namespace katafix
