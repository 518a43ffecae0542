#pragma once

#include "katafix/text/source.hpp"
#include "katafix/text/span.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace katafix {

/// A Go template (text/template) over TOML, as k3s and rke2 render it, or one of Handlebars.
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
  /// Does a control directive (if, else, end, range, with, define, block, template, break or
  /// continue) lie in the span, or a part of one? What it stands in may be there or not.
  [[nodiscard]] bool has_control(Span span) const;
  /// May an entry near this place belong to another table than the one whose header is above it?
  /// Its header is in a block then that ends before an entry under it.
  [[nodiscard]] bool is_uncertain(std::size_t offset) const;
  /// May the table that ends here go on behind headers that follow it?
  [[nodiscard]] bool may_go_on(std::size_t end) const;
  /// Does a directive end right before the line that begins here, and its trim marker take the line
  /// break away?
  [[nodiscard]] bool joins_line_before(std::size_t line_begin) const;
  /// Does a directive emit text right behind this place, or a trim marker join some?
  [[nodiscard]] bool joins_line_after(std::size_t line_end) const;

  /// Is a directive, from `{{` to `}}`, a control directive?
  [[nodiscard]] static bool is_control(std::string_view directive);

 private:
  friend class Masker;

  enum class Kind { output, silent, open, alternative, close };

  struct Directive {
    Span span;
    Kind kind = Kind::output;
    bool is_control = true;
    bool trims_left = false;
    bool trims_right = false;
    bool in_string = false;
    std::size_t end_index = 0;  ///< of what opens a block: the directive that closes it
  };

  /// A header's text, up to the next one.
  struct Section {
    std::size_t begin = 0;
    bool has_stray = false;  ///< an entry that the block with the header in it does not hold
    bool may_go_on = false;  ///< has_stray, or a section behind it has one that may be this one's
  };

  /// A header or an entry, as the masker finds them.
  struct Statement {
    std::size_t offset = 0;
    bool is_header = false;
  };

  void find_directives(const Source& source);
  void pair_blocks(const Source& source);
  void find_joins();
  void find_strays();
  [[nodiscard]] std::size_t section_behind(std::size_t offset) const;
  [[nodiscard]] bool joins_behind(std::size_t end, bool is_trimmed) const;
  [[nodiscard]] static Directive read(Span span, std::string_view text);
  [[nodiscard]] std::size_t first_behind(std::size_t offset) const;
  [[nodiscard]] std::pair<std::size_t, std::size_t> overlapping(Span span) const;

  std::string text_;
  std::string masked_;
  std::vector<Directive> directives_;
  // How many of the first N directives are control directives, and how many are not in strings.
  std::vector<std::size_t> controls_ = {0};
  std::vector<std::size_t> outside_strings_ = {0};
  std::vector<bool>
      joined_;  // does it put text where it stands: its own, or what stands behind it?
  std::vector<Statement> statements_;
  std::vector<Section> sections_;
};

}  // namespace katafix
