#include "directory.hpp"

#include "hidden.hpp"
#include "parallel.hpp"
#include "path.hpp"
#include "text/words.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

namespace katafix {

namespace {

// What fewer files cost is less than a thread.
constexpr std::size_t kEnoughForAThread = 100;
// Each may hold a file of the largest size.
constexpr std::size_t kMostThreads = 8;

/// As git has it.
bool is_binary(std::string_view text) {
  constexpr std::size_t looked_at = 8192;
  return text.substr(0, looked_at).find('\0') != std::string_view::npos;
}

/// The word is part of each name of a handler's table, and of the keys that tell what it runs.
bool may_hold_handler(const std::string& path, std::string text) {
  return has_word(text, "runtime") || !find_hidden(Source(path, std::move(text)), path).empty();
}

class Walk {
 public:
  explicit Walk(NodeFiles& files) : files_(files) {}

  FilesBelow run(const std::string& directory) && {
    const std::string clean = clean_path(directory);
    list(clean, clean == "." ? "" : clean.ends_with('/') ? clean : clean + "/");
    while (!directories_.empty()) {
      const std::string next = std::move(directories_.back());
      directories_.pop_back();
      list(next, next + "/");
    }
    std::ranges::sort(found_);
    looks_.resize(found_.size());
    in_parallel(std::min(found_.size() / kEnoughForAThread, kMostThreads), [this] { look(); });
    for (std::size_t index = 0; index < found_.size(); ++index) {
      take(found_[index], looks_[index]);
    }
    return std::move(below_);
  }

 private:
  /// What is seen of a file.
  struct Look {
    enum class Kind { unseen, candidate, other } kind = Kind::unseen;
    std::optional<Error> error;
  };

  void list(const std::string& directory, const std::string& prefix) {
    try {
      for (const std::string& name : files_.reader().list(directory)) {
        if (name != ".git") {
          enter(prefix + name);
        }
      }
    } catch (const Error& error) {
      below_.unread.push_back(error);
    }
  }

  void enter(const std::string& path) {
    const FileKind kind = files_.reader().kind(path, false);
    if (kind == FileKind::directory) {
      directories_.push_back(path);
    } else if (kind == FileKind::file) {
      found_.push_back(path);
    }
  }

  /// Takes one file after the other, beside other threads that do so.
  void look() {
    for (std::size_t index = next_++; index < found_.size(); index = next_++) {
      looks_[index] = look_at(found_[index]);
    }
  }

  [[nodiscard]] Look look_at(const std::string& path) const {
    try {
      std::optional<FileImage> image = files_.glance(path);
      if (!image || image->bytes.size() > kMaxFileBelow || is_binary(image->bytes)) {
        return {};
      }
      const bool may = may_hold_handler(path, std::move(image->bytes));
      return {may ? Look::Kind::candidate : Look::Kind::other, {}};
    } catch (const Error& error) {
      return error.finding().code == Code::too_large ? Look() : Look{Look::Kind::unseen, error};
    }
  }

  void take(const std::string& path, const Look& look) {
    if (look.error) {
      below_.unread.push_back(*look.error);
    } else if (look.kind == Look::Kind::candidate) {
      below_.candidates.push_back(path);
    } else if (look.kind == Look::Kind::other) {
      ++below_.others;
    }
  }

  NodeFiles& files_;
  std::vector<std::string> directories_;  // that are not listed yet
  std::vector<std::string> found_;
  std::vector<Look> looks_;  // at those found
  std::atomic<std::size_t> next_ = 0;
  FilesBelow below_;
};

}  // namespace

FilesBelow look_below(NodeFiles& files, const std::string& directory) {
  return Walk(files).run(directory);
}

bool has_to_do_with_kata(const PlannedFile& planned) {
  const auto is_hidden = [](const Finding& finding) { return finding.code == Code::hidden_text; };
  return has_word(planned.file->source->bytes(), "kata") ||
         std::ranges::any_of(planned.fix.findings, is_hidden);
}

bool is_in_repository(const FileReader& reader, std::string path) {
  for (std::size_t slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/')) {
    path.resize(slash);
    if (reader.kind(path + "/.git", true) != FileKind::missing) {
      return true;
    }
  }
  return false;
}

}  // namespace katafix
