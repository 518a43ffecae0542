#include "katafix/text/source.hpp"

#include "support.hpp"

#include <array>
#include <string>
#include <vector>

namespace katafix {
namespace {

using test::kBom;

Position p(std::size_t line, std::size_t column) { return {line, column}; }

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// position() as its definition says it, byte by byte from the beginning.
Position counted_position(std::string_view bytes, std::size_t offset) {
  Position position{1, 1};
  for (std::size_t at = bytes.starts_with(kBom) ? kBom.size() : 0; at < offset; ++at) {
    // The end of the file belongs to the last line.
    if (bytes[at] == '\n' && at + 1 < bytes.size()) {
      position = {position.line + 1, 1};
    } else if (!continues_code_point(bytes[at])) {
      ++position.column;
    }
  }
  return position;
}

std::vector<std::string> texts() {
  const std::string mixed = "a = \"é\" # ü€𝄞\r\n\tb\n\n𝄞𝄞𝄞\nz";
  std::string wide;
  for (int i = 0; i < 50; ++i) {
    wide += "ключ" + std::to_string(i) + " = \"значение 𝄞\"" + (i % 3 == 0 ? "\r\n" : "\n");
  }
  const std::string late = std::string(1000, 'x') + "\n" + std::string(200, 'y') + "é\n€";
  // Exactly as many code points as lie between two milestones, and one more and less.
  const std::string e63 = test::with(std::string(63, 'e'), "e", "é");
  std::vector<std::string> all = {
      "",   "\n", "\n\n",    "a",        "a\n",       "a\r\nb\r\n",     "é", mixed, wide,
      late, e63,  e63 + "é", e63 + "éé", e63 + "\né", e63 + "é\n" + e63};
  for (std::size_t index = 0, count = all.size(); index < count; ++index) {
    all.push_back(std::string(kBom) + all[index]);
  }
  return all;
}

TEST_CASE("An empty file has one empty line", "[text]") {
  const Source source("f", "");
  CHECK(source.last_line() == 1);
  CHECK(source.line(1) == Span{0, 0});
  CHECK(source.line_end(1).empty());
  CHECK(source.line_after(1) == 0);
  CHECK(source.position(0) == p(1, 1));
}

TEST_CASE("Each line has its own line end", "[text]") {
  const Source source("f", "a\r\nbb\n\nc");
  REQUIRE(source.last_line() == 4);
  CHECK(source.line(1) == Span{0, 1});
  CHECK(source.line_end(1) == "\r\n");
  CHECK(source.line_after(1) == 3);
  CHECK(source.line(2) == Span{3, 5});
  CHECK(source.line_end(2) == "\n");
  CHECK(source.line(3) == Span{6, 6});
  CHECK(source.line_end(3) == "\n");
  CHECK(source.line(4) == Span{7, 8});
  CHECK(source.line_end(4).empty());
  CHECK(source.line_after(4) == 8);
}

TEST_CASE("A carriage return alone ends no line", "[text]") {
  const Source source("f", "a\rb\n");
  CHECK(source.last_line() == 1);
  CHECK(source.text(source.line(1)) == "a\rb");
}

TEST_CASE("The line end of the last line begins no further line", "[text]") {
  const Source source("f", "a\nb\n");
  CHECK(source.last_line() == 2);
  CHECK(source.line_of(3) == 2);
  CHECK(source.line_of(4) == 2);
}

TEST_CASE("A byte order mark belongs to no line and has no column", "[text]") {
  const Source source("f", std::string(kBom) + "a = 1\nb");
  CHECK(source.bom_size() == 3);
  CHECK(source.line(1) == Span{3, 8});
  CHECK(source.position(3) == p(1, 1));
  CHECK(source.position(0) == p(1, 1));
  CHECK(source.position(9) == p(2, 1));
  CHECK(source.offset(p(1, 1)) == 3);
  CHECK(source.offset(p(1, 5)) == 7);
}

TEST_CASE("A byte order mark in the middle of a file is a code point like others", "[text]") {
  const Source source("f", "a" + std::string(kBom) + "b");
  CHECK(source.bom_size() == 0);
  CHECK(source.position(4) == p(1, 3));
}

TEST_CASE("A line is that of its bytes and of its line end", "[text]") {
  const Source source("f", "ab\r\ncd\n");
  for (const std::size_t offset : {0U, 1U, 2U, 3U}) {
    CHECK(source.line_of(offset) == 1);
  }
  for (const std::size_t offset : {4U, 5U, 6U}) {
    CHECK(source.line_of(offset) == 2);
  }
}

TEST_CASE("Columns count code points and not bytes", "[text]") {
  const Source source("f", "é€𝄞x\n\tü=");
  CHECK(source.position(2) == p(1, 2));
  CHECK(source.position(5) == p(1, 3));
  CHECK(source.position(9) == p(1, 4));
  CHECK(source.position(11) == p(2, 1));
  CHECK(source.position(14) == p(2, 3));
}

TEST_CASE("Positions agree with counting at every code point of every text", "[text]") {
  for (const std::string& text : texts()) {
    const Source source("f", text);
    for (std::size_t offset = source.bom_size(); offset <= text.size(); ++offset) {
      if (offset < text.size() && continues_code_point(text[offset])) {
        continue;
      }
      CAPTURE(text, offset);
      const Position position = source.position(offset);
      REQUIRE(position == counted_position(text, offset));
      REQUIRE(source.offset(position) == offset);
      REQUIRE(source.line_of(offset) == position.line);
    }
  }
}

TEST_CASE("The lines and their ends make up the whole text", "[text]") {
  for (const std::string& text : texts()) {
    const Source source("f", text);
    std::string joined(text.substr(0, source.bom_size()));
    for (std::size_t line = 1; line <= source.last_line(); ++line) {
      joined += source.text(source.line(line));
      joined += source.line_end(line);
      REQUIRE(joined.size() == source.line_after(line));
    }
    CHECK(joined == text);
  }
}

TEST_CASE("A place behind the end of the file is its end", "[text]") {
  for (const char* text : {"a\nbc", "é\nü€"}) {
    const Source source("f", text);
    CHECK(source.offset(p(2, 99)) == source.bytes().size());
    CHECK(source.offset(p(3, 1)) == source.bytes().size());
    CHECK(source.offset(p(99, 99)) == source.bytes().size());
    CHECK(source.position(99) == source.position(source.bytes().size()));
  }
}

TEST_CASE("Bytes that are not UTF-8 have positions too", "[text]") {
  const std::array<std::string, 6> broken = {
      "\x80"
      "abc\n",
      "\x80\x80\x80",
      "a\n\xBF",
      "\xC3",
      "\xFF\xFE" + std::string("a\0\n\0", 4),
      "\x80\xC3\xA9\n\x80"};
  for (const std::string& text : broken) {
    const Source source("f", text);
    CAPTURE(text);
    CHECK(source.position(0) == p(1, 1));
    for (std::size_t offset = 0; offset <= text.size(); ++offset) {
      const Position position = source.position(offset);
      CHECK(position.line == source.line_of(offset));
      CHECK(position.column >= 1);
      CHECK(position.column <= offset + 1);
    }
  }
}

}  // namespace
}  // namespace katafix
