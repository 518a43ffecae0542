#include "fix/fixed.hpp"

namespace katafix {
namespace {

using test::check_fixed;

const std::string kHeader = "[crio.runtime.runtimes.kata]\n";
const std::string kVm = "runtime_type = \"vm\"\n";

TEST_CASE("A new flag goes behind the line that shows Kata", "[fix]") {
  check_fixed(kHeader + "a = 1\n" + kVm + "b = 2\n[x]\n",
              kHeader + "a = 1\n" + kVm + "@\nb = 2\n[x]\n");
}

TEST_CASE("A new flag has the indentation of the line before", "[fix]") {
  for (const std::string blanks : {"", "  ", "\t", " \t  "}) {
    check_fixed(blanks + kHeader + "  a = 1\n" + blanks + kVm,
                blanks + kHeader + "  a = 1\n" + blanks + kVm + blanks + "@\n");
  }
}

TEST_CASE("A new flag has the line end of the line before", "[fix]") {
  check_fixed("a = 1\n[crio.runtime.runtimes.kata]\r\nruntime_type = 'vm'\r\nb = 1\n",
              "a = 1\n[crio.runtime.runtimes.kata]\r\nruntime_type = 'vm'\r\n@\r\nb = 1\n");
}

TEST_CASE("A new flag at the end of a file without newline has none either", "[fix]") {
  check_fixed("[crio.runtime.runtimes.kata]\nruntime_type = 'vm'",
              "[crio.runtime.runtimes.kata]\nruntime_type = 'vm'\n@");
  check_fixed("[crio.runtime.runtimes.kata]\r\nruntime_type = 'vm' # x",
              "[crio.runtime.runtimes.kata]\r\nruntime_type = 'vm' # x\r\n@");
  check_fixed("crio.runtime.runtimes.kata.runtime_type = 'vm'",
              "crio.runtime.runtimes.kata.runtime_type = 'vm'\ncrio.runtime.runtimes.kata.@");
}

TEST_CASE("A new flag is written with blanks around its sign like the line before", "[fix]") {
  const std::string tight = "privileged_without_host_devices=true\n";
  check_fixed(kHeader + "runtime_type='vm'\n", kHeader + "runtime_type='vm'\n" + tight);
  for (const char* line : {"runtime_type = 'vm'\n", "runtime_type ='vm'\n", "runtime_type= 'vm'\n",
                           "runtime_type   =   'vm'\n", "runtime_type\t=\t'vm'\n"}) {
    check_fixed(kHeader + line, kHeader + line + "@\n");
  }
}

TEST_CASE("A new flag goes behind the comment of the line before", "[fix]") {
  check_fixed(kHeader + "runtime_type = 'vm' # why = \"x\"\n# next\n",
              kHeader + "runtime_type = 'vm' # why = \"x\"\n@\n# next\n");
}

TEST_CASE("A byte order mark stays the first thing in the file", "[fix]") {
  const std::string bom(test::kBom);
  check_fixed(bom + kHeader + kVm, bom + kHeader + kVm + "@\n");
  check_fixed(
      bom + "  crio.runtime.runtimes.kata.runtime_type = 'vm'\n",
      bom + "  crio.runtime.runtimes.kata.runtime_type = 'vm'\n  crio.runtime.runtimes.kata.@\n");
}

TEST_CASE("The prefix of a dotted key is copied byte for byte", "[fix]") {
  check_fixed("[crio.runtime.runtimes]\nkata.runtime_type = 'vm'\n",
              "[crio.runtime.runtimes]\nkata.runtime_type = 'vm'\nkata.@\n");
  check_fixed(
      "[crio.runtime]\n runtimes . \"kata\" . runtime_type = 'vm'\n",
      "[crio.runtime]\n runtimes . \"kata\" . runtime_type = 'vm'\n runtimes . \"kata\".@\n");
  check_fixed("[crio.runtime.runtimes]\n'k\"a' .runtime_type='vm'\n",
              "[crio.runtime.runtimes]\n'k\"a' "
              ".runtime_type='vm'\n'k\"a'.privileged_without_host_devices=true\n");
}

TEST_CASE("Behind an entry of several lines the flag has the indentation of the first", "[fix]") {
  check_fixed(
      "[crio.runtime.runtimes.kata]\n  runtime_type = \"\"\"\\\n      vm\"\"\"\n  a = 1\n",
      "[crio.runtime.runtimes.kata]\n  runtime_type = \"\"\"\\\n      vm\"\"\"\n  @\n  a = 1\n");
  check_fixed("[crio.runtime.runtimes.kata]\n  a = [\n'x',\n    ]\n\n# end\n",
              "[crio.runtime.runtimes.kata]\n  a = [\n'x',\n    ]\n  @\n\n# end\n");
}

TEST_CASE("Evidence that is no entry of the table puts the flag behind the last entry", "[fix]") {
  check_fixed(kHeader + "b = 1\na = 2 # x\n\n# y\n[z]\n",
              kHeader + "b = 1\na = 2 # x\n@\n\n# y\n[z]\n");
  const std::string table = "[plugins.cri.containerd.runtimes.k]\n";
  check_fixed(
      table + "a = 1\n" + "[plugins.cri.containerd.runtimes.k.options]\nBinaryName = 'kata-fc'\n",
      table + "a = 1\n@\n[plugins.cri.containerd.runtimes.k.options]\nBinaryName = 'kata-fc'\n");
}

TEST_CASE("A dotted entry below the header is one of the table's own", "[fix]") {
  check_fixed(
      "[plugins.cri.containerd.runtimes.k]\na = 1\n  options.BinaryName = 'kata-fc'\n[x]\n",
      "[plugins.cri.containerd.runtimes.k]\na = 1\n  options.BinaryName = 'kata-fc'\n  @\n[x]\n");
}

TEST_CASE("A table without entries has the flag behind its header", "[fix]") {
  check_fixed(kHeader, kHeader + "@\n");
  check_fixed("  [crio.runtime.runtimes.kata] # x\r\n\r\n[x]\r\n",
              "  [crio.runtime.runtimes.kata] # x\r\n  @\r\n\r\n[x]\r\n");
  check_fixed("\n[crio.runtime.runtimes.kata]", "\n[crio.runtime.runtimes.kata]\n@");
  check_fixed("[crio.runtime.runtimes.kata]", "[crio.runtime.runtimes.kata]\n@");
}

TEST_CASE("A sub-table is not written into", "[fix]") {
  const std::string sub = "[crio.runtime.runtimes.kata.sub]\na = 1\n";
  check_fixed(kHeader + sub, kHeader + "@\n" + sub);
  check_fixed(sub + kHeader + "b = 1\n", sub + kHeader + "b = 1\n@\n");
}

TEST_CASE("A sub-table that is named by one below it first is not written into", "[fix]") {
  const std::string before = "[crio.runtime.runtimes.kata.sub.x]\na = 1\n" + kHeader;
  const std::string sub = "[crio.runtime.runtimes.kata.sub]\nc = 1\n";
  check_fixed(before + "b = 1\n" + sub, before + "b = 1\n@\n" + sub);
  check_fixed(before + sub, before + "@\n" + sub);
}

TEST_CASE("Each of several handlers has its own new line", "[fix]") {
  check_fixed("[crio.runtime.runtimes]\na.runtime_type = 'vm'\nb.runtime_type = 'vm'\n",
              "[crio.runtime.runtimes]\na.runtime_type = 'vm'\na.@\nb.runtime_type = 'vm'\nb.@\n");
  const std::string old =
      "[plugins.cri.containerd.runtimes.k]\nruntime_type = 'io.containerd.kata.v2'\n";
  const std::string now = test::with(old, "cri.", "\"io.containerd.cri.v1.runtime\".");
  check_fixed(old + kHeader + kVm + now, old + "@\n" + kHeader + kVm + "@\n" + now + "@\n");
}

TEST_CASE("A flag below options is not the handler's", "[fix]") {
  check_fixed(kHeader + kVm + "options.privileged_without_host_devices = true\n",
              kHeader + kVm + "@\noptions.privileged_without_host_devices = true\n");
}

TEST_CASE("An insertion is reported with the line that it goes to", "[fix]") {
  const test::FixOf fix = test::fix_of("# é\n" + kHeader + kVm + "b = 1\n");
  REQUIRE(fix.handlers.size() == 1);
  const HandlerReport& handler = fix.handlers[0];
  CHECK(handler.action == Action::insert);
  CHECK(handler.kata);
  CHECK(handler.engine == Engine::crio);
  CHECK(handler.file == "config.toml");
  CHECK(handler.line == 2);
  CHECK(handler.edit_line == 4);
  CHECK(handler.flag_before == "absent");
  REQUIRE(handler.evidence);
  CHECK(handler.evidence->line == 3);
  CHECK(handler.evidence->key == "runtime_type");
  CHECK(test::fix_of(kHeader + "runtime_type = 'vm'").handlers[0].edit_line == 3);
  CHECK(test::fix_of("[crio.runtime.runtimes.kata]").handlers[0].edit_line == 2);
}

}  // namespace
}  // namespace katafix
