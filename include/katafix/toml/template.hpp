#pragma once

#include "katafix/text/source.hpp"
#include "katafix/text/span.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace katafix {

/// A Go template (text/template) over TOML, as k3s and rke2 render it.
///
/// Each directive is masked: replaced by filler of the same length with the same line breaks, so
/// that what is left may be TOML and every offset stays what it was. Equal directives get equal
/// filler, others other filler.
class Template {
 public:
  /// Masks the directives. Throws Error (Code::invalid_template) for a directive without `}}`,
  /// and for an `end` or `else` without its block or a block without its `end`.
  explicit Template(const Source& source);

  /// The text with all directives masked.
  [[nodiscard]] const std::string& masked() const { return masked_; }

  /// Does a directive, or a part of one, lie in the span?
  [[nodiscard]] bool has_directive(Span span) const;
  /// As has_directive, but directives inside a TOML string do not count.
  [[nodiscard]] bool has_directive_outside_strings(Span span) const;
  /// Does a directive in the span choose between texts (if, else, range, ...)?
  [[nodiscard]] bool has_control(Span span) const;

  /// Which block a byte is in: each arm of an if, with or range, each define and block has a
  /// number of its own, and so has the text outside all of them.
  [[nodiscard]] std::size_t block_at(std::size_t offset) const;

 private:
  friend class Masker;

  enum class Kind { output, control, open, alternative, close };

  struct Directive {
    Span span;
    Kind kind = Kind::output;
    bool in_string = false;
  };

  struct BlockBegin {
    std::size_t offset = 0;
    std::size_t block = 0;
  };

  void find_directives(const Source& source);
  void number_blocks(const Source& source);
  [[nodiscard]] std::size_t first_touching(std::size_t offset) const;

  std::string masked_;
  std::vector<Directive> directives_;
  std::vector<BlockBegin> blocks_;
};

}  // namespace katafix
