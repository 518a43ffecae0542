#include "block_plan.hpp"

#include "discovery.hpp"
#include "text/append.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace katafix {

namespace {

std::string_view text_of(const Block& block) { return block.part->source().bytes(); }

/// Does the table say itself what the handler runs, or does another one of the same name?
bool has_identity(const LoadedFile& file, const HandlerReport& handler) {
  const auto all = file.handlers().of(handler.engine).named(handler.name);
  return std::ranges::any_of(all, &Definition::has_identity);
}

/// Why nothing is done about a handler whose table is cut; nothing where nothing was to be done.
std::string refusal_of(const LoadedFile& file, const HandlerReport& handler, bool is_whole) {
  if (handler.kata && (handler.is_edited() || is_whole)) {
    return "the Kata handler " + handler.name + " cannot be fixed: ";
  }
  const bool is_unclear = handler.action == Action::none && handler.flag_before != "true" &&
                          !is_whole && !has_identity(file, handler);
  return is_unclear ? "the handler " + handler.name + " cannot be judged: " : "";
}

/// Takes back what was planned for handlers whose tables are cut, and tells why.
void refuse_cut(PlannedFile& planned, const Block& block) {
  const Source& source = block.part->source();
  const std::size_t first = source.line_of(block.cut.begin);
  const bool is_whole = block.cut.line < block.part->first_line();
  for (HandlerReport& handler : planned.fix.handlers) {
    const std::string what =
        handler.line < first ? "" : refusal_of(*planned.file, handler, is_whole);
    if (!what.empty()) {
      // What it runs is not known: then its name tells nothing.
      std::erase_if(planned.fix.findings, [&](const Finding& finding) {
        return finding.code == Code::maybe_kata && finding.at.line == handler.line;
      });
      handler.action = Action::refuse;
      handler.reason = block.cut.reason;
      planned.fix.findings.push_back(finding_on_line(Code::refused, Severity::error, source,
                                                     handler.line, what + block.cut.reason,
                                                     block.cut.advice));
    }
  }
  std::erase_if(planned.fix.edits,
                [&](const Edit& edit) { return edit.span.begin >= block.cut.begin; });
}

class BlockPlanner {
 public:
  BlockPlanner(NodeFiles& files, const LoadedFile& file, const std::string& whole,
               const BlockOptions& options)
      : files_(files), whole_(whole), options_(options) {
    planned_.path = file.path;
    planned_.place = place_on_node(files.reader(), whole, file.source->bytes());
    planned_.file = &file;
  }

  TreePlan run(const Blocks& blocks) && {
    planned_.fix.findings = blocks.broken;
    try {
      for (const Block& block : blocks.all) {
        add_block(block);
      }
      if (options_.plan.purpose == Purpose::fix && planned_.is_changed()) {
        prove_edits();
      }
      follow_links(files_.reader(), planned_);
    } catch (const Error& error) {
      planned_.fix = {};
      planned_.fix.findings = {error.finding()};
    }
    plan_.files.push_back(std::move(planned_));
    return std::move(plan_);
  }

 private:
  void add_block(const Block& block) {
    LoadedFile part;
    // No file has such a name.
    part.path = planned_.path + '\0' + std::to_string(block.part->first_line());
    part.source = {block.part, &block.part->source()};
    part.document = block.document;
    const LoadedFile& file = files_.add(std::move(part));
    EngineTree tree = tree_of_file(files_, file, whole_, options_.engine);
    tree.is_part = true;
    TreePlan plan = plan_tree(files_, tree, options_.releases(tree), options_.plan);
    PlannedFile& inside = plan.files.front();
    if (block.cut.line != 0) {
      refuse_cut(inside, block);
    }
    for (const Edit& edit : inside.fix.edits) {
      planned_.fix.edits.push_back(block.part->in_whole(edit));
    }
    texts_.emplace_back(inside.fix.after && inside.is_changed() ? inside.fix.after->bytes()
                                                                : text_of(block));
    append(planned_.fix.handlers, std::move(inside.fix.handlers));
    append(planned_.fix.findings, std::move(inside.fix.findings));
    append(plan_.effective, std::move(plan.effective));
    std::ranges::copy_if(plan.findings, std::back_inserter(plan_.findings),
                         [this](const Finding& finding) {
                           return told_.emplace(finding.at, finding.message).second;
                         });
  }

  /// Whoever reads the new bytes finds in them what was planned.
  void prove_edits() {
    const Source& before = *planned_.file->source;
    planned_.fix.after =
        std::make_shared<Source>(before.path(), apply_edits(before.bytes(), planned_.fix.edits));
    const Blocks blocks = find_blocks(*planned_.fix.after);
    if (!std::ranges::equal(blocks.all, texts_, {}, text_of)) {
      throw Error(Code::refused, before.path(),
                  "the planned edit was not made, because the result would not be the old text "
                  "plus the flag",
                  "set privileged_without_host_devices = true in its Kata handlers by hand, and "
                  "report this file: katafix should handle it");
    }
  }

  NodeFiles& files_;
  const std::string& whole_;
  const BlockOptions& options_;
  TreePlan plan_;
  PlannedFile planned_;
  std::vector<std::string> texts_;  // of the blocks, as planned
  std::set<std::pair<Position, std::string>> told_;
};

/// A text as what is between its blocks, with what is left out of them, and their texts.
std::pair<std::vector<std::string>, std::vector<std::string>> taken_apart(const Source& source) {
  std::pair<std::vector<std::string>, std::vector<std::string>> parts;
  std::size_t begin = 0;
  for (const Block& block : find_blocks(source).all) {
    const Source& inside = block.part->source();
    const std::size_t first = source.line(block.part->first_line()).begin;
    parts.first.emplace_back(source.text({begin, first})).append(inside.margin().text);
    parts.second.emplace_back(inside.bytes());
    begin = source.line_after(inside.last_line());
  }
  parts.first.emplace_back(source.text({begin, source.bytes().size()}));
  return parts;
}

}  // namespace

TreePlan plan_blocks(NodeFiles& files, const LoadedFile& file, const Blocks& blocks,
                     const std::string& whole, const BlockOptions& options) {
  return BlockPlanner(files, file, whole, options).run(blocks);
}

bool blocks_could_be_fixed_so(const std::string& path, std::string_view before,
                              std::string_view after) {
  const auto [around_before, inside_before] = taken_apart(Source(path, std::string(before)));
  const auto [around_after, inside_after] = taken_apart(Source(path, std::string(after)));
  return before != after && around_before == around_after &&
         std::ranges::equal(inside_before, inside_after,
                            [&](const std::string& one, const std::string& other) {
                              return one == other || could_be_fixed_so(path, one, other);
                            });
}

}  // namespace katafix
