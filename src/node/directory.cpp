#include "directory.hpp"

#include "hidden.hpp"
#include "path.hpp"
#include "text/words.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace katafix {

namespace {

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
    for (const std::string& path : found_) {
      look_at(path);
    }
    return std::move(below_);
  }

 private:
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

  void look_at(const std::string& path) {
    try {
      std::optional<FileImage> image = files_.glance(path);
      if (!image || image->bytes.size() > kMaxFileBelow || is_binary(image->bytes)) {
        return;
      }
      if (may_hold_handler(path, std::move(image->bytes))) {
        below_.candidates.push_back(path);
      } else {
        ++below_.others;
      }
    } catch (const Error& error) {
      if (error.finding().code != Code::too_large) {
        below_.unread.push_back(error);
      }
    }
  }

  NodeFiles& files_;
  std::vector<std::string> directories_;  // that are not listed yet
  std::vector<std::string> found_;
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
