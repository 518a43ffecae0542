#include "glob_promises.hpp"

#include "node/glob.hpp"
#include "promise.hpp"
#include "text/quote.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace katafix::fuzz {

namespace {

/// The bytes of the character that a text begins with: Go takes one that is not UTF-8 for a
/// character of its own.
std::string_view character(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(utf8_length(text), 1));
}

/// Reads one end of a range, as getEsc of Go's path/filepath/match.go; false when malformed.
bool take_end(std::string_view& pattern, std::string_view& end) {
  if (pattern.empty() || pattern[0] == '-' || pattern[0] == ']') {
    return false;
  }
  if (pattern[0] == '\\') {
    pattern.remove_prefix(1);
  }
  end = character(pattern);
  pattern.remove_prefix(end.size());
  return !end.empty() && !pattern.empty();
}

/// Reads `[...]`; false when malformed. Characters in UTF-8 compare as their bytes do.
bool take_class(std::string_view& pattern, std::string_view byte, bool& matches) {
  pattern.remove_prefix(1);
  const bool negated = pattern.starts_with('^');
  pattern.remove_prefix(negated ? 1 : 0);
  bool found = false;
  for (bool first = true; first || !pattern.starts_with(']'); first = false) {
    std::string_view low;
    if (!take_end(pattern, low)) {
      return false;
    }
    std::string_view high = low;
    if (pattern.starts_with('-')) {
      pattern.remove_prefix(1);
      if (!take_end(pattern, high)) {
        return false;
      }
    }
    found = found || (low <= byte && byte <= high);
  }
  pattern.remove_prefix(1);
  matches = found != negated;
  return true;
}

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) {
    return name.empty();
  }
  if (pattern[0] == '*') {
    return matches(pattern.substr(1), name) ||
           (!name.empty() && name[0] != '/' && matches(pattern, name.substr(1)));
  }
  if (name.empty()) {
    return false;
  }
  const std::string_view one = character(name);
  if (pattern[0] == '?') {
    return one != "/" && matches(pattern.substr(1), name.substr(one.size()));
  }
  if (pattern[0] == '[') {
    bool fits = false;
    return take_class(pattern, one, fits) && fits && matches(pattern, name.substr(one.size()));
  }
  pattern.remove_prefix(pattern[0] == '\\' ? 1 : 0);
  return pattern.substr(0, 1) == name.substr(0, 1) && matches(pattern.substr(1), name.substr(1));
}

/// Every path of a node, with the directories.
std::set<std::string> all_paths(const test::FakeNode& node) {
  std::set<std::string> paths;
  const auto add = [&](std::string path) {
    for (; !path.empty(); path.resize(path.rfind('/'))) {
      paths.insert(path);
    }
  };
  for (const auto& [path, bytes] : node.files) {
    add(path);
  }
  for (const std::string& path : node.empty_directories) {
    add(path);
  }
  return paths;
}

/// One in which each element between slashes is a pattern of its own.
bool has_plain_slashes(const std::string& pattern) {
  return pattern.starts_with('/') && go_clean(pattern) == pattern &&
         pattern.find('[') == std::string::npos && pattern.find('\\') == std::string::npos;
}

/// Go's Glob goes from slash to slash, and matches with each part up to one: a slash behind a
/// backslash or in a class parts what belongs together.
bool is_well_formed(const std::string& pattern) {
  for (std::size_t end = pattern.size(); end != std::string::npos && end > 0;
       end = pattern.rfind('/', end - 1)) {
    if (!go_match(pattern.substr(0, end), "")) {
      return false;
    }
  }
  return true;
}

}  // namespace

void check_glob(const test::FakeNode& node, const std::string& pattern) {
  const auto found = go_glob(node, pattern);
  promise(found.has_value() == is_well_formed(pattern),
          "go_glob and go_match agree on what is malformed", pattern);
  if (!found) {
    return;
  }
  const std::set<std::string> paths = all_paths(node);
  std::set<std::string> expected;
  for (const std::string& path : paths) {
    const bool fits = matches(pattern, path);
    promise(go_match(pattern, path) == fits, "go_match matches as Go does", pattern + "\n" + path);
    if (fits) {
      expected.insert(path);
    }
  }
  if (node.links.empty() && has_plain_slashes(pattern)) {
    promise(std::set<std::string>(found->begin(), found->end()) == expected,
            "go_glob lists what go_match matches", pattern);
  }
}

}  // namespace katafix::fuzz
