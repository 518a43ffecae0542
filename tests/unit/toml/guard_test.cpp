#include "toml/guard.hpp"

#include "support.hpp"

namespace katafix {
namespace {

Finding bytes_error(std::string bytes) {
  const Source source("f", std::move(bytes));
  return test::error_of([&] { check_bytes(source); });
}

Finding depth_error(std::string bytes) {
  const Source source("f", std::move(bytes));
  return test::error_of([&] { check_keys(source); });
}

void accepts_depth(std::string bytes) {
  const Source source("f", std::move(bytes));
  CAPTURE(source.bytes());
  CHECK_NOTHROW(check_keys(source));
}

std::string segments(std::size_t count) {
  std::string key = "k";
  for (std::size_t more = 1; more < count; ++more) {
    key += ".k";
  }
  return key;
}

TEST_CASE("A file of 16 MiB is read and one of a byte more is not", "[toml]") {
  const Source largest("f", std::string(kMaxFileSize, '\n'));
  CHECK_NOTHROW(check_bytes(largest));
  const Finding finding = bytes_error(std::string(kMaxFileSize + 1, '\n'));
  CHECK(finding.code == Code::too_large);
  CHECK(finding.at == Position{0, 0});
}

TEST_CASE("A NUL byte is refused where it stands", "[toml]") {
  const Finding finding = bytes_error(std::string("é = 1\nb\0c", 10));
  CHECK(finding.code == Code::invalid_encoding);
  CHECK(finding.at == Position{2, 2});
}

TEST_CASE("A carriage return without a line feed is refused where it stands", "[toml]") {
  CHECK(bytes_error("a\r\nb\rc\n").at == Position{2, 2});
  CHECK(bytes_error("a\r").at == Position{1, 2});
  CHECK(bytes_error("a\r\r\n").at == Position{1, 2});
  CHECK(bytes_error("a\r").code == Code::invalid_encoding);
}

TEST_CASE("Bytes that are not UTF-8 are refused where they stand", "[toml]") {
  CHECK(bytes_error("a = \"é\xFF\"").at == Position{1, 7});
  CHECK(bytes_error("a\n\xED\xA0\x80").at == Position{2, 1});
  CHECK(bytes_error("a\n# \xC3").at == Position{2, 3});
  CHECK(bytes_error("a\n# \xC3").code == Code::invalid_encoding);
}

TEST_CASE("A file that begins with a byte of another encoding is refused", "[toml]") {
  for (const char* bytes : {"\x80"
                            "a = 1\n",
                            "\xBF\xBF", "\xFF\xFE"}) {
    const Finding finding = bytes_error(bytes);
    CHECK(finding.code == Code::invalid_encoding);
    CHECK(finding.at == Position{1, 1});
  }
}

TEST_CASE("CR LF and a byte order mark and every UTF-8 text are fine", "[toml]") {
  const Source source("f", std::string(test::kBom) + "a = \"é€𝄞\"\r\n\x7F\x01\n");
  CHECK_NOTHROW(check_bytes(source));
}

TEST_CASE("A key of 1000 segments is read and one of a segment more is not", "[toml]") {
  accepts_depth(segments(kMaxKeySegments) + " = 1\n");
  accepts_depth("[" + segments(kMaxKeySegments) + "]\n");
  for (const std::string& text :
       {segments(kMaxKeySegments + 1) + " = 1", "[" + segments(kMaxKeySegments + 1) + "]",
        "[[" + segments(kMaxKeySegments + 1) + "]]",
        "a = { " + segments(kMaxKeySegments + 1) + " = 1 }"}) {
    CHECK(depth_error(text).code == Code::key_too_deep);
  }
}

TEST_CASE("Segments in quotes and with blanks around the dots count too", "[toml]") {
  std::string key = "k";
  for (std::size_t more = 0; more < kMaxKeySegments; ++more) {
    key += more % 2 == 0 ? " . \"a.b\"" : "\t.'c'";
  }
  CHECK(depth_error("[" + key + "]").code == Code::key_too_deep);
}

TEST_CASE("Dots in strings and comments and on other lines are no segments", "[toml]") {
  const std::string dots(3000, '.');
  accepts_depth("a = \"" + dots + "\"\nb = '" + dots + "'\n# " + dots + "\n");
  accepts_depth("a = \"\"\"\n" + dots + "\"\"\"\nb = '''" + dots + "'''\n");
  accepts_depth("'" + dots.substr(0, 500) + "' = 1 # " + dots);
  accepts_depth("a = [" + test::with(std::string(3000, 'x'), "x", "1.5, ") + "]");
  accepts_depth("a = [" + test::with(std::string(900, 'x'), "x", "{ b.c = 1.5 }, ") + "]");
}

TEST_CASE("Keys of inline tables count with those around them", "[toml]") {
  std::string deep = "a.b = 1";
  for (std::size_t more = 0; more < kMaxKeySegments; ++more) {
    deep = "a = { " + deep + " }";
  }
  CHECK(depth_error(deep).code == Code::key_too_deep);
  std::string wide = "a = [";
  for (int more = 0; more < 900; ++more) {
    wide += "{ b = { c.d = [1] } }, ";
  }
  accepts_depth(wide + "]\n" + segments(100) + " = 1\n");
}

TEST_CASE("A key of 512 bytes is read and one of a byte more is not", "[toml]") {
  const std::string longest(kMaxKeyLength, 'k');
  accepts_depth(longest + " = 1\n[" + longest + "]\n'" + longest.substr(2) + "' = { " + longest +
                " = '" + longest + longest + "' }\n");
  for (const std::string& text : {longest + "k = 1", "a . " + longest + "k = 1",
                                  "[" + longest + "k]", "a = { " + longest + "k = 1 }"}) {
    CHECK(depth_error(text).code == Code::too_large);
  }
  CHECK(depth_error("a = 1\n" + longest + "k = 1").at == Position{2, 1});
}

/// A line for each number, which stands for its #.
std::string numbered(const std::string& line, std::size_t count) {
  std::string text;
  for (std::size_t number = 0; number < count; ++number) {
    text += test::with(line, "#", std::to_string(number)) + "\n";
  }
  return text;
}

TEST_CASE("1000 tables without a header of their own are read and one more is not", "[toml]") {
  for (const char* line : {"a#.b = 1", "[a#.b]", "[[a#]]", "a# = { b.c = 1 }"}) {
    CAPTURE(line);
    accepts_depth(numbered(line, kMaxLooseTables));
    CHECK(depth_error(numbered(line, kMaxLooseTables + 1)).code == Code::too_large);
  }
}

TEST_CASE("Tables with headers, and keys of one table, may be many", "[toml]") {
  accepts_depth(numbered("[plugins.cri.containerd.runtimes.kata#]\nruntime_type = 'a.b'", 5000));
  accepts_depth(numbered("a.b.c# = 1.5", 5000));
  accepts_depth("[a]\n" + numbered("[a.b#]\n[a.b#.options]", 5000));
}

TEST_CASE("What is no key ends the count of tables: the parser says what is wrong", "[toml]") {
  accepts_depth(numbered("A sentence. And # more.", 5000));
}

TEST_CASE("More keys and values than anybody has are refused", "[toml]") {
  accepts_depth("a = [" + test::with(std::string(kMaxParts - 2, ','), ",", "1,") + "]");
  CHECK(depth_error("a = [" + test::with(std::string(kMaxParts, ','), ",", "1,") + "]").code ==
        Code::too_large);
}

Excess excess_of(std::string text) {
  const Source source("f", std::move(text));
  return check_keys(source);
}

TEST_CASE("A character outside ASCII in a bare key is found where it stands", "[toml]") {
  CHECK(excess_of("a = 1\n  clé = 1\n").not_ascii == 10);
  CHECK(excess_of("[é]").not_ascii == 1);
  CHECK(excess_of("a = { é = 1 }").not_ascii == 6);
  CHECK(excess_of("'é' = é").not_ascii == 7);
}

TEST_CASE("Strings and comments and quoted keys may have any character", "[toml]") {
  for (const char* text :
       {"\"clé\" = 'é' # é\n'é'.\"é\" = \"\"\"é\"é\\\"é\"\"\"\n['é']\n", "", "a = 1\n"}) {
    CHECK_FALSE(excess_of(text).not_ascii);
  }
  CHECK_FALSE(excess_of(std::string(test::kBom) + "a = 1").not_ascii);
}

TEST_CASE("A plus is found in bare keys alone", "[toml]") {
  CHECK(excess_of("a+b = 1").plus_in_key == 1);
  CHECK(excess_of("x = 1\n[a.b+]").plus_in_key == 10);
  CHECK(excess_of("x = { a = [+1], b+ = 1 }").plus_in_key == 17);
  for (const char* text :
       {"a = +1", "'a+' = 1 # +", "a = [\n+1,\n+2\n]", "a = { b = +1, c = 1e+5 }",
        "a = 1979-05-27T07:32:00+01:00", "a = [{ b = 1 }, +1]"}) {
    CAPTURE(text);
    CHECK_FALSE(excess_of(text).plus_in_key);
  }
}

TEST_CASE("A tag of Jinja is found outside strings and comments", "[toml]") {
  CHECK(excess_of("a = '{%' # {%\n{% if x %}\n{% endif %}").jinja == 14);
  CHECK(excess_of("a = 1{%").jinja == 5);
  CHECK_FALSE(excess_of("a = { b = 1 }\n%{").jinja);
}

TEST_CASE("A hexadecimal number with a fraction or an exponent is found", "[toml]") {
  CHECK(excess_of("a = 0x1.8p1").hexadecimal_fraction);
  CHECK(excess_of("a=-0x1p1").hexadecimal_fraction);
  CHECK(excess_of("a = [1,0xF.8]").hexadecimal_fraction);
  for (const char* text : {"a = 0x1F", "0x1.p = 1", "a.0x1.p = 1", "a = '0x1.8'", "a = [0x1, 1.5]",
                           "a = { 0x1.p = 1 }", "[a.0x1.p]"}) {
    CAPTURE(text);
    CHECK_FALSE(excess_of(text).hexadecimal_fraction);
  }
}

}  // namespace
}  // namespace katafix
