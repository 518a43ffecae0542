#pragma once

#include "katafix/text/source.hpp"
#include "katafix/text/span.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
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
  [[nodiscard]] bool has_choice(Span span) const;
  /// Is other text joined to the line that begins here, because trim markers take the line breaks
  /// before it away?
  [[nodiscard]] bool joins_line_before(std::size_t line_begin) const;
  /// Does a directive emit text right behind this place, or a trim marker join some?
  [[nodiscard]] bool joins_line_after(std::size_t line_end) const;

  /// Which block a byte is in: each arm of an if, with or range, each define and block has a
  /// number of its own, and so has the text outside all of them (0), and what a break or continue
  /// may skip.
  [[nodiscard]] std::size_t block_at(std::size_t offset) const;
  /// Is the text of `inner` only there when that of `outer` is? A block encloses itself.
  [[nodiscard]] bool encloses(std::size_t outer, std::size_t inner) const;

 private:
  friend class Masker;

  enum class Kind { output, silent, jump, open, alternative, close };

  struct Directive {
    Span span;
    Kind kind = Kind::output;
    bool in_string = false;
    std::size_t end_index = 0;  ///< of `if` and `else`: the directive that closes the block
    std::size_t partner = 0;    ///< of `else` and `end`: the directive that opens the block
  };

  struct BlockBegin {
    std::size_t offset = 0;
    std::size_t block = 0;
  };

  struct OpenBlock {
    std::size_t directive = 0;
    std::size_t outer = 0;     ///< the block around it
    bool may_be_left = false;  ///< a break or continue is in it
    std::vector<std::size_t> arms;
  };

  void find_joins();
  [[nodiscard]] bool trims_left(const Directive& directive) const;
  [[nodiscard]] bool trims_right(const Directive& directive) const;
  [[nodiscard]] bool joined_on_left(std::size_t index) const;
  [[nodiscard]] bool joined_on_right(std::size_t index) const;
  [[nodiscard]] bool joined_through_left(std::size_t index) const;
  [[nodiscard]] bool joined_through_right(std::size_t index) const;
  void find_directives(const Source& source);
  void number_blocks(const Source& source);
  void find_last_inside();
  void begin_block(std::size_t offset, std::size_t parent);
  void end_block(std::vector<OpenBlock>& open, std::size_t index);
  [[nodiscard]] static Kind kind_of(std::string_view directive);
  [[nodiscard]] std::size_t first_behind(std::size_t offset) const;
  [[nodiscard]] std::pair<std::size_t, std::size_t> overlapping(Span span) const;

  std::string text_;
  std::string masked_;
  std::vector<Directive> directives_;
  std::vector<std::size_t>
      outside_strings_;             // how many of the first N directives are not in strings
  std::vector<bool> joined_left_;   // see joined_on_left
  std::vector<bool> joined_right_;  // see joined_on_right
  std::vector<BlockBegin> blocks_;
  std::vector<std::size_t> parents_;      // the block around each block
  std::vector<std::size_t> last_inside_;  // the last block in each, itself without any
};

}  // namespace katafix
