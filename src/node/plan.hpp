#pragma once

#include "katafix/engine/lint.hpp"
#include "katafix/fix/fix.hpp"

#include "files.hpp"
#include "role.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace katafix {

/// A file of the node, and what is planned for it.
struct PlannedFile {
  std::string path;  ///< as it was named, or as the engine names it
  Place place;
  const LoadedFile* file = nullptr;
  std::string real_path;  ///< of a changed file: its own, from the root, links resolved
  bool is_stray = false;  ///< no engine loads it: it is shown, and not edited
  Fix fix;                ///< only findings for a file that could not be read or understood

  [[nodiscard]] bool is_changed() const { return !fix.edits.empty(); }
  /// The bytes with the edits made, if any; for a file that was planned to be fixed.
  [[nodiscard]] std::string_view bytes_after() const {
    return is_changed() ? fix.after->bytes() : file->source->bytes();
  }
};

/// What a plan is for: to be told of, or also to make the new bytes.
enum class Purpose { report, fix };

/// Plans one file, whatever its role. What is wrong with it becomes a finding.
[[nodiscard]] PlannedFile plan_file(const FileReader& reader, const LoadedFile& file, Place place,
                                    const FixOptions& options, const LintContext& context,
                                    Purpose purpose);

/// Finds the own path of a file that is to be changed. Its place is that of the file behind a link,
/// where that one is not edited.
void follow_links(const FileReader& reader, PlannedFile& planned);

/// For a file with more than one hard link: takes back what was planned, and tells why. A replace
/// would part the names, and the others would keep the old text.
void refuse_hard_link(PlannedFile& planned);

/// For a file that no engine loads: takes back what was planned. What is wrong in it harms nobody
/// yet.
void set_aside(PlannedFile& planned);

/// For a file that is not edited (is_left_alone): takes back what was planned, and tells of each
/// handler that needs the flag.
void leave_alone(PlannedFile& planned);

}  // namespace katafix
