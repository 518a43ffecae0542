#include "store/manifest.hpp"

#include "support.hpp"

#include <nlohmann/json.hpp>

namespace katafix {
namespace {

Run example() {
  RunFile file;
  file.path = "etc/a %\xFF\n\"é";
  file.target = "/node/etc/a %\xFF\n\"é%41";
  file.before = {100, 0xFFFFFFFFFFFFFFFFU};
  file.after = {141, 0};
  file.temporary = "/node/.katafix-0123456789abcdef.tmp";
  file.unit = "crio";
  file.metadata = {0640,
                   4294967294U,
                   4321,
                   {-5, 999'999'999},
                   {{"user.\xFF%", std::string("%41\0\t\xFF", 6)}, {"security.selinux", ""}}};
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
  CHECK(file.unit == "crio");
  CHECK(file.before == run.files[0].before);
  CHECK(file.after == run.files[0].after);
  CHECK(file.temporary == run.files[0].temporary);
  CHECK(file.metadata.same_rights(run.files[0].metadata));
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
  const nlohmann::json& file = whole["files"][0];
  for (const auto& [key, value] : file.items()) {
    for (const auto& [inner, last] : value.is_object() ? value.items() : file.items()) {
      const nlohmann::json::json_pointer above(value.is_object() ? "/files/1/" + key : "/files/1");
      nlohmann::json part = whole;
      part[above].erase(inner);
      CAPTURE(key, inner);
      CHECK(error_in(part.dump()).code == Code::bad_backup);
      part[above][inner] = nlohmann::json();
      CHECK(error_in(part.dump()).code == Code::bad_backup);
    }
  }
}

TEST_CASE("A manifest with a value that no run writes is refused", "[store]") {
  const nlohmann::json whole = nlohmann::json::parse(to_manifest(example()));
  for (const auto& [pointer, text] : std::vector<std::pair<std::string, std::string>>{
           {"/schema", "4.5"},
           {"/schema", "4294967300"},
           {"/files", "{}"},
           {"/files", "null"},
           {"/files/0/before/size", "-1"},
           {"/files/0/after/size", "1e300"},
           {"/files/0/before/checksum", "18446744073709551616"},
           {"/files/0/metadata/mode", "2541"},
           {"/files/0/metadata/uid", "4294967296"},
           {"/files/0/metadata/attributes", "[]"},
           {"/files/0/metadata/attributes", R"({"user.a": 1})"},
           {"/files/0/path", R"("%4z")"},
           {"/files/0/path", R"("%4")"},
           {"/files/0/target", R"("etc/a")"},
           {"/files/0/temporary", R"("/etc/a.toml")"},
           {"/files/0/temporary", R"("/.katafix-0123456789abcdef.tmp/a")"},
           {"/files/0/temporary", R"("/.katafix-0123456789abcdeF.tmp")"},
           {"/files/0/metadata/seconds", "1e300"},
           {"/files/0/metadata/nanoseconds", "1000000000"}}) {
    CAPTURE(pointer, text);
    nlohmann::json changed = whole;
    changed[nlohmann::json::json_pointer(pointer)] = nlohmann::json::parse(text);
    CHECK(error_in(changed.dump()).code == Code::bad_backup);
  }
}

TEST_CASE("A manifest cut off anywhere is refused", "[store]") {
  const std::string text = to_manifest(example());
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    if (error_in(text.substr(0, size)).code != Code::bad_backup) {
      FAIL("not refused: " << size);
    }
  }
}

TEST_CASE("A manifest of a file that is not named from the root is refused", "[store]") {
  const std::string text = to_manifest(example());
  CHECK(error_in(test::with(text, "\"/node/", "\"node/")).code == Code::bad_backup);
}

TEST_CASE("A manifest of another version is refused as one", "[store]") {
  const Finding finding =
      error_in(test::with(to_manifest(example()), "\"schema\": 4", "\"schema\": 3"));
  CHECK(finding.code == Code::bad_backup);
  CHECK(test::contains(finding.message, "another version"));
  CHECK(finding.file == "/path/manifest.json");
}

}  // namespace
}  // namespace katafix
