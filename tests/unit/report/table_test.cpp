#include "report/report.hpp"
#include "support.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {
namespace {

using test::contains;

HandlerReport kata(Action action, const char* flag = "absent", const char* name = "kata") {
  HandlerReport handler;
  handler.engine = Engine::crio;
  handler.name = name;
  handler.file = "/etc/crio/crio.conf";
  handler.line = 12;
  handler.kata = true;
  handler.evidence = EvidenceLine{Rule::vm, "runtime_type", "vm", 13};
  handler.flag_before = flag;
  handler.action = action;
  handler.edit_line = action == Action::insert || action == Action::replace ? 14 : 0;
  return handler;
}

HandlerReport runc() {
  HandlerReport handler;
  handler.name = "runc";
  handler.file = "/f";
  handler.line = 1;
  handler.flag_before = "false";
  return handler;
}

std::string text_of(std::vector<HandlerReport> handlers, bool written = false,
                    Detail detail = Detail::normal) {
  Report report;
  report.handlers = std::move(handlers);
  report.writes = written;
  report.changed = written;
  report.files.push_back({"/etc/crio/crio.conf", Engine::crio, Role::main, written, {}, {}});
  return to_text(report, detail, Color::no);
}

TEST_CASE("The table has a row for each handler of Kata", "[report]") {
  CHECK(text_of({kata(Action::insert)}) ==
        "HANDLER  DEFINED AT              EVIDENCE             FLAG    RESULT\n"
        "kata     /etc/crio/crio.conf:12  runtime_type = \"vm\"  absent  fix at line 14\n"
        "\n"
        "1 Kata handler needs privileged_without_host_devices = true. To set it:\n"
        "    katafix apply\n");
}

TEST_CASE("The table says what is or was done", "[report]") {
  CHECK(contains(text_of({kata(Action::replace, "false")}), "false  fix at line 14\n"));
  CHECK(contains(text_of({kata(Action::replace, "false")}, true), "false -> true  set\n"));
  CHECK(contains(text_of({kata(Action::insert)}, true), "absent -> true  set\n"));
  CHECK(contains(text_of({kata(Action::none, "true")}), "true  right\n"));
  HandlerReport refused = kata(Action::refuse);
  refused.reason = "why";
  CHECK(contains(text_of({refused}), "REFUSED: why\n"));
  refused.action = Action::skip;
  CHECK(contains(text_of({refused}), "skipped: why\n"));
}

TEST_CASE("A flag that is true is green, and every other one of Kata red", "[report]") {
  const auto colored = [](const char* flag) {
    Report report;
    report.handlers = {kata(Action::none, flag)};
    return to_text(report, Detail::normal, Color::yes);
  };
  CHECK(contains(colored("true"), "\x1b[32mtrue\x1b[0m"));
  CHECK(contains(colored("false"), "\x1b[31mfalse\x1b[0m"));
  CHECK(contains(colored("absent"), "\x1b[31mabsent\x1b[0m"));
}

TEST_CASE("A very long cell does not make the other rows as long", "[report]") {
  HandlerReport other = kata(Action::insert, "absent", "other");
  other.file = "/" + std::string(1000, 'd');
  const std::string text = text_of({kata(Action::insert), other});
  CHECK(contains(text, other.file));
  CHECK(text.find('\n') < 500);
}

TEST_CASE("Handlers that are not Kata are shown in detail only", "[report]") {
  CHECK_FALSE(contains(text_of({kata(Action::none, "true"), runc()}), "runc"));
  const std::string all = text_of({kata(Action::none, "true"), runc()}, false, Detail::all);
  CHECK(contains(all, "runc     /f:1"));
  CHECK(contains(all, "not Kata\n"));
}

TEST_CASE("A handler that is left alone for a reason is always shown", "[report]") {
  HandlerReport handler = runc();
  handler.reason = "mentions Kata";
  CHECK(contains(text_of({handler}), "left alone: mentions Kata\n"));
}

TEST_CASE("Evidence without a key is told in words", "[report]") {
  HandlerReport handler = kata(Action::insert);
  handler.evidence = EvidenceLine{Rule::name, "", "kata", 12};
  CHECK(contains(text_of({handler}), "  its name  "));
  handler.evidence = EvidenceLine{Rule::option, "", "kata", 12};
  CHECK(contains(text_of({handler}), "  named by --handler  "));
}

TEST_CASE("The columns of a table line up whatever its names are", "[report]") {
  HandlerReport wide = kata(Action::insert);
  wide.name = "kätä-€𝄞";
  const std::string text = text_of({kata(Action::insert), wide});
  CHECK(contains(text, "HANDLER  DEFINED AT"));
  CHECK(contains(text, "kata     /etc"));
  CHECK(contains(text, "kätä-€𝄞  /etc"));
}

TEST_CASE("A table cannot steer the terminal", "[report]") {
  HandlerReport handler = kata(Action::refuse, "\"\x1b[5m\"");
  handler.name = "k\x1b[2J";
  handler.file = "/f\n";
  handler.evidence->value = "vm\x07";
  handler.reason = "why\r";
  const std::string text = text_of({handler});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  CHECK(contains(text, "k\\x1b[2J"));
  CHECK(contains(text, "/f\\x0a:12"));
}

TEST_CASE("The closing line counts what there is to fix", "[report]") {
  CHECK(text_of({}) == "Nothing to fix: no Kata handler in /etc/crio/crio.conf.\n");
  CHECK(contains(text_of({kata(Action::none, "true")}),
                 "\nNothing to fix: 1 Kata handler has privileged_without_host_devices = true.\n"));
  CHECK(contains(text_of({kata(Action::none, "true"), kata(Action::none, "true")}),
                 "\nNothing to fix: 1 Kata handler has privileged_without_host_devices = true.\n"));
  CHECK(
      contains(text_of({kata(Action::none, "true"), kata(Action::none, "true", "other")}),
               "\nNothing to fix: 2 Kata handlers have privileged_without_host_devices = true.\n"));
  CHECK(contains(text_of({kata(Action::insert), kata(Action::replace, "false", "other"),
                          kata(Action::none, "true")}),
                 "\n2 Kata handlers need privileged_without_host_devices = true. To set it:\n"
                 "    katafix apply\n"));
  CHECK(contains(text_of({kata(Action::insert)}, true),
                 "\nSet privileged_without_host_devices = true for 1 Kata handler.\n"));
}

TEST_CASE("The closing lines are commands that bring the files into effect", "[report]") {
  Report report;
  report.handlers = {kata(Action::insert)};
  report.restart = {"containerd", "snap.k8s.containerd"};
  report.changed = true;
  report.files.push_back({"/etc/crio/crio.conf", Engine::crio, Role::main, true, {}, {}});
  const auto text = [&] { return to_text(report, Detail::normal, Color::no); };
  const std::string commands =
      "    systemctl restart containerd\n    snap restart k8s.containerd\n";
  CHECK(text().ends_with("    katafix apply\nThen, to bring it into effect:\n" + commands));
  report.writes = true;
  CHECK(text().ends_with("\nTo bring it into effect (a reload is not enough):\n" + commands));
  report.root = "image";
  CHECK_FALSE(contains(text(), "restart"));
  report.root = "/";
  report.files.front().role = Role::file;
  CHECK_FALSE(contains(text(), "restart"));
}

TEST_CASE("Where there is no Kata handler the files are named or counted", "[report]") {
  Report report;
  const auto text = [&] { return to_text(report, Detail::normal, Color::no); };
  CHECK(text() == "Nothing to fix: there is no config.\n");
  for (const char* const path : {"/a", "-", "/c"}) {
    report.files.push_back({path, {}, Role::file, false, {}, {}});
  }
  CHECK(text() == "Nothing to fix: no Kata handler in /a, standard input or /c.\n");
  report.files.push_back({"/d", {}, Role::file, false, {}, {}});
  CHECK(text() == "Nothing to fix: no Kata handler in any of 4 files.\n");
}

TEST_CASE("Paths below a root are those that can be opened from here", "[report]") {
  CHECK(path_from_here("image", "/etc/f") == "image/etc/f");
  CHECK(path_from_here("image", "etc/f") == "image/etc/f");
  CHECK(path_from_here("image", "image/var/f") == "image/var/f");
  CHECK(path_from_here("image", "image") == "image");
  CHECK(path_from_here("image", "-") == "-");
  CHECK(path_from_here("/", "/etc/f") == "/etc/f");
  CHECK(path_from_here("", "f") == "f");
}

/// The longest line of a text.
std::size_t longest(std::string_view text) {
  std::size_t most = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    most = std::max(most, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return most;
}

TEST_CASE("A table that does not fit loses keys, then the middle of paths and values", "[report]") {
  Report report;
  report.handlers = {kata(Action::insert)};
  report.handlers[0].file = "/etc/crio/crio.conf.d/50-kata.conf";
  report.handlers[0].evidence =
      EvidenceLine{Rule::shim_path, "runtime_path", "/usr/bin/containerd-shim-kata-v2", 13};
  const auto at = [&](std::size_t width) {
    return to_text(report, Detail::normal, {Color::no, width});
  };
  CHECK(longest(at(200)) == longest(at(kEndless)));
  CHECK(contains(at(110),
                 "/etc/crio/crio.conf.d/50-kata.conf:12  /usr/bin/containerd-shim-kata-v2  "));
  CHECK(
      contains(at(80), "kata     /etc.../50-kata.conf:12  /usr...rd-shim-kata-v2  absent  fix at"));
  for (std::size_t width = 70; width < 130; ++width) {
    CHECK(longest(at(width)) <= width);
  }
  CHECK(longest(at(20)) < 80);
}

TEST_CASE("The last column is wrapped below itself", "[report]") {
  Report report;
  report.handlers = {kata(Action::refuse)};
  report.handlers[0].reason = "one two three four five six seven eight nine ten eleven twelve";
  const std::string text = to_text(report, Detail::normal, {Color::no, 80});
  CHECK(longest(text) <= 80);
  CHECK(contains(text, "  REFUSED: one two three four\n" + std::string(51, ' ') + "five"));
}

TEST_CASE("Trouble is never closed as if all were well, nor told twice", "[report]") {
  Report report;
  report.handlers = {kata(Action::insert)};
  report.findings.push_back({Code::refused, Severity::error, "/f", {1, 1}, "m", "", ""});
  CHECK(contains(to_text(report, Detail::normal, Color::no),
                 "1 Kata handler needs privileged_without_host_devices = true, but katafix apply "
                 "would write nothing.\n"));
  report.writes = true;
  CHECK(contains(to_text(report, Detail::normal, Color::no), "\nNothing was written.\n"));
  report.findings[0].code = Code::partly_written;
  CHECK_FALSE(contains(to_text(report, Detail::normal, Color::no), "othing was written"));
  report.findings[0] = {Code::maybe_kata, Severity::warning, "/f", {1, 1}, "m", "", ""};
  CHECK_FALSE(contains(to_text(report, Detail::normal, Color::no), "write nothing"));
}

TEST_CASE("A table of trouble does not claim what was not written", "[report]") {
  Report report;
  report.handlers = {kata(Action::insert)};
  report.writes = true;
  report.findings.push_back({Code::refused, Severity::error, "/f", {1, 1}, "m", "", ""});
  CHECK_FALSE(contains(to_text(report, Detail::normal, Color::no), "-> true"));
}

TEST_CASE("Backups are named behind the closing line", "[report]") {
  Report report;
  report.files.push_back({"/f", {}, Role::file, true, "/var/lib/katafix/runs/R/0.orig", {}});
  report.files.push_back({"/g", {}, Role::file, false, {}, {}});
  CHECK(to_text(report, Detail::normal, Color::no)
            .ends_with("\nBackup: /var/lib/katafix/runs/R/0.orig\n"));
}

TEST_CASE("A table in colour is the same table", "[report]") {
  Report report;
  report.handlers = {kata(Action::insert), kata(Action::none, "true"), runc()};
  const std::string plain = to_text(report, Detail::all, Color::no);
  std::string colored = to_text(report, Detail::all, Color::yes);
  CHECK(contains(colored, "\x1b[33mfix at line 14\x1b[0m"));
  for (std::size_t at = colored.find("\x1b["); at != std::string::npos;
       at = colored.find("\x1b[", at)) {
    colored.erase(at, colored.find('m', at) + 1 - at);
  }
  CHECK(colored == plain);
}

}  // namespace
}  // namespace katafix
