#include "node/blocks.hpp"

#include "support.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

const std::string kHeader = "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.kata]\n";
const std::string kType = "runtime_type = \"io.containerd.kata.v2\"\n";

/// "FIRST-LAST" of each block, and "!LINE" behind it where it is cut.
std::vector<std::string> found(const std::string& text) {
  const Source source("f", text);
  std::vector<std::string> lines;
  for (const Block& block : find_blocks(source).all) {
    lines.push_back(std::to_string(block.part->first_line()) + "-" +
                    std::to_string(block.part->source().last_line()) +
                    (block.cut.line == 0 ? "" : "!" + std::to_string(block.cut.line)));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("A block begins with the first statement on the way, and ends with the last",
          "[blocks]") {
  CHECK(found("cat <<EOF\nversion = 2\n# a comment\n" + kHeader + kType + "\nEOF\nX=1\n") ==
        Lines{"2-5"});
  CHECK(found("nothing = 1\n").empty());
  CHECK(found("nothing\n  [plugins]\n").size() == 1);
}

TEST_CASE("Blocks of different depths are several", "[blocks]") {
  CHECK(found("a: |\n  " + kHeader + "  " + kType + "b: |\n      " + kHeader + "      " + kType) ==
        Lines{"2-3", "5-6"});
}

TEST_CASE("A table that is defined again begins the next block", "[blocks]") {
  CHECK(found("x\n" + kHeader + kType + kHeader + kType + kHeader) == Lines{"2-3", "4-5", "6-6"});
}

TEST_CASE("Entries may stand less deep than their header", "[blocks]") {
  CHECK(found("x\n    " + kHeader + "  " + kType + kType) == Lines{"2-3"});
  CHECK(found("x\n    " + kHeader + "  " + kType + "snapshotter = \"a\"\n") == Lines{"2-4"});
  CHECK(found("x\n\t" + kHeader + "    " + kType) == Lines{"2-3"});
}

TEST_CASE("What is quoted does not go on where it is not", "[blocks]") {
  CHECK(found("> " + kHeader + "> " + kType + "\n" + kType) == Lines{"1-2"});
}

TEST_CASE("A line that controls a template cuts the table that goes on behind it", "[blocks]") {
  for (const char* const control : {"{% if x %}", "<% if x %>", "%{ if x }", "{{- if .X }}",
                                    "# {% if x %}", "{# x #}", "..."}) {
    INFO(control);
    const std::string line = std::string(control) + "\n";
    CHECK(found("x\n" + kHeader + line + kType) == Lines{"2-2!3"});
    CHECK(found("x\n" + kHeader + kType + line + kHeader) == Lines{"2-3", "5-5"});
    CHECK(found("x\n" + kHeader + kType + line + "\nx\n") == Lines{"2-3"});
  }
  CHECK(found("x\n" + kHeader + "{% if x %}" + kType + "{% endif %}\n") == Lines{"2-2!3"});
}

TEST_CASE("A line that prints is no line that controls", "[blocks]") {
  CHECK(found("x\n" + kHeader + "{{ .More }}\n" + kType) == Lines{"2-4"});
  CHECK(found("x\n" + kHeader + "runtime_path = \"<%= @path %>\"\n" + kType) == Lines{"2-4"});
}

TEST_CASE("An entry that is no TOML cuts its table", "[blocks]") {
  CHECK(found("x\n" + kHeader + "a = ${X}\n" + kType) == Lines{"2-2!3"});
  CHECK(found("x\n" + kHeader + "a = [\n" + kType) == Lines{"2-2!3"});
}

TEST_CASE("What is broken at the header of a handler is told", "[blocks]") {
  const Source source("f",
                      "x\n  [plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.kata\n");
  const Blocks blocks = find_blocks(source);
  REQUIRE(blocks.broken.size() == 1);
  CHECK(blocks.broken.front().at.line == 2);
  CHECK(find_blocks(Source("f", "[plugins.runtimes](https://example.org)\n")).broken.empty());
}

TEST_CASE("A file that begins as a config is one, if it is no template", "[blocks]") {
  CHECK(find_blocks(Source("f", "# x\n" + kHeader + "a = b\n")).begins_as_config);
  CHECK_FALSE(find_blocks(Source("f", "x\n" + kHeader + "a = b\n")).begins_as_config);
  CHECK_FALSE(find_blocks(Source("f", " " + kHeader + " a = b\n")).begins_as_config);
  CHECK_FALSE(find_blocks(Source("f", kHeader + "a = ${b}\n")).begins_as_config);
}

TEST_CASE("A folded scalar of YAML is no TOML once it is read", "[blocks]") {
  for (const char* const key : {"a: >", "a: >-", "- >2+", "- a: >-2"}) {
    INFO(key);
    CHECK(found(std::string(key) + "\n  x\n    y\n  " + kHeader) == Lines{"4-4!1"});
  }
  for (const char* const key : {"a: |", "<pre>", "cat >", "a: |-"}) {
    CHECK(found(std::string(key) + "\n  " + kHeader) == Lines{"2-2"});
  }
}

}  // namespace
}  // namespace katafix
