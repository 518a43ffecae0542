#include "glob.hpp"

#include "katafix/node/path.hpp"
#include "katafix/text/finding.hpp"

#include <cstddef>

namespace katafix {

namespace {

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?[\\") != std::string_view::npos;
}

/// Matches one element of a pattern at a time; Go reports a malformed pattern even when the name
/// has failed to match before.
class Matcher {
 public:
  Matcher(std::string_view pattern, std::string_view name) : pattern_(pattern), name_(name) {}

  std::optional<bool> run() {
    const bool matches = match(0, 0);
    return well_formed(pattern_) ? std::optional(matches) : std::nullopt;
  }

 private:
  static bool well_formed(std::string_view pattern) {
    for (std::size_t at = 0; at < pattern.size(); ++at) {
      if (pattern[at] == '\\') {
        if (++at == pattern.size()) {
          return false;
        }
      } else if (pattern[at] == '[') {
        const std::size_t end = class_end(pattern, at);
        if (end == std::string_view::npos) {
          return false;
        }
        at = end - 1;
      }
    }
    return true;
  }

  /// The offset behind the class that begins at `at`; npos when it is malformed.
  static std::size_t class_end(std::string_view pattern, std::size_t at) {
    ++at;
    if (at < pattern.size() && pattern[at] == '^') {
      ++at;
    }
    for (std::size_t ranges = 0; at < pattern.size(); ++ranges) {
      if (pattern[at] == ']' && ranges > 0) {
        return at + 1;
      }
      if (!class_character(pattern, at)) {
        return std::string_view::npos;
      }
      if (at < pattern.size() && pattern[at] == '-' && !class_character(pattern, ++at)) {
        return std::string_view::npos;
      }
    }
    return std::string_view::npos;
  }

  /// Reads one end of a range and moves behind it.
  static std::optional<char> class_character(std::string_view pattern, std::size_t& at) {
    if (at == pattern.size() || pattern[at] == '-' || pattern[at] == ']') {
      return std::nullopt;
    }
    if (pattern[at] == '\\' && ++at == pattern.size()) {
      return std::nullopt;
    }
    return pattern[at++];
  }

  [[nodiscard]] bool class_has(std::size_t at, std::size_t end, char byte) const {
    ++at;
    const bool negated = pattern_[at] == '^';
    at += negated ? 1 : 0;
    bool found = false;
    while (at + 1 < end) {
      const auto low = static_cast<unsigned char>(class_character(pattern_, at).value_or('\0'));
      auto high = low;
      if (pattern_[at] == '-') {
        ++at;
        high = static_cast<unsigned char>(class_character(pattern_, at).value_or('\0'));
      }
      const auto value = static_cast<unsigned char>(byte);
      found = found || (low <= value && value <= high);
    }
    return found != negated;
  }

  [[nodiscard]] bool match(std::size_t at, std::size_t from) const {
    // The last star and what it has taken so far: going back to it is all the search there is.
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (true) {
      if (at < pattern_.size() && pattern_[at] == '*') {
        star = ++at;
        taken = from;
        continue;
      }
      if (at == pattern_.size() && from == name_.size()) {
        return true;
      }
      if (const std::size_t next = step(at, from); next != std::string_view::npos) {
        at = next;
        ++from;
        continue;
      }
      if (star == std::string_view::npos || taken == name_.size() || name_[taken] == '/') {
        return false;
      }
      at = star;
      from = ++taken;
    }
  }

  /// The offset behind the element at `at` when it takes the byte at `from`; npos when not.
  [[nodiscard]] std::size_t step(std::size_t at, std::size_t from) const {
    constexpr std::size_t no = std::string_view::npos;
    if (at == pattern_.size() || from == name_.size()) {
      return no;
    }
    const char byte = name_[from];
    if (pattern_[at] == '?') {
      return byte == '/' ? no : at + 1;
    }
    if (pattern_[at] == '[') {
      const std::size_t end = class_end(pattern_, at);
      return end != no && class_has(at, end, byte) ? end : no;
    }
    if (pattern_[at] == '\\' && at + 1 < pattern_.size()) {
      ++at;
    }
    return pattern_[at] == byte ? at + 1 : no;
  }

  std::string_view pattern_;
  std::string_view name_;
};

std::string rooted(const std::string& path) { return path.starts_with('/') ? path : "/" + path; }

std::string joined_clean(const std::string& directory, const std::string& name) {
  return go_clean(directory.empty() ? name : directory + "/" + name);
}

void list_matches(const FileReader& reader, const std::string& directory,
                  const std::string& pattern, std::vector<std::string>& found) {
  for (const std::string& name : reader.list(rooted(directory))) {
    if (go_match(pattern, name).value_or(false)) {
      found.push_back(joined_clean(directory, name));
    }
  }
}

}  // namespace

std::optional<bool> go_match(std::string_view pattern, std::string_view name) {
  return Matcher(pattern, name).run();
}

std::optional<std::vector<std::string>> go_glob(const FileReader& reader,
                                                const std::string& pattern) {
  std::vector<std::string> found;
  if (!go_match(pattern, "")) {
    return std::nullopt;
  }
  if (!is_pattern(pattern)) {
    if (reader.kind(rooted(pattern), false) != FileKind::missing) {
      found.push_back(pattern);
    }
    return found;
  }
  const std::size_t slash = pattern.rfind('/');
  const std::string file = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  std::string directory = slash == std::string::npos ? "" : pattern.substr(0, slash);
  directory = slash == 0 ? "/" : directory;
  if (!is_pattern(directory)) {
    list_matches(reader, directory, file, found);
    return found;
  }
  const auto directories = go_glob(reader, directory);
  if (!directories) {
    return std::nullopt;
  }
  for (const std::string& one : *directories) {
    list_matches(reader, one, file, found);
  }
  return found;
}

std::string go_clean(const std::string& path) {
  std::string clean = clean_path(path);
  while (clean.size() > 1 && clean.ends_with('/')) {
    clean.pop_back();
  }
  return clean.empty() ? "." : clean;
}

}  // namespace katafix
