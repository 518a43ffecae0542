#pragma once

#include "katafix/store/replace.hpp"

#include "file.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace katafix {

/// One replacement, written to a temporary file and durable, but not yet in place. The temporary
/// file goes when this does.
class Pending {
 public:
  Pending(System& system, const Replacement& replacement);
  Pending(Pending&& other) noexcept;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  Pending& operator=(Pending&&) = delete;
  ~Pending();

  /// Puts the new file in place of the old. Throws Code::conflict when that has changed since.
  void commit();
  /// After commit(), puts the old file back, unless the new one has changed since.
  void take_back();
  /// Removes the temporary file and makes all durable.
  void finish();

 private:
  void write();
  /// Puts the temporary file, which holds `ours`, in place of one that must hold `theirs`. False
  /// when the file system cannot exchange names.
  [[nodiscard]] bool exchange(const std::string& ours, const std::string& theirs);
  void rename();
  [[nodiscard]] bool swap_names() const;
  /// The directory of the temporary file.
  [[nodiscard]] const File& temporary_place() const {
    return other_directory_ ? *other_directory_ : target_directory_;
  }
  [[nodiscard]] bool temporary_holds(std::string_view bytes) const;
  [[noreturn]] void fail_to_place() const;

  System* system_;
  const Replacement* replacement_;
  SplitPath target_;
  Original original_;
  File target_directory_;
  std::optional<File> other_directory_;  ///< the temporary file's, when it is not the target's
  std::string temporary_name_;           ///< empty when there is none
  bool was_renamed_ = false;             ///< the file system cannot exchange: the old file is gone
};

}  // namespace katafix
