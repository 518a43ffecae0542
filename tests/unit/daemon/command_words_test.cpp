#include "daemon/command_words.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <stdexcept>

using namespace katafix;
using Words = std::vector<std::string>;

namespace {

std::string complaint_about(const std::string& command) {
  try {
    (void)command_words(command);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace

TEST_CASE("Blanks part words, and quotes hold them together", "[daemon]") {
  CHECK(command_words("containerd --config %s") == Words{"containerd", "--config", "%s"});
  CHECK(command_words(" \t a \n\n%s\n") == Words{"a", "%s"});
  CHECK(command_words("a 'b  %s' \"c d\"") == Words{"a", "b  %s", "c d"});
  CHECK(command_words("a''b'c'\"d\"e %s") == Words{"abcde", "%s"});
  CHECK(command_words("a '' \"\" %s") == Words{"a", "", "", "%s"});
}

TEST_CASE("A backslash does what it does to a shell", "[daemon]") {
  CHECK(command_words(R"(a\ b \'c \\ \x %s)") == Words{"a b", "'c", "\\", "x", "%s"});
  CHECK(command_words(R"("\"\\\$\`\x\'" %s)") == Words{R"("\$`\x\')", "%s"});
  CHECK(command_words(R"('\"\' %s)") == Words{R"(\"\)", "%s"});
  CHECK(command_words("a\\\nb \"c\\\nd\" '\\\n' %s") == Words{"ab", "cd", "\\\n", "%s"});
}

TEST_CASE("Nothing is expanded: what is special to a shell is a byte like others", "[daemon]") {
  CHECK(command_words("a $HOME `b` * ~ # > x; %s & | (c)") ==
        Words{"a", "$HOME", "`b`", "*", "~", "#", ">", "x;", "%s", "&", "|", "(c)"});
}

TEST_CASE("The path goes wherever %s is, and stays one word", "[daemon]") {
  CHECK(with_path({"a", "%s", "--x=%s.d:%s"}, "/b c%s") ==
        Words{"a", "/b c%s", "--x=/b c%s.d:/b c%s"});
  CHECK(with_path({"%%s", "%%%s", "100%", "%d", "%"}, "/b") ==
        Words{"%s", "%/b", "100%", "%d", "%"});
}

TEST_CASE("What is no command with a place for the path is bad usage", "[daemon]") {
  for (const char* open : {"a 'b %s", "a \"b %s", "a %s \\", "a \"%s\\"}) {
    INFO(open);
    CHECK(katafix::test::contains(complaint_about(open), "quote is not closed"));
  }
  for (const char* empty : {"", " \t\n", "'' %s", "\"\" %s"}) {
    INFO(empty);
    CHECK(katafix::test::contains(complaint_about(empty), "takes a command"));
  }
  for (const char* nowhere : {"a", "a %%s", "a % s", "a %S"}) {
    INFO(nowhere);
    CHECK(katafix::test::contains(complaint_about(nowhere), "there is no %s"));
  }
}
