#pragma once

#include "template.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

/// Walks a template as TOML is read, and gives each directive the filler that its place asks for.
class Masker {
 public:
  Masker(std::string_view text, std::size_t begin, Template& model);

  [[nodiscard]] std::string mask();

 private:
  using Directive = Template::Directive;
  using Kind = Template::Kind;

  struct Array {
    std::size_t begin = 0;
    std::size_t around = 0;  ///< how many brackets are
    bool is_cut = false;     ///< has it a directive outside strings?
  };

  /// What TOML expects next.
  enum class Expect { statement, rest_of_key, header, value, rest_of_value, end_of_value };

  void directive();
  void directive_as_value();
  void look_ahead();
  void string();
  void comment();
  void punctuation(char byte);
  void white_space(char byte);
  void bracket(char byte);
  void end_array();

  [[nodiscard]] bool has_directive_before(std::size_t end) const;
  [[nodiscard]] std::size_t value_run_end() const;

  void quote(Span run);
  void fill(char filler);
  void fill_name();
  void fill_text(Span span);
  void fill_span(Span span, char filler);

  std::string_view text_;
  std::string out_;
  std::string plain_;  // the text, with directives that have neither quotes nor line breaks
  std::vector<Directive>& directives_;
  std::vector<Template::Statement>& statements_;
  std::map<std::string_view, std::size_t> numbers_;
  std::vector<bool> alone_;     // is the rest of its line blank?
  std::vector<char> open_;      // the brackets of arrays and inline tables around this place
  std::optional<Array> array_;  // the outermost around this place
  Expect expect_ = Expect::statement;
  std::size_t at_;
  std::size_t next_ = 0;  // the first directive that is not behind this place
};

}  // namespace katafix
