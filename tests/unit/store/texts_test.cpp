#include "store/texts.hpp"

#include "support.hpp"

namespace katafix {
namespace {

const std::string kBefore = "one\ntwo\nthree\n";

/// Its first word is changed, its second goes, and there is more at its end.
RunFile example() {
  RunFile file;
  file.path = "/etc/f";
  file.size = kBefore.size();
  file.edits = run_edits(kBefore, {{{0, 3}, "ONE"}, {{4, 8}, ""}, {{14, 14}, "four\n"}});
  return file;
}

TEST_CASE("The edits of a run hold what they removed", "[store]") {
  const std::vector<RunEdit> edits = example().edits;
  REQUIRE(edits.size() == 3);
  CHECK(edits[0].removed == "one");
  CHECK(edits[1].removed == "two\n");
  CHECK(edits[1].offset == 4);
  CHECK(edits[2].removed.empty());
  CHECK(edits[2].inserted == "four\n");
}

TEST_CASE("What a file was after a run is its backup with the edits made", "[store]") {
  const Texts texts = texts_of(example(), kBefore, "p");
  CHECK(texts.before == kBefore);
  CHECK(texts.after == "ONE\nthree\nfour\n");
}

TEST_CASE("A backup of another size or without what was removed is damaged", "[store]") {
  for (const std::string& backup :
       {std::string(), kBefore.substr(1), kBefore + "x", std::string("onE\ntwo\nthree\n"),
        std::string("one\ntwo three\n")}) {
    CAPTURE(backup);
    const Finding finding =
        test::error_of([&] { (void)texts_of(example(), backup, "/runs/R/0.orig"); });
    CHECK(finding.code == Code::bad_backup);
    CHECK(finding.file == "/runs/R/0.orig");
    CHECK(test::contains(finding.advice, "/etc/f"));
  }
}

TEST_CASE("A byte that is damaged anywhere in a backup is found or makes another text", "[store]") {
  const std::string after = texts_of(example(), kBefore, "p").after;
  std::size_t found = 0;
  for (std::size_t at = 0; at < kBefore.size(); ++at) {
    std::string backup = kBefore;
    backup[at] = '#';
    try {
      const Texts texts = texts_of(example(), backup, "p");
      CHECK(texts.after != after);
      CHECK(texts.before != kBefore);
    } catch (const Error&) {
      ++found;
    }
  }
  CHECK(found == 7);
}

}  // namespace
}  // namespace katafix
