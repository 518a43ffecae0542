#include "katafix/engine/lint.hpp"

#include "engine/spelling.hpp"
#include "toml/parsed.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

using test::Parsed;
using Words = std::vector<std::string>;

const std::string kShort = "[plugins.cri.containerd.";
const std::string kGrpc = "[plugins.\"io.containerd.grpc.v1.cri\".containerd.";
const std::string kNew = "[plugins.\"io.containerd.cri.v1.runtime\".containerd.";
const std::string kKata = "runtime_type = 'io.containerd.kata.v2'\n";
const std::string kRunc = "runtime_type = 'io.containerd.runc.v2'\n";
const std::string kFlagTrue = "privileged_without_host_devices = true\n";
const std::string kAllAllowed = "privileged_without_host_devices_all_devices_allowed = true\n";

std::string word(Severity severity) {
  return severity == Severity::info ? "info" : severity == Severity::warning ? "warning" : "error";
}

/// The findings as "code severity line:column".
Words linted(const std::string& text, const LintContext& context = {},
             Engine engine = Engine::containerd) {
  const Parsed parsed(text);
  Words words;
  const Definitions handlers = find_definitions(parsed.document, engine);
  for (const Finding& finding : lint(parsed.document, handlers, context)) {
    words.push_back(std::string(code_name(finding.code)) + ' ' + word(finding.severity) + ' ' +
                    std::to_string(finding.at.line) + ':' + std::to_string(finding.at.column));
  }
  return words;
}

LintContext context_of(bool is_main, const std::vector<std::string>& names) {
  LintContext context;
  context.is_main = is_main;
  for (const std::string& name : names) {
    context.releases.push_back(parse_release(Engine::containerd, name).value());
  }
  return context;
}

LintContext main_of(const std::vector<std::string>& releases) { return context_of(true, releases); }
LintContext read_by(const std::vector<std::string>& releases) {
  return context_of(false, releases);
}

TEST_CASE("A missing version harms as the plugin id and the releases say", "[engine][lint]") {
  const std::string grpc = kGrpc + "runtimes.kata]\n" + kKata;
  const Words grpc_warning{"missing-version warning 1:58"};
  const Words grpc_info{"missing-version info 1:58"};
  CHECK(linted(grpc, main_of({})) == grpc_warning);
  CHECK(linted(grpc, main_of({"1.6.20"})) == grpc_warning);
  CHECK(linted(grpc, main_of({"1.7", "2.2"})) == grpc_warning);
  CHECK(linted(grpc, main_of({"2.2", "2.3"})) == grpc_info);
  CHECK(linted(grpc, main_of({"2.3.4"})).empty());

  const std::string by_short = kShort + "runtimes.kata]\n" + kKata;
  CHECK(linted(by_short, main_of({})) == Words{"missing-version warning 1:34"});
  CHECK(linted(by_short, main_of({"2.0"})) == Words{"missing-version warning 1:34"});
  CHECK(linted(by_short, main_of({"1.7", "2.1"})) == Words{"missing-version info 1:34"});
  CHECK(linted(by_short, main_of({"1.7"})).empty());
  CHECK(linted(by_short, main_of({"2.3"})).empty());

  const std::string by_new = kNew + "runtimes.kata]\n" + kKata;
  CHECK(linted(by_new, main_of({})) == Words{"missing-version info 1:61"});
  CHECK(linted(by_new, main_of({"2.1"})) == Words{"missing-version info 1:61"});
  CHECK(linted(by_new, main_of({"1.7"})).empty());
}

TEST_CASE("A version is missed in a main file only, and not where it may come from elsewhere",
          "[engine][lint]") {
  const std::string kata = kGrpc + "runtimes.kata]\n" + kKata;
  CHECK(linted(kata, read_by({"1.7"})).empty());
  CHECK(linted("version = 2\n" + kata, main_of({})).empty());
  CHECK(linted("VERSION = 2\n" + kata, main_of({})).empty());
  CHECK(linted("[debug]\nlevel = 'info'\n", main_of({})).empty());
  CHECK(linted("{{ template \"base\" . }}\n" + kata, main_of({})).empty());
  CHECK(linted("imports = ['/etc/containerd/conf.d/*.toml']\n" + kata, main_of({})) ==
        Words{"missing-version info 2:58"});
  // One finding is enough where the version is there, but misplaced.
  CHECK(linted(kata + "version = 2\n", main_of({})) == Words{"misplaced-version warning 3:1"});
}

TEST_CASE("A version below any header of containerd's own is misplaced", "[engine][lint]") {
  const std::string kata = kGrpc + "runtimes.kata]\n" + kKata;
  for (const std::string header :
       {"[grpc]", "[ttrpc]", "[debug]", "[metrics]", "[cgroup]", "[timeouts]", "[plugins]",
        "[plugins.'io.containerd.cri.v1.images']", "[plugins.'io.containerd.grpc.v1.cri']",
        "[plugins.'io.containerd.grpc.v1.cri'.containerd]",
        "[plugins.'io.containerd.grpc.v1.cri'.containerd.runtimes]", "[Debug]"}) {
    CAPTURE(header);
    CHECK(linted((header + "\nversion = 2\n").append(kata)) ==
          Words{"misplaced-version warning 2:1"});
  }
  for (const std::string text :
       {"[debug]\nversion = 0\n", "[debug]\nversion = 5\n", "[debug]\nversion = 2.0\n",
        "[debug]\nversion = '2'\n", "[other]\nversion = 2\n", "[debug.more]\nversion = 2\n"}) {
    CAPTURE(text);
    CHECK(linted(text + kata).empty());
  }
  CHECK(linted("[debug]\nversion = 2\n").empty());
}

TEST_CASE("Handlers under both plugin ids are lost to containerd 2", "[engine][lint]") {
  const std::string runc = kGrpc + "runtimes.runc]\n" + kRunc;
  const std::string kata = kNew + "runtimes.kata]\n" + kKata;
  const std::string same = kGrpc + "runtimes.kata]\n" + kKata;
  CHECK(linted(runc + kata) == Words{"both-plugin-ids warning 1:58"});
  CHECK(linted(kata + runc, read_by({"2.1"})) == Words{"both-plugin-ids warning 3:58"});
  CHECK(linted(runc + kata, read_by({"1.7"})).empty());
  CHECK(linted(same + kata) == Words{"both-plugin-ids info 1:58"});
  CHECK(linted(kShort + "runtimes.runc]\n" + kRunc + kata) ==
        Words{"both-plugin-ids warning 1:34"});
  CHECK(linted(kShort + "runtimes.runc]\n" + kRunc + runc) ==
        Words{"both-plugin-ids warning 1:34"});
  // 2.x copies what it does not move.
  CHECK(
      linted("[plugins.\"io.containerd.grpc.v1.cri\".CONTAINERD.runtimes.runc]\n" + kata).empty());
  CHECK(linted(kGrpc + "default_runtime]\n" + kRunc + kata).empty());
}

TEST_CASE("A legacy table harms where no containerd 1 is left to read it", "[engine][lint]") {
  const std::string kata = kGrpc + "default_runtime]\n" + kKata;
  CHECK(linted(kata) == Words{"legacy-table info 1:49"});
  CHECK(linted(kata, read_by({"1.7", "2.1"})) == Words{"legacy-table info 1:49"});
  CHECK(linted(kata, read_by({"2.0", "2.1"})) == Words{"legacy-table warning 1:49"});
  CHECK(linted(kata, read_by({"1.7"})).empty());
  CHECK(linted(kNew + "default_runtime]\n" + kKata, read_by({"1.7", "2.1"})) ==
        Words{"legacy-table warning 1:52"});
  const std::string untrusted = kShort + "untrusted_workload_runtime]\n";
  CHECK(linted(untrusted + kRunc).empty());
  CHECK(linted(untrusted + kRunc + kFlagTrue) == Words{"legacy-table info 1:25"});
}

TEST_CASE("A byte order mark harms as the engine's release says", "[engine][lint]") {
  const std::string mark = "\xEF\xBB\xBF";
  CHECK(linted(mark + "version = 2\n") == Words{"byte-order-mark warning 1:1"});
  CHECK(linted(mark + "version = 2\n", read_by({"1.7", "2.1"})) ==
        Words{"byte-order-mark warning 1:1"});
  CHECK(linted(mark + "version = 2\n", read_by({"1.7"})).empty());
  CHECK(linted(mark + "[crio]\n", {}, Engine::crio) == Words{"byte-order-mark info 1:1"});
  CHECK(linted(mark).empty());
}

TEST_CASE("All devices allowed without the flag harms since containerd 1.7", "[engine][lint]") {
  const std::string runc = kGrpc + "runtimes.runc]\n" + kRunc + kAllAllowed;
  const std::string kata = kGrpc + "runtimes.kata]\n" + kKata + kAllAllowed;
  CHECK(linted(runc) == Words{"all-devices-allowed warning 3:1"});
  CHECK(linted(runc, read_by({"1.7"})) == Words{"all-devices-allowed warning 3:1"});
  CHECK(linted(runc, read_by({"1.6"})).empty());
  CHECK(linted(runc + kFlagTrue).empty());
  CHECK(linted(runc + "privileged_without_host_devices = false\n") ==
        Words{"all-devices-allowed warning 3:1"});
  CHECK(linted(kata) == Words{"all-devices-allowed info 3:1"});
  // Another file may have the flag.
  CHECK(linted(kGrpc + "runtimes.runc]\n" + kAllAllowed).empty());
  CHECK(linted("[crio.runtime.runtimes.runc]\nruntime_path = '/runc'\n" + kAllAllowed, {},
               Engine::crio)
            .empty());
}

TEST_CASE("A file that only the other engine reads gives nothing", "[engine][lint]") {
  const std::string crio = kFlagTrue + "[crio]\n" + kFlagTrue;
  const std::string containerd = kFlagTrue + "[plugins]\n" + kFlagTrue;
  CHECK(linted(crio).empty());
  CHECK(linted(containerd, {}, Engine::crio).empty());
  CHECK(linted(crio, {}, Engine::crio) ==
        Words{"flag-misplaced warning 1:1", "flag-misplaced warning 3:1"});
  CHECK(linted(kFlagTrue) == Words{"flag-misplaced warning 1:1"});
  // What is in neither's tables is told once.
  const std::string both = crio + "[plugins]\n[other]\n" + kFlagTrue;
  CHECK(linted(both) == Words{"flag-misplaced warning 1:1", "flag-misplaced warning 6:1"});
  CHECK(linted(both, {}, Engine::crio) == Words{"flag-misplaced warning 3:1"});
}

TEST_CASE("The advice for a misplaced flag names the plugin id of the file", "[engine][lint]") {
  const auto advice = [](const std::string& text) {
    const Parsed parsed(text);
    const Definitions handlers = find_definitions(parsed.document, Engine::containerd);
    const std::vector<Finding> found = lint(parsed.document, handlers, {});
    REQUIRE(!found.empty());
    CHECK(found.front().excerpt == "privileged_without_host_devices = true");
    return found.front().advice;
  };
  const std::string begin = "write it in each Kata handler's own table, such as ";
  CHECK(advice(kFlagTrue) ==
        begin + "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.NAME]");
  CHECK(advice(kFlagTrue + kNew + "runtimes.kata]\n") ==
        begin + "[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.NAME]");
  CHECK(advice("[plugins.cri]\n" + kFlagTrue) == begin + "[plugins.cri.containerd.runtimes.NAME]");
}

TEST_CASE("Odd shapes are linted without harm", "[engine][lint]") {
  const std::string flag = "privileged_without_host_devices";
  CHECK(linted("version = {}\nplugins = 3\n").empty());
  CHECK(linted("plugins = [{ cri = [{ containerd = [{ " + flag + " = 1 }] }] }]\n") ==
        Words{"flag-misplaced warning 1:39"});
  CHECK(linted(kShort + "runtimes." + flag + "]\n").empty());
  CHECK(linted("[[plugins.cri.containerd.runtimes." + flag + "]]\n").empty());
  CHECK(linted("plugins.cri.containerd.runtimes = [1, { a.options." + flag + " = {} }]\n") ==
        Words{"flag-misplaced warning 1:51"});
  const std::string long_line = "plugins.x = '" + std::string(2000, 'x') + "'\n";
  CHECK(linted(long_line).empty());
}

TEST_CASE("A key of a template that a directive makes is not judged", "[engine][lint]") {
  const std::string kata = kGrpc + "runtimes.kata]\n" + kKata + kFlagTrue;
  CHECK(linted(kata + "privileged_without_host_device{{ .S }} = true\n").empty());
  CHECK(linted(kata + "privileged_without_host_device = {{ .B }}\n") ==
        Words{"look-alike-key warning 4:1"});
  CHECK(linted(kata + "[plugins.\"io.containerd.grpc.v1.cr{{ .I }}\".containerd.runtimes.a]\n")
            .empty());
}

TEST_CASE("An entry behind a template's block with the header may be another table's",
          "[engine][lint]") {
  const std::string runc = "{{ if .X }}\n" + kGrpc + "runtimes.runc]\n" + kRunc;
  CHECK(linted(runc + "{{ end }}\n" + kAllAllowed).empty());
  CHECK(linted(runc + kAllAllowed + "{{ end }}\n") == Words{"all-devices-allowed warning 4:1"});
}

TEST_CASE("The distance of two names counts what must be changed", "[engine][lint]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("device", "devices") == 1);
  CHECK(edit_distance("wihtout", "without") == 2);
  CHECK(edit_distance("grpc", "cri") == 3);
}

}  // namespace
}  // namespace katafix
