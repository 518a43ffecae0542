#include "fix/fixed.hpp"

#include <random>
#include <string>
#include <vector>

namespace katafix {
namespace {

/// Writes configs in every way that TOML has for them.
class Writer {
 public:
  std::string config() {
    std::string text =
        pick({"", "\xEF\xBB\xBF"}) + pick({"", "version = 2\n", "# é𝄞\n\n", "root = \"/x\"\n"});
    const bool one_table = below(3) == 0;
    if (one_table) {
      text += "[" + runtimes() + "]\n";
    }
    const std::size_t handlers = 1 + below(4);
    for (std::size_t number = 0; number < handlers; ++number) {
      text += one_table ? line("h" + std::to_string(number)) : table("h" + std::to_string(number));
    }
    text += pick({"", "[other]\nx = nan\n", "# end", "\n\n"});
    if (below(4) == 0 && text.ends_with('\n')) {
      text.pop_back();
    }
    return below(3) == 0 ? test::with(text, "\n", "\r\n") : text;
  }

 private:
  std::size_t below(std::size_t limit) { return engine_() % limit; }

  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  std::string runtimes() {
    return pick({"crio.runtime.runtimes", "crio . \"runtime\".'runtimes'"});
  }

  std::string quoted(const std::string& name) {
    return pick({name, '"' + name + '"', '\'' + name + '\''});
  }

  /// A handler in one line, or with dotted keys.
  std::string line(const std::string& name) {
    if (below(2) == 0) {
      return pick({"", "  "}) + quoted(name) + pick({"=", " = "}) + inline_table() + "\n";
    }
    std::string text;
    for (const std::string& entry : entries()) {
      text += quoted(name) + pick({".", " . "}) + entry + "\n";
    }
    return text;
  }

  std::string table(const std::string& name) {
    const std::string header = "[" + runtimes() + "." + quoted(name);
    const std::string indent = pick({"", "  ", "\t"});
    std::string text = indent + header + "]" + pick({"", " # c"}) + "\n";
    for (const std::string& entry : entries()) {
      text += indent + entry + pick({"", " # it's \"c\""}) + "\n" + pick({"", "", "\n", "# c\n"});
    }
    if (below(3) == 0) {
      text += header + ".options]\na = [ 1,\n 2 ]\n";
    }
    return text;
  }

  std::vector<std::string> entries() {
    std::vector<std::string> lines;
    for (std::size_t count = below(3); count > 0; --count) {
      lines.push_back("k" + std::to_string(count) + pick({" = ", "="}) +
                      pick({"1", "'x'", "[ 1,\n 2 ]", "\"\"\"\na\"\"\""}));
    }
    const std::string shim =
        pick({"runtime_type = \"vm\"", "runtime_type='vm'",
              "runtime_path = \"/x/containerd-shim-kata-v2\"", "runtime_path='/usr/bin/runc'", ""});
    const std::string flag =
        pick({"", "", "privileged_without_host_devices = ", "'privileged_without_host_devices'="});
    if (!shim.empty()) {
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(below(lines.size() + 1)), shim);
    }
    if (!flag.empty()) {
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(below(lines.size() + 1)),
                   flag + pick({"true", "false", "\"true\"", "0"}));
    }
    return lines;
  }

  std::string inline_table() {
    std::string text;
    for (const std::string& entry : entries()) {
      text += (text.empty() ? "" : ", ") + entry;
    }
    return "{" + pick({"", " "}) + text + pick({"", " "}) + "}";
  }

  std::mt19937 engine_{20261124};
};

TEST_CASE("A fix leaves nothing to fix and all other bytes alone however a config is written",
          "[fix]") {
  Writer writer;
  int fixed = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::string text = writer.config();
    CAPTURE(text);
    const test::FixOf first = test::fix_of(text);
    const test::FixOf second = test::fix_of(first.fixed);
    REQUIRE(second.edits.empty());
    REQUIRE(second.fixed == first.fixed);
    REQUIRE(second.handlers.size() == first.handlers.size());
    for (std::size_t index = 0; index < second.handlers.size(); ++index) {
      const HandlerReport& before = first.handlers[index];
      const HandlerReport& after = second.handlers[index];
      REQUIRE(after.kata == before.kata);
      REQUIRE(before.action != Action::refuse);
      REQUIRE(after.flag_before == (before.kata ? "true" : before.flag_before));
    }
    for (const Edit& edit : first.edits) {
      const std::string replaced = text.substr(edit.span.begin, edit.span.size());
      CAPTURE(replaced, edit.text);
      REQUIRE((replaced == "false" || replaced == "\"true\"" || replaced == "0" ||
               test::contains(edit.text, "privileged_without_host_devices")));
      REQUIRE((replaced.empty() || edit.text == "true" || replaced == " "));
    }
    fixed += first.edits.empty() ? 0 : 1;
  }
  CHECK(fixed > 500);
}

TEST_CASE("A new flag is reported at its line before any edit", "[fix]") {
  const std::string kata = "[crio.runtime.runtimes.X]\nruntime_type = 'vm'\n";
  const test::FixOf fix = test::fix_of(test::with(kata, "X", "a") + test::with(kata, "X", "b"));
  REQUIRE(fix.handlers.size() == 2);
  CHECK(fix.handlers[0].edit_line == 3);
  CHECK(fix.handlers[1].edit_line == 5);
}

}  // namespace
}  // namespace katafix
