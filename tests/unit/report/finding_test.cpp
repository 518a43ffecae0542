#include "report/report.hpp"
#include "report/told.hpp"
#include "support.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

/// The finding of an error at an offset, as it would be thrown.
std::string shown(const std::string& text, std::size_t offset, const std::string& path = "f") {
  const Source source(path, text);
  return to_text(Error(Code::invalid_toml, source, offset, "what", "do this").finding(), Color::no);
}

/// The line of the excerpt and the line of its caret.
std::string excerpt(const std::string& line, std::size_t offset) {
  const std::string text = shown(line, offset);
  const std::size_t begin = text.find('\n') + 1;
  return text.substr(begin, text.rfind("  do this") - begin);
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (; count > 0; --count) {
    all += text;
  }
  return all;
}

TEST_CASE("An error has its place and code and line and a caret and advice", "[report]") {
  CHECK(shown("a = 1\nbad = x\n", 12, "etc/c.toml") ==
        "etc/c.toml:2:7: error: what [invalid-toml]\n"
        " 2 | bad = x\n"
        "   |       ^\n"
        "  do this\n");
}

TEST_CASE("The margin of the caret is as wide as the line's number", "[report]") {
  CHECK(test::contains(shown(std::string(99, '\n') + "x", 99), " 100 | x\n     | ^\n"));
}

TEST_CASE("An error about a file as a whole has no place and no excerpt", "[report]") {
  CHECK(to_text(Error(Code::unreadable, "f", "what", "do").finding(), Color::no) ==
        "f: error: what [unreadable]\n  do\n");
  CHECK(to_text(Error(Code::unreadable, "f", "what").finding(), Color::no) ==
        "f: error: what [unreadable]\n");
}

TEST_CASE("A warning or note has its place but no excerpt", "[report]") {
  Finding finding{Code::maybe_kata, Severity::warning, "f", {3, 2}, "what", "do", "the line"};
  CHECK(to_text(finding, Color::no) == "f:3:2: warning: what [maybe-kata]\n  do\n");
  finding.severity = Severity::info;
  CHECK(to_text(finding, Color::no) == "f:3:2: note: what [maybe-kata]\n  do\n");
}

TEST_CASE("A tab before the caret is a tab below it", "[report]") {
  CHECK(excerpt("\ta\t= x", 5) == " 1 | \ta\t= x\n   | \t \t  ^\n");
}

TEST_CASE("A character of several bytes has one blank below it", "[report]") {
  CHECK(excerpt("é€𝄞x", 9) == " 1 | é€𝄞x\n   |    ^\n");
}

TEST_CASE("An escaped character has as many blanks below it as it takes", "[report]") {
  CHECK(excerpt("\x1b\x07z", 2) == " 1 | \\x1b\\x07z\n   |         ^\n");
  CHECK(excerpt("\xC2\x85z", 2) == " 1 | \\xc2\\x85z\n   |         ^\n");
  CHECK(excerpt("\u202E\U000E0041z", 7) == " 1 | \\u{202E}\\u{E0041}z\n   |                  ^\n");
  CHECK(excerpt("a\xFFz", 2) == " 1 | a\\xffz\n   |      ^\n");
}

TEST_CASE("A caret may stand behind the end of the line", "[report]") {
  CHECK(excerpt("a = ", 4) == " 1 | a = \n   |     ^\n");
  CHECK(excerpt("a = \n", 4) == " 1 | a = \n   |     ^\n");
  CHECK(excerpt("a = \r\n", 5) == " 1 | a = \n   |     ^\n");
  CHECK(excerpt("", 0) == " 1 | \n   | ^\n");
}

TEST_CASE("Of a long line the part around the caret is shown", "[report]") {
  const std::string text = excerpt(std::string(500, 'a') + "X" + std::string(500, 'b'), 500);
  CHECK(text == " 1 | " + std::string(50, 'a') + "X" + std::string(49, 'b') + "\n   | " +
                    std::string(50, ' ') + "^\n");
}

TEST_CASE("Of a long line the caret keeps its place at the beginning and the end", "[report]") {
  CHECK(excerpt(std::string(500, 'a'), 3) == " 1 | " + std::string(100, 'a') + "\n   |    ^\n");
  CHECK(excerpt(std::string(500, 'a'), 500) ==
        " 1 | " + std::string(50, 'a') + "\n   | " + std::string(50, ' ') + "^\n");
}

TEST_CASE("A long line of several bytes a character is cut between characters", "[report]") {
  const std::string line = repeated("é", 300) + "X" + repeated("€", 300);
  CHECK(excerpt(line, 600) == " 1 | " + repeated("é", 50) + "X" + repeated("€", 49) + "\n   | " +
                                  std::string(50, ' ') + "^\n");
}

TEST_CASE("An excerpt of what does not print fits the screen, too, with its caret", "[report]") {
  const Source source("f", repeated("\x01", 20) + "X" + repeated("\x02", 20));
  const Finding finding = Error(Code::invalid_toml, source, 20, "what").finding();
  const std::string text = to_text(finding, {Color::no, 40});
  CHECK(text.substr(text.find('\n') + 1) == " 1 | " + repeated("\\x01", 4) + "X" +
                                                repeated("\\x02", 4) + "\n   | " +
                                                std::string(16, ' ') + "^\n");
}

TEST_CASE("A finding cannot steer the terminal", "[report]") {
  const Finding finding{Code::refused,     Severity::error, "f\x1b[2J", {1, 1},
                        "m\x1b]0;x\x07\n", "a\r\xC2\x9B",   "e\x1b[31m"};
  const std::string text = to_text(finding, Color::no);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  CHECK(text.find("\xC2\x9B") == std::string::npos);
  CHECK(test::contains(text, "f\\x1b[2J:1:1: error: m\\x1b]0;x\\x07\\x0a [refused]\n"));
}

TEST_CASE("Colour is only added where it is asked for and always ended", "[report]") {
  const Finding finding = Error(Code::invalid_toml, Source("f", "x"), 0, "what", "do").finding();
  const std::string plain = to_text(finding, Color::no);
  std::string colored = to_text(finding, Color::yes);
  CHECK(colored != plain);
  std::size_t open = 0;
  for (std::size_t at = colored.find("\x1b["); at != std::string::npos;
       at = colored.find("\x1b[", at)) {
    const std::size_t end = colored.find('m', at);
    open = colored.substr(at, end - at) == "\x1b[0" ? 0 : open + 1;
    CHECK(open < 2);
    colored.erase(at, end + 1 - at);
  }
  CHECK(open == 0);
  CHECK(colored == plain);
}

TEST_CASE("On a terminal a finding is wrapped at words, and a command is left whole", "[report]") {
  const Finding finding{Code::restart_needed,
                        Severity::warning,
                        "/etc/f",
                        {},
                        "the unit runs since yesterday, and this file changed today",
                        "look at it, then systemctl restart containerd, and look again",
                        ""};
  CHECK(to_text(finding, {Color::no, 40}) ==
        "/etc/f: warning: the unit runs since\n"
        "  yesterday, and this file changed today\n"
        "  [restart-needed]\n"
        "  look at it, then\n"
        "  systemctl restart containerd, and look\n"
        "  again\n");
}

TEST_CASE("A word that is too long for the terminal is left whole", "[report]") {
  const Finding finding{Code::unreadable,
                        Severity::error,
                        "/a/very/long/path/to/a/file",
                        {},
                        "another-long-word",
                        "a-third-word-that-is-long",
                        ""};
  CHECK(to_text(finding, {Color::no, 20}) ==
        "/a/very/long/path/to/a/file: error:\n  another-long-word\n  [unreadable]\n"
        "  a-third-word-that-is-long\n");
}

TEST_CASE("Of a line that is too long for the terminal the part around the caret is shown",
          "[report]") {
  const Source source("f", std::string(60, 'a') + "X" + std::string(30, 'b'));
  const Finding finding = Error(Code::invalid_toml, source, 60, "what").finding();
  const std::string text = to_text(finding, {Color::no, 40});
  CHECK(test::contains(text, "\n 1 | " + std::string(17, 'a') + "X" + std::string(16, 'b') +
                                 "\n   | " + std::string(17, ' ') + "^\n"));
}

TEST_CASE("What many say is told once, with a count, and what few say each time", "[report]") {
  Report report;
  for (const char* const name : {"k1", "k2", "k3", "k4"}) {
    report.handlers.emplace_back().name = name;
  }
  const auto told = [&](std::size_t count) {
    std::vector<Finding> findings;
    for (std::size_t index = 0; index < count; ++index) {
      findings.push_back({Code::maybe_kata,
                          Severity::warning,
                          "/f",
                          {index + 1, 1},
                          "the handler " + report.handlers[index].name + " is odd",
                          "",
                          ""});
    }
    findings.push_back({Code::maybe_kata, Severity::warning, "/f", {9, 1}, "it is odd", "", ""});
    return told_once(findings, report);
  };
  CHECK(told(3).size() == 4);
  CHECK(told(4).size() == 2);
  CHECK(to_text(told(4)[0].finding, Color::no, told(4)[0].count) ==
        "/f:1:1: warning: the handler k1 is odd (4 of these, which -v shows) [maybe-kata]\n");
}

TEST_CASE("What only root may do is told first", "[report]") {
  const std::vector<Finding> findings{
      {Code::maybe_kata, Severity::warning, "/f", {}, "odd", "", ""},
      {Code::unreadable, Severity::error, "/g", {}, "no", "run katafix as root, with sudo", ""}};
  CHECK(told_once(findings, Report{}).front().finding.file == "/g");
}

TEST_CASE("A diff is coloured line by line", "[report]") {
  const std::string diff = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n c\n";
  CHECK(colored_diff(diff, Color::no) == diff);
  CHECK(colored_diff(diff, Color::yes) ==
        "\x1b[1m--- a/f\x1b[0m\n\x1b[1m+++ b/f\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n"
        "\x1b[31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n c\n");
  CHECK(colored_diff("", Color::yes).empty());
}

}  // namespace
}  // namespace katafix
