#pragma once

#include "katafix/engine/definition.hpp"
#include "katafix/text/finding.hpp"

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

/// Notices, and for each the releases that it is true of.
class Notices {
 public:
  void add(Notice notice, const std::string& release);

  /// One finding for each notice, by file and line. `severity` gets the notice and the number of
  /// releases; the message ends with the releases.
  [[nodiscard]] std::vector<Finding> findings(
      NodeFiles& files, Engine engine,
      const std::function<Severity(const Notice&, std::size_t)>& severity) const;

 private:
  std::map<Notice, std::vector<std::string>> releases_;
};

/// A finding about a line of a file, which points at the line's first word.
[[nodiscard]] Finding finding_at(NodeFiles& files, const Notice& notice, Severity severity);

}  // namespace katafix
