#include "text/part.hpp"

#include "support.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

struct Sample {
  std::string whole;
  std::size_t first;
  std::size_t last;
  std::string inside;
};

std::vector<Sample> samples() {
  return {
      {"a: |\n  x = 1\n    y = 2\nb: 1\n", 2, 3, "x = 1\n  y = 2\n"},
      {"a: |\r\n\tx = 1\r\n\t y = 2\r\nb\r\n", 2, 3, "x = 1\r\n y = 2\r\n"},
      {"a\n    x = 1\n\n  \n      y = 2", 2, 5, "x = 1\n\n\n  y = 2"},
      {"> > x = \"é𝄞\"\n>\n> > y = 2\n", 1, 3, "x = \"é𝄞\"\n\ny = 2\n"},
      {"é\n\t x = 1\n\ty = 2 # ü\nz", 2, 3, " x = 1\ny = 2 # ü\n"},
      {"x = 1\ny = 2", 1, 2, "x = 1\ny = 2"},
      {std::string(test::kBom) + "  x = 1\n  y = 2\n", 1, 2, "x = 1\ny = 2\n"},
  };
}

TEST_CASE("A part is its lines without what all of them begin with", "[text]") {
  for (const Sample& sample : samples()) {
    const Source whole("f", sample.whole);
    CHECK(Part(whole, sample.first, sample.last).source().bytes() == sample.inside);
  }
}

TEST_CASE("A place in a part is one place in the file, and back", "[text]") {
  for (const Sample& sample : samples()) {
    const Source whole("f", sample.whole);
    const Part part(whole, sample.first, sample.last);
    const Source& source = part.source();
    CHECK(part.first_line() == sample.first);
    CHECK(source.last_line() == sample.last);
    for (std::size_t at = 0; at <= source.bytes().size(); ++at) {
      INFO(sample.whole << " at " << at);
      const std::size_t outside = part.in_whole(at);
      if (at == source.bytes().size()) {
        CHECK(outside == whole.line_after(sample.last));
        continue;
      }
      CHECK(source.position(at) == whole.position(outside));
      CHECK(whole.bytes()[outside] == source.bytes()[at]);
      if ((static_cast<unsigned char>(source.bytes()[at]) & 0xC0U) != 0x80U) {
        CHECK(source.offset(whole.position(outside)) == at);
      }
    }
  }
}

TEST_CASE("An edit of a part is the same edit of its lines in the file", "[text]") {
  for (const Sample& sample : samples()) {
    const Source whole("f", sample.whole);
    const Part part(whole, sample.first, sample.last);
    const std::string inside(part.source().bytes());
    const std::size_t begin = whole.line(sample.first).begin;
    const std::size_t end = whole.line_after(sample.last);
    for (std::size_t at = 0; at <= inside.size(); ++at) {
      const bool is_line_begin = at == 0 || inside[at - 1] == '\n';
      const bool is_last_end = at == inside.size() && !is_line_begin;
      const std::string text = is_line_begin ? "new\n" : is_last_end ? "\nnew" : "new";
      INFO(sample.whole << " at " << at);
      const Edit edit = part.in_whole(Edit{{at, at}, text});
      const std::string after = apply_edits(whole.bytes(), {edit});
      CHECK(after.substr(0, begin) == sample.whole.substr(0, begin));
      CHECK(after.ends_with(sample.whole.substr(end)));
      const Source again("f", after);
      const std::size_t added = text == "new" ? 0 : 1;
      CHECK(Part(again, sample.first, sample.last + added).source().bytes() ==
            apply_edits(inside, {Edit{{at, at}, text}}));
    }
  }
}

TEST_CASE("The first line of a part ends as the line above it when it has no end", "[text]") {
  const Source whole("f", "a: |\r\n  x");
  const Part part(whole, 2, 2);
  CHECK(part.source().line_end(2).empty());
  CHECK(part.source().line_end(1) == "\r\n");
}

TEST_CASE("A finding in a part shows the line of the file", "[text]") {
  const Source whole("f", "a\n    x = 1\n    y = 2\n");
  const Part part(whole, 2, 3);
  const Finding finding = finding_in(Code::refused, Severity::error, part.source(), 6, "m", "");
  CHECK(finding.at == Position{3, 5});
  CHECK(finding.excerpt == "    y = 2");
}

}  // namespace
}  // namespace katafix
