#pragma once

#include "katafix/text/finding.hpp"

#include "effective.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace katafix {

class NodeFiles;

/// Something that releases of an engine make of a place in a tree.
struct Notice {
  Code code = Code::engine_refuses;
  std::string file;
  std::size_t line = 0;
  std::string message;
  std::string advice = {};

  friend bool operator<(const Notice& one, const Notice& other) {
    return std::tie(one.file, one.line, one.code, one.message) <
           std::tie(other.file, other.line, other.code, other.message);
  }
};

/// Notices, and for each the views that it is true of.
class Notices {
 public:
  /// The view outlives this.
  void add(Notice notice, const Effective& view);

  /// One finding for each notice, by file and line. `severity` gets the notice and the number of
  /// views that it is true of; the message ends with their releases. What is true of a release that
  /// is newer than all known ones is a warning at most.
  [[nodiscard]] std::vector<Finding> findings(
      NodeFiles& files, const std::function<Severity(const Notice&, std::size_t)>& severity) const;

 private:
  std::map<Notice, std::vector<const Effective*>> views_;
};

/// A finding about a line of a file, which points at the line's first word.
[[nodiscard]] Finding finding_at(NodeFiles& files, const Notice& notice, Severity severity);

/// "handler a", "handlers a, b, c and 2 more".
[[nodiscard]] std::string listed(const std::vector<std::string>& handlers);

}  // namespace katafix
