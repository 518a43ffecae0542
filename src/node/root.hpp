#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// The beginning of the advice where nothing but a right is missing.
inline constexpr std::string_view kRunAsRoot = "run katafix as root, with sudo";

/// kRunAsRoot where errno says that it helps, or nothing.
[[nodiscard]] std::string advice_on_rights(int error);

/// Opens a path as open(2) does, below a directory: an absolute path begins there, and neither
/// links nor `..` lead out, whoever moves directories meanwhile. By openat2(2) with RESOLVE_IN_ROOT
/// and RESOLVE_NO_MAGICLINKS, and where that is not to be had by a walk. -1 and errno on failure.
[[nodiscard]] int open_in_root(int root, const std::string& path, int flags);

/// The same where no part of the path may be a link or `..`: ELOOP or ENOTDIR says that one is.
[[nodiscard]] int open_without_links(int root, const std::string& path, int flags);

/// Adds the names in a directory, without `.` and `..`. It takes over the descriptor, which may be
/// -1: then nothing is done. 0, or -1 and errno.
[[nodiscard]] int list_names(int directory, std::vector<std::string>& names);

/// The directory below which a node's names are resolved. It is opened once: whoever moves it or
/// puts a link in its place afterwards leads nobody elsewhere.
class Root {
 public:
  /// `path` is empty for the machine's own files.
  explicit Root(std::string path);
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  ~Root();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_there() const { return descriptor_ >= 0; }
  /// Of the directory, for names below it.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Opens a path on the node. Of the machine's own files a relative one is of the working
  /// directory. -1 and errno on failure.
  [[nodiscard]] int open(const std::string& path, int flags) const;

  enum class Missing { is_error, is_new };

  /// The path from the root with all links resolved; with Missing::is_new its last parts need not
  /// exist yet. Throws Error (Code::unreadable) when it leads nowhere.
  [[nodiscard]] std::string real_path(const std::string& path,
                                      Missing missing = Missing::is_error) const;

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace katafix
