#include "katafix/text/finding.hpp"

#include "support.hpp"

#include <set>

namespace katafix {
namespace {

constexpr int kLastCode = static_cast<int>(Code::no_such_run);

TEST_CASE("Every code has a name of its own in lower case and dashes", "[text]") {
  std::set<std::string_view> names;
  for (int number = 0; number <= kLastCode; ++number) {
    const std::string_view name = code_name(static_cast<Code>(number));
    CAPTURE(number, name);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-8") == std::string_view::npos);
    CHECK(names.insert(name).second);
  }
}

TEST_CASE("Only trouble after files were replaced ends a run with status 3", "[text]") {
  const std::set<Code> after = {Code::partly_written, Code::rolled_back, Code::not_durable,
                                Code::restart_failed};
  for (int number = 0; number <= kLastCode; ++number) {
    const auto code = static_cast<Code>(number);
    CHECK(exit_status(code) == (after.count(code) != 0 ? 3 : 2));
  }
}

TEST_CASE("An error at a place knows its line and column and quotes the line", "[text]") {
  const Source source("dir/f.toml", "a = 1\r\n  é = x\r\n");
  const Error error(Code::invalid_toml, source, source.offset({2, 7}), "message", "advice");
  CHECK(error.finding().file == "dir/f.toml");
  CHECK(error.finding().at == Position{2, 7});
  CHECK(error.finding().excerpt == "  é = x");
  CHECK(error.finding().severity == Severity::error);
  CHECK(std::string(error.what()) == "message");
}

TEST_CASE("Of a long line a finding has what a terminal shows", "[text]") {
  const Source source("f", std::string(500, 'a') + "X" + std::string(500, 'b') + "\nc\n");
  const Finding finding = finding_in(Code::refused, Severity::error, source, 500, "message", "");
  CHECK(finding.at == Position{1, 501});
  CHECK(finding.excerpt == std::string(50, 'a') + "X" + std::string(49, 'b'));
  CHECK(finding.before_excerpt == 450);
  CHECK(finding_on_line(Code::refused, Severity::error, source, 1, "message", "").excerpt ==
        std::string(kExcerptWidth, 'a'));
}

TEST_CASE("An error about a file as a whole has no place", "[text]") {
  const Error error(Code::unreadable, "f", "message");
  CHECK(error.finding().at == Position{0, 0});
  CHECK(error.finding().excerpt.empty());
  CHECK(error.finding().advice.empty());
}

}  // namespace
}  // namespace katafix
