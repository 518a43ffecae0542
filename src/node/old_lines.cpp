#include "old_lines.hpp"

#include "katafix/node/files.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace katafix {

namespace {

std::size_t line_ends(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::size_t old_line(const PlannedFile& file, std::size_t line) {
  const Source& source = *file.file->source;
  std::size_t added = 0;
  std::size_t removed = 0;
  for (const Edit& edit : file.fix.edits) {
    const std::size_t at = source.line_of(edit.span.begin);
    const bool begins_line = source.line(at).begin == edit.span.begin;
    const std::size_t first = begins_line ? at : at + 1;  // that the edit moves
    if (line + removed < first + added) {
      break;
    }
    const std::size_t more = line_ends(edit.text);
    if (line + removed < first + added + more) {
      return std::max<std::size_t>(first, 2) - 1;
    }
    added += more;
    removed += line_ends(source.text(edit.span));
  }
  return line + removed - added;
}

class Translator {
 public:
  Translator(NodeFiles& files, const std::vector<PlannedFile>& edited) : files_(files) {
    for (const PlannedFile& file : edited) {
      if (file.is_changed() && !is_left_alone(file.place.role)) {
        edited_.emplace(file.file->id, &file);
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
    line = file == edited_.end() ? line : old_line(*file->second, line);
  }

  NodeFiles& files_;
  std::map<FileId, const PlannedFile*> edited_;
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
