#include "old_lines.hpp"

#include "katafix/node/files.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

namespace katafix {

namespace {

std::size_t line_ends(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// What one edit does to the lines after it.
struct Step {
  std::size_t begin;   ///< the first line that it moves, in the new text
  std::size_t end;     ///< that line after those that it adds
  std::size_t anchor;  ///< the old line that the added ones count as
  std::size_t added;   ///< by all edits up to this one
  std::size_t removed;
};

/// The lines of an edited file, told by those of its new text.
class OldLines {
 public:
  explicit OldLines(const PlannedFile& file) {
    const Source& source = *file.file->source;
    std::size_t added = 0;
    std::size_t removed = 0;
    steps_.reserve(file.fix.edits.size());
    for (const Edit& edit : file.fix.edits) {
      const std::size_t at = source.line_of(edit.span.begin);
      const bool begins_line = source.line(at).begin == edit.span.begin;
      const std::size_t first = begins_line ? at : at + 1;  // that the edit moves
      const std::size_t begin = first + added - removed;
      const std::size_t more = line_ends(edit.text);
      added += more;
      removed += line_ends(source.text(edit.span));
      steps_.push_back({begin, begin + more, std::max<std::size_t>(first, 2) - 1, added, removed});
    }
  }

  [[nodiscard]] std::size_t old_line(std::size_t line) const {
    const auto after =
        std::upper_bound(steps_.begin(), steps_.end(), line,
                         [](std::size_t wanted, const Step& step) { return wanted < step.begin; });
    if (after == steps_.begin()) {
      return line;
    }
    const Step& step = *std::prev(after);
    return line < step.end ? step.anchor : line + step.removed - step.added;
  }

 private:
  std::vector<Step> steps_;
};

class Translator {
 public:
  Translator(NodeFiles& files, const std::vector<PlannedFile>& edited) : files_(files) {
    for (const PlannedFile& file : edited) {
      if (file.is_changed() && !is_left_alone(file.place.role)) {
        edited_.emplace(file.file->id, file);
      }
    }
  }

  void translate(Effective& view) {
    for (auto& [name, handler] : view.handlers) {
      if (handler.decided_by) {
        translate(handler.decided_by->file, handler.decided_by->line);
      }
      for (DecidedBy& setting : handler.settings) {
        translate(setting.file, setting.line);
      }
    }
    for (StartProblem& problem : view.start_problems) {
      translate(problem.file, problem.line);
    }
  }

 private:
  void translate(const std::string& path, std::size_t& line) {
    if (line == 0) {
      return;
    }
    const auto file = edited_.find(files_.load(path).id);
    line = file == edited_.end() ? line : file->second.old_line(line);
  }

  NodeFiles& files_;
  std::map<FileId, OldLines> edited_;
};

}  // namespace

void to_old_lines(std::vector<Effective>& views, NodeFiles& files,
                  const std::vector<PlannedFile>& edited) {
  Translator translator(files, edited);
  for (Effective& view : views) {
    translator.translate(view);
  }
}

}  // namespace katafix
