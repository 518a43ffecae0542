#include "anchor.hpp"

#include "toml/lexer.hpp"

#include <string>
#include <vector>

namespace katafix {

namespace {

constexpr std::string_view kSpaced = " = ";

Anchor anchor_at(const Entry& entry) {
  return {entry.key(), entry.value.span(), entry.value.depth()};
}

std::optional<Anchor> entry_at(const Node& table, Span key) {
  for (const Entry& entry : table.entries()) {
    if (entry.key() == key) {
      return anchor_at(entry);
    }
  }
  return std::nullopt;
}

/// Copied from the original: in a template's masked text a directive's filler would come along.
std::string flag_key(const Document& document, Span prefix) {
  std::string key(document.source().text(prefix));
  if (!key.empty()) {
    key.push_back('.');
  }
  return key.append(kFlag);
}

/// As the anchor writes its `=`: without blanks where it has none on either side.
std::string_view equals_sign(const Anchor& anchor) {
  const bool tight = anchor.is_entry && anchor.value.begin == anchor.key.end + 1;
  return tight ? kSpaced.substr(1, 1) : kSpaced;
}

Edit insert_line(const Document& document, const Anchor& anchor, Span prefix) {
  const Source& source = document.source();
  const std::size_t first_line = source.line_of(prefix.begin);
  const std::size_t indent = source.line(first_line).begin;
  std::string line(source.text({indent, prefix.begin}));
  line.append(flag_key(document, prefix)).append(equals_sign(anchor)).append("true");

  const std::size_t last_line = source.line_of(anchor.value.end - 1);
  const std::string_view line_end = source.line_end(last_line);
  const std::size_t at = source.line_after(last_line);
  if (!line_end.empty()) {
    return {{at, at}, line.append(line_end)};
  }
  const std::string_view before = last_line > 1 ? source.line_end(last_line - 1) : "\n";
  return {{at, at}, std::string(before).append(line)};
}

Edit insert_into_empty_braces(const Document& document, const Anchor& anchor) {
  const std::size_t inside = anchor.value.begin + 1;
  std::string flag = " " + std::string(kFlag).append(kSpaced).append("true");
  if (document.text()[inside] == '}') {
    flag.push_back(' ');
  }
  return {{inside, inside}, flag};
}

}  // namespace

std::optional<Anchor> find_anchor(const Definition& handler, const Evidence& evidence) {
  const Node& table = handler.table();
  if (evidence.in_own_table) {
    if (auto anchor = entry_at(table, evidence.where)) {
      return anchor;
    }
  }
  std::optional<Anchor> last = last_entry(table);
  if (!last && (table.form() == Form::header || table.form() == Form::inline_table)) {
    last = Anchor{table.span(), table.span(), table.depth(), false};
  }
  return last;
}

Edit insertion(const Document& document, const Definition& handler, const Anchor& anchor) {
  if (!anchor.is_entry) {
    return handler.table().form() == Form::inline_table
               ? insert_into_empty_braces(document, anchor)
               : insert_line(document, anchor, {anchor.key.begin, anchor.key.begin});
  }
  const std::vector<Span> segments = key_segments_before(document.text(), anchor.key.end);
  // The entry's key up to and with the handler's, when that is in it.
  Span prefix{segments.front().begin, segments.front().begin};
  const std::size_t below_handler = anchor.depth - handler.table().depth();
  if (segments.size() > below_handler) {
    prefix.end = segments[segments.size() - 1 - below_handler].end;
  }
  // Does the entry stand between the braces of an inline table?
  if (handler.chain[anchor.depth - segments.size()].form() == Form::inline_table) {
    return {{anchor.value.end, anchor.value.end},
            ", " + flag_key(document, prefix).append(kSpaced).append("true")};
  }
  return insert_line(document, anchor, prefix);
}

std::optional<Anchor> last_entry(const Node& table) {
  std::optional<Anchor> last;
  for (const Entry& entry : table.entries()) {
    std::optional<Anchor> found;
    if (!entry.is_structure()) {
      found = anchor_at(entry);
    } else if (entry.value.form() == Form::dotted) {
      found = last_entry(entry.value);
    }
    if (found && (!last || found->value.end > last->value.end)) {
      last = found;
    }
  }
  return last;
}

}  // namespace katafix
