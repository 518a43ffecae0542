#include "katafix/toml/dialect.hpp"

#include "implicit_tables.hpp"
#include "old_values.hpp"
#include "seen_tables.hpp"
#include "syntax.hpp"

#include <algorithm>
#include <string_view>

namespace katafix {

namespace {

bool refuses(TomlLibrary library, Trait trait) {
  const bool is_0_3 = library == TomlLibrary::burntsushi_0_3;
  const bool is_go_toml_1 = library == TomlLibrary::go_toml_1;
  const bool is_1_6 = library == TomlLibrary::burntsushi_1_6;
  switch (trait) {
    // BurntSushi 1 takes it from 1.3 on; who asks knows better which that is.
    case Trait::byte_order_mark:
      return is_0_3 || library == TomlLibrary::go_toml_2;
    case Trait::line_break_in_inline_table:
      return !is_go_toml_1 && !is_1_6;
    case Trait::trailing_comma:
      return !is_0_3 && !is_1_6;
    case Trait::escape_x:
    case Trait::no_seconds:
      return !is_1_6;
    case Trait::escape_e:
      return !is_1_6 && library != TomlLibrary::go_toml_2;
    case Trait::dotted_key:
      return is_0_3;
    // go-toml parser.go @v1.9.5; BurntSushi/toml lex.go lexDatetime @v0.3.1.
    case Trait::small_date_letter:
      return is_0_3 || is_go_toml_1;
    // go-toml lexer.go and keysparsing.go @v1.9.5.
    case Trait::line_break_before_comma:
    case Trait::quote_in_key:
    case Trait::bracket_in_header:
    case Trait::tab_after_dot:
    case Trait::lone_blank_after_dot:
    case Trait::extra_quotes:
    case Trait::bare_date:
    case Trait::zero_exponent:
      return is_go_toml_1;
  }
  return false;
}

std::string_view description(Trait trait) {
  switch (trait) {
    case Trait::byte_order_mark:
      return "a byte order mark at the beginning of the file";
    case Trait::line_break_in_inline_table:
      return "a line break in an inline table";
    case Trait::line_break_before_comma:
      return "a line break before a comma in an inline table";
    case Trait::trailing_comma:
      return "a comma behind the last key of an inline table";
    case Trait::escape_e:
      return R"(the escape \e in a string)";
    case Trait::escape_x:
      return R"(the escape \x in a string)";
    case Trait::quote_in_key:
      return "an escaped quote in a key";
    case Trait::bracket_in_header:
      return "a bracket in a header's quoted key";
    case Trait::tab_after_dot:
      return "a tab behind the dot of a dotted key";
    case Trait::lone_blank_after_dot:
      return "a blank behind, but not before, the dot of a dotted key";
    case Trait::dotted_key:
      return "a dotted key";
    case Trait::extra_quotes:
      return "a quote directly before the three that close a string";
    case Trait::bare_date:
      return "a date without a time";
    case Trait::no_seconds:
      return "a time without seconds";
    case Trait::small_date_letter:
      return "a date with a small t or z";
    case Trait::zero_exponent:
      return "a 0 with an exponent";
  }
  return "";
}

}  // namespace

std::optional<Objection> objection(const Document& document, TomlLibrary library) {
  const std::string_view text = document.text();
  const Syntax syntax = scan_syntax(text, document.source().bom_size());
  std::optional<Objection> first;
  const auto keep = [&](Objection one) {
    if (!first || one.offset < first->offset) {
      first = std::move(one);
    }
  };
  for (const FoundTrait& found : syntax.traits) {
    if (refuses(library, found.trait)) {
      keep({found.offset, std::string(description(found.trait))});
    }
  }
  const auto keep_any = [&](std::optional<Objection> one) {
    if (one) {
      keep(std::move(*one));
    }
  };
  switch (library) {
    case TomlLibrary::burntsushi_0_3:
      keep_any(old_value_conflict(document));
      break;
    case TomlLibrary::burntsushi_1:
    case TomlLibrary::burntsushi_1_6:
      keep_any(header_conflict(text, syntax.statements));
      break;
    case TomlLibrary::go_toml_1:
      break;
    case TomlLibrary::go_toml_2:
      keep_any(table_conflict(text, syntax.statements));
      break;
  }
  return first;
}

}  // namespace katafix
