#include "store/texts.hpp"

#include "store/checksum.hpp"
#include "support.hpp"

namespace katafix {
namespace {

const std::string kBefore = "one\ntwo\nthree\n";

/// Its first word is changed, its second goes, and there is more at its end.
RunFile example() {
  RunFile file;
  file.path = "/etc/f";
  file.size = kBefore.size();
  file.checksum = crc32(kBefore);
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

TEST_CASE("A bit that is damaged anywhere in a backup is found", "[store]") {
  for (std::size_t bit = 0; bit < 8 * kBefore.size(); ++bit) {
    CAPTURE(bit);
    std::string backup = kBefore;
    backup[bit / 8] = static_cast<char>(backup[bit / 8] ^ (1 << bit % 8));
    const Finding finding = test::error_of([&] { (void)texts_of(example(), backup, "p"); });
    CHECK(finding.code == Code::bad_backup);
  }
}

TEST_CASE("A manifest whose edits do not fit its backup is damaged", "[store]") {
  RunFile file = example();
  file.edits[1].removed = "TWO\n";
  CHECK(test::error_of([&] { (void)texts_of(file, kBefore, "p"); }).code == Code::bad_backup);
}

TEST_CASE("The checksum is the CRC-32 of gzip", "[store]") {
  CHECK(crc32("") == 0);
  CHECK(crc32("123456789") == 0xCBF43926U);
  CHECK(crc32(std::string(1000, '\xFF')) == 0xE0533230U);
  // What is left over of a word of four bytes counts as well.
  CHECK(crc32("a") == 0xE8B7BE43U);
  CHECK(crc32("abc") == 0x352441C2U);
  CHECK(crc32("abcd") == 0xED82CD11U);
  CHECK(crc32("abcdef") == 0x4B8E39EFU);
}

}  // namespace
}  // namespace katafix
