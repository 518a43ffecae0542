#pragma once

#include "katafix/text/finding.hpp"
#include "katafix/text/source.hpp"

#include <cstddef>
#include <string>
#include <unordered_set>

namespace katafix {

[[noreturn]] void fail_as_needless(const Source& source, std::size_t at, std::string what,
                                   Code code = Code::too_large);

/// Follows the keys of a text, and throws Error for those that are too long, and for too many loose
/// tables: toml++ keeps a list of them, and walks it for each key that goes through one. Behind
/// each element of an array of tables all names count as new, so that none is missed.
class LooseTables {
 public:
  explicit LooseTables(const Source& source) : source_(source), begin_(source.bom_size()) {}

  /// A key may begin here, on a line of its own.
  void begin_key(std::size_t at);
  /// Or between braces: in new ones, or in those of the key before.
  void begin_nested_key(std::size_t at, bool is_first);
  void begin_header(std::size_t at);
  void dot(std::size_t at);
  void end_key(std::size_t at);
  void end_header(std::size_t at);
  /// What comes next is no key.
  void leave_key() { in_key_ = false; }
  [[nodiscard]] bool is_in_key() const { return in_key_; }

 private:
  bool add_segment(std::size_t end);
  void count(std::size_t at);

  const Source& source_;
  std::unordered_set<std::size_t> known_;  // hashes of paths
  std::size_t table_ = 0;                  // that of the last header
  std::size_t path_ = 0;                   // that of the key so far
  std::size_t begin_;                      // of its last segment
  std::size_t arrays_ = 0;
  std::size_t braces_ = 0;
  std::size_t loose_ = 0;
  bool in_key_ = true;
  bool is_array_ = false;
  bool is_over_ = false;
};

}  // namespace katafix
