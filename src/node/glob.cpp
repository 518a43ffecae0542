#include "glob.hpp"

#include "katafix/text/finding.hpp"

#include "path.hpp"
#include "text/quote.hpp"

#include <algorithm>
#include <climits>
#include <cstddef>

namespace katafix {

namespace {

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?[\\") != std::string_view::npos;
}

/// The character that begins at `at`; Go takes a byte that is not UTF-8 for one of its own.
std::string_view character(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  return rest.substr(0, std::max<std::size_t>(utf8_length(rest), 1));
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
  static std::optional<std::string_view> class_character(std::string_view pattern,
                                                         std::size_t& at) {
    if (at == pattern.size() || pattern[at] == '-' || pattern[at] == ']') {
      return std::nullopt;
    }
    if (pattern[at] == '\\' && ++at == pattern.size()) {
      return std::nullopt;
    }
    const std::string_view found = character(pattern, at);
    at += found.size();
    return found;
  }

  /// In UTF-8 characters compare as their bytes do.
  [[nodiscard]] bool class_has(std::size_t at, std::size_t end, std::string_view one) const {
    ++at;
    const bool negated = pattern_[at] == '^';
    at += negated ? 1 : 0;
    bool found = false;
    while (at + 1 < end) {
      const std::string_view low = class_character(pattern_, at).value_or("");
      std::string_view high = low;
      if (pattern_[at] == '-') {
        ++at;
        high = class_character(pattern_, at).value_or("");
      }
      found = found || (low <= one && one <= high);
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
      if (step(at, from)) {
        continue;
      }
      if (star == std::string_view::npos || taken == name_.size() || name_[taken] == '/') {
        return false;
      }
      at = star;
      from = ++taken;
    }
  }

  /// Moves behind the element at `at`, and behind the character at `from`, when they match.
  [[nodiscard]] bool step(std::size_t& at, std::size_t& from) const {
    if (at == pattern_.size() || from == name_.size()) {
      return false;
    }
    const std::string_view one = character(name_, from);
    if (pattern_[at] == '?' || pattern_[at] == '[') {
      const std::size_t end = pattern_[at] == '?' ? at + 1 : class_end(pattern_, at);
      const bool fits = pattern_[at] == '?'
                            ? one != "/"
                            : end != std::string_view::npos && class_has(at, end, one);
      at = fits ? end : at;
      from += fits ? one.size() : 0;
      return fits;
    }
    const std::size_t literal = at + (pattern_[at] == '\\' && at + 1 < pattern_.size() ? 1 : 0);
    if (pattern_[literal] != name_[from]) {
      return false;
    }
    at = literal + 1;
    ++from;
    return true;
  }

  std::string_view pattern_;
  std::string_view name_;
};

std::string rooted(const std::string& path) { return path.starts_with('/') ? path : "/" + path; }

std::string joined_clean(const std::string& directory, const std::string& name) {
  return go_clean(directory.empty() ? name : directory + "/" + name);
}

[[noreturn]] void fail(const std::string& pattern, const std::string& why) {
  throw Error(Code::too_large, pattern.substr(0, NAME_MAX), why,
              "no container engine needs that; check what the pattern is for");
}

/// No path that is longer can be opened. (And this keeps the recursion flat.)
void check_size(const std::string& pattern) {
  if (pattern.size() >= PATH_MAX) {
    fail(pattern, "a pattern of " + std::to_string(PATH_MAX) + " bytes or more");
  }
  if (static_cast<std::size_t>(std::ranges::count(pattern, '/')) > kMaxGlobParts) {
    fail(pattern, "a pattern of more than " + std::to_string(kMaxGlobParts) + " parts");
  }
}

void list_matches(const FileReader& reader, const std::string& directory,
                  const std::string& pattern, std::vector<std::string>& found) {
  for (const std::string& name : reader.list(rooted(directory))) {
    if (go_match(pattern, name).value_or(false)) {
      found.push_back(joined_clean(directory, name));
    }
  }
  if (found.size() > kMaxGlobMatches) {
    fail(pattern, "it matches more than " + std::to_string(kMaxGlobMatches) + " files");
  }
}

/// `room` is how many more directories may match.
std::optional<std::vector<std::string>> glob(const FileReader& reader, const std::string& pattern,
                                             std::size_t& room) {
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
  const auto directories = glob(reader, directory, room);
  if (!directories) {
    return std::nullopt;
  }
  if (directories->size() > room) {
    fail(directory, "it matches more than " + std::to_string(kMaxGlobDirectories) + " directories");
  }
  room -= directories->size();
  for (const std::string& one : *directories) {
    list_matches(reader, one, file, found);
  }
  return found;
}

}  // namespace

std::optional<bool> go_match(std::string_view pattern, std::string_view name) {
  return Matcher(pattern, name).run();
}

std::optional<std::vector<std::string>> go_glob(const FileReader& reader,
                                                const std::string& pattern) {
  check_size(pattern);
  std::size_t room = kMaxGlobDirectories;
  return glob(reader, pattern, room);
}

std::string go_clean(const std::string& path) {
  std::string clean = clean_path(path);
  while (clean.size() > 1 && clean.ends_with('/')) {
    clean.pop_back();
  }
  return clean.empty() ? "." : clean;
}

}  // namespace katafix
