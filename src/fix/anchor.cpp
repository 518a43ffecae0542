#include "anchor.hpp"

#include "katafix/toml/lexer.hpp"

#include <string>
#include <vector>

namespace katafix {

namespace {

constexpr std::string_view kSpaced = " = ";

/// The last entry that stands below the handler's own header (or, for dotted keys, has the
/// handler's key before it); sub-tables with headers of their own are not among them.
void find_last_entry(const Node& table, std::optional<Anchor>& last) {
  for (const Entry& entry : table.entries()) {
    if (!entry.is_structure()) {
      const Span value = entry.value.span();
      if (!last || value.end > last->value.end) {
        last = Anchor{entry.key(), value, entry.value.depth(), true};
      }
    } else if (entry.value.form() == Form::dotted) {
      find_last_entry(entry.value, last);
    }
  }
}

std::optional<Anchor> entry_at(const Node& table, Span key) {
  for (const Entry& entry : table.entries()) {
    if (entry.key() == key) {
      return Anchor{key, entry.value.span(), entry.value.depth(), true};
    }
  }
  return std::nullopt;
}

/// The key of an entry from its first segment up to and with the handler's, when that is in it.
struct Prefix {
  std::size_t begin = 0;  ///< the first segment's first byte
  std::size_t end = 0;    ///< behind the handler's segment; begin when the handler is not in it
};

Prefix find_prefix(std::string_view text, const Definition& handler, const Anchor& anchor) {
  const std::vector<Span> segments = key_segments_before(text, anchor.key.end);
  const std::size_t below_handler = anchor.depth - handler.table().depth();
  const std::size_t begin = segments.front().begin;
  return {begin, segments.size() > below_handler ? segments[segments.size() - 1 - below_handler].end
                                                 : begin};
}

/// Does the entry stand between the braces of an inline table?
bool is_inline(std::string_view text, const Definition& handler, const Anchor& anchor) {
  const std::size_t segments = key_segments_before(text, anchor.key.end).size();
  return handler.chain[anchor.depth - segments].form() == Form::inline_table;
}

/// Copied from the original: in a template's masked text a directive's filler would come along.
std::string flag_key(const Document& document, Prefix prefix) {
  std::string key(document.source().text({prefix.begin, prefix.end}));
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

Edit insert_line(const Document& document, const Anchor& anchor, Prefix prefix) {
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
  const std::string_view text = document.text();
  if (!anchor.is_entry) {
    return handler.table().form() == Form::inline_table
               ? insert_into_empty_braces(document, anchor)
               : insert_line(document, anchor, {anchor.key.begin, anchor.key.begin});
  }
  const Prefix prefix = find_prefix(text, handler, anchor);
  if (is_inline(text, handler, anchor)) {
    return {{anchor.value.end, anchor.value.end},
            ", " + flag_key(document, prefix).append(kSpaced).append("true")};
  }
  return insert_line(document, anchor, prefix);
}

std::optional<Anchor> last_entry(const Node& table) {
  std::optional<Anchor> last;
  find_last_entry(table, last);
  return last;
}

Span lines_of(const Document& document, Span span) {
  const Source& source = document.source();
  return {source.line(source.line_of(span.begin)).begin,
          source.line(source.line_of(span.end - 1)).end};
}

}  // namespace katafix
