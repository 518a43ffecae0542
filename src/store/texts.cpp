#include "texts.hpp"

#include "katafix/text/finding.hpp"

#include "checksum.hpp"

#include <algorithm>
#include <utility>

namespace katafix {

std::vector<RunEdit> run_edits(std::string_view before, const std::vector<Edit>& edits) {
  std::vector<RunEdit> all;
  all.reserve(edits.size());
  for (const Edit& edit : edits) {
    const Span span = edit.span;
    all.push_back(
        {span.begin, std::string(before.substr(span.begin, span.end - span.begin)), edit.text});
  }
  return all;
}

Texts texts_of(const RunFile& file, std::string backup, const std::string& path) {
  const auto is_there = [&](const RunEdit& edit) {
    return std::string_view(backup).substr(edit.offset, edit.removed.size()) == edit.removed;
  };
  if (backup.size() != file.size || crc32(backup) != file.checksum ||
      !std::all_of(file.edits.begin(), file.edits.end(), is_there)) {
    throw Error(Code::bad_backup, path,
                "the backup and the manifest beside it do not fit: one of them is damaged",
                "compare the backup with " + file.path +
                    ", decide by hand, and remove the directory of this run");
  }
  std::vector<Edit> edits;
  edits.reserve(file.edits.size());
  for (const RunEdit& edit : file.edits) {
    edits.push_back({{edit.offset, edit.offset + edit.removed.size()}, edit.inserted});
  }
  std::string after = apply_edits(backup, edits);
  return {std::move(backup), std::move(after)};
}

}  // namespace katafix
