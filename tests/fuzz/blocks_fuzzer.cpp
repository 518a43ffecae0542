// Holds the blocks of a text against their promises. The input is a file that is no TOML.

#include "katafix/engine/definition.hpp"
#include "katafix/fix/fix.hpp"
#include "katafix/text/edit.hpp"

#include "mutator.hpp"
#include "node/blocks.hpp"
#include "plan_promises.hpp"
#include "promise.hpp"
#include "writer.hpp"

#include <cstdint>

namespace katafix::fuzz {

namespace {

std::string_view text_of(const Block& block) { return block.part->source().bytes(); }

/// A byte of a block is one of the file, at the same place.
void check_places(const Source& whole, const Part& part) {
  const Source& source = part.source();
  for (std::size_t at = 0; at < source.bytes().size(); ++at) {
    const std::size_t outside = part.in_whole(at);
    promise(whole.bytes()[outside] == source.bytes()[at], "a byte of a block is one of the file");
    promise(whole.position(outside) == source.position(at),
            "a place in a block is one of the file");
  }
}

/// A block is planned as its text would be in a file of its own.
void check_alone(const Block& block, const Fix& plan) {
  const Source source("a.toml", std::string(text_of(block)));
  const Document document(source);
  const Fix alone = fix(document, find_handlers(document), {});
  check_plan(document, alone);
  promise(alone.edits.size() == plan.edits.size(), "a block is planned as its text alone");
}

/// The lines of a text, with their ends.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == text.npos ? end : end + 1);
    lines.emplace_back(line);
    text.remove_prefix(line.size());
  }
  return lines;
}

/// An edit inserts a line that has the flag, or changes the one it is on and leaves what is around.
/// (A value of several lines becomes one.)
void check_lines(const Source& whole, const Edit& edit) {
  if (whole.text(edit.span).find('\n') != std::string_view::npos) {
    return;
  }
  const std::vector<std::string> before = lines_of(whole.bytes());
  const std::vector<std::string> after = lines_of(apply_edits(whole.bytes(), {edit}));
  promise(after.size() == before.size() || after.size() == before.size() + 1,
          "an edit adds one line at the most");
  const auto first = std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first;
  const auto last =
      std::mismatch(before.rbegin(), before.rend(), after.rbegin(), after.rend()).first;
  const auto changed = last.base() - first;
  // A last line without an end gets one.
  promise(changed <= 1, "an edit changes one line at the most", edit.text);
}

/// That the new text has the planned blocks and no others plan_blocks() proves itself each time,
/// for in a text that is broken elsewhere it may not.
void check_blocks(const std::string& text) {
  const Source whole("a.yaml", text);
  const Blocks found = find_blocks(whole);
  std::size_t behind = 0;
  for (const Block& block : found.all) {
    promise(behind < block.part->first_line(), "blocks come in order, and share no line");
    behind = block.part->source().last_line();
    check_places(whole, *block.part);
    const Fix plan = fix(*block.document, find_handlers(*block.document), {});
    check_alone(block, plan);
    for (const Edit& edit : plan.edits) {
      check_lines(whole, block.part->in_whole(edit));
    }
  }
}

}  // namespace

const Writer kWriter = write_handler;

}  // namespace katafix::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  katafix::fuzz::check_blocks(std::string(data, data + size));
  return 0;
}
