#include "katafix/toml/document.hpp"

#include "katafix/text/finding.hpp"

#include "explain.hpp"
#include "guard.hpp"
#include "lexer.hpp"
#include "template.hpp"
#include "tomlplusplus.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>

namespace katafix {

struct Document::Tree {
  toml::table root;
};

namespace {

const toml::node& node_of(const void* raw) { return *static_cast<const toml::node*>(raw); }

Span to_span(const Source& source, const toml::source_region& region) {
  return {source.offset_in_bytes({region.begin.line, region.begin.column}),
          source.offset_in_bytes({region.end.line, region.end.column})};
}

bool same(const toml::node& left, const toml::node& right);

bool same_table(const toml::table& left, const toml::table& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& one, const auto& other) {
                      return one.first.str() == other.first.str() && same(one.second, other.second);
                    });
}

/// As toml++'s ==, but a NaN equals a NaN.
bool same(const toml::node& left, const toml::node& right) {
  if (left.type() != right.type()) {
    return false;
  }
  if (const toml::table* table = left.as_table()) {
    return same_table(*table, *right.as_table());
  }
  if (const toml::array* array = left.as_array()) {
    return std::equal(
        array->begin(), array->end(), right.as_array()->begin(), right.as_array()->end(),
        [](const toml::node& one, const toml::node& other) { return same(one, other); });
  }
  if (const auto* number = left.as_floating_point()) {
    const double other = right.as_floating_point()->get();
    return number->get() == other || (std::isnan(number->get()) && std::isnan(other));
  }
  return left.visit([&](const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (toml::is_value<Value>) {
      return value.get() == right.as<typename Value::value_type>()->get();
    } else {
      return false;
    }
  });
}

/// Drafts of TOML 1.1 had more than the standard has now, and toml++ takes it.
void check_drafts(const Source& source, const Excess& excess) {
  if (excess.plus_in_key) {
    throw Error(Code::invalid_toml, source, *excess.plus_in_key,
                "a + in a key that is not in quotes", "put the key in quotes");
  }
  if (excess.hexadecimal_fraction) {
    throw Error(Code::invalid_toml, source, *excess.hexadecimal_fraction,
                "a hexadecimal number with a fraction or an exponent", "write it in decimal");
  }
}

/// Some of the paths at which values may have become true, in order, and how many of their keys
/// lead to the tables that are compared.
struct Changes {
  std::span<const KeyPath> paths;
  std::size_t depth = 0;

  /// Those that go on with a key.
  [[nodiscard]] Changes below(std::string_view key) const {
    if (paths.empty()) {
      return {paths, depth + 1};
    }
    const auto first = std::partition_point(paths.begin(), paths.end(),
                                            [&](const KeyPath& path) { return path[depth] < key; });
    const auto last = std::partition_point(first, paths.end(),
                                           [&](const KeyPath& path) { return path[depth] == key; });
    return {{first, last}, depth + 1};
  }
  /// Does one of them end here? It is the first, being the shortest.
  [[nodiscard]] bool ends() const { return !paths.empty() && paths.front().size() == depth; }
};

/// Is `after` the table `before` with exactly these changes?
bool becomes(const toml::table& before, const toml::table& after, const Changes& changes) {
  auto next = before.begin();  // both are in the order of their keys
  std::size_t followed = 0;
  for (const auto& [key, value] : after) {
    const bool is_old = next != before.end() && next->first.str() == key.str();
    const toml::node* const old = is_old ? &next->second : nullptr;
    next = is_old ? std::next(next) : next;
    const Changes below = changes.below(key.str());
    followed += below.paths.size();
    bool is_planned = false;
    if (below.ends()) {
      is_planned = below.paths.size() == 1 && value.value_exact<bool>().value_or(false);
    } else if (old == nullptr) {
      return false;
    } else if (below.paths.empty()) {
      is_planned = same(*old, value);
    } else {
      is_planned = old->is_table() && value.is_table() &&
                   becomes(*old->as_table(), *value.as_table(), below);
    }
    if (!is_planned) {
      return false;
    }
  }
  return next == before.end() && followed == changes.paths.size();
}

}  // namespace

Document::Document(const Source& source) : source_(source) {
  check_bytes(source);
  const bool has_directives = source.bytes().find("{{") != std::string_view::npos;
  const bool named_template = source.path().ends_with(".tmpl");
  if (named_template && has_directives) {
    parse_as_template();
    return;
  }
  try {
    parse(source);
  } catch (const Error& not_toml) {
    if (!has_directives || not_toml.finding().code == Code::jinja_template) {
      throw;
    }
    try {
      parse_as_template();
    } catch (const Error& not_template) {
      // Braces alone do not make it a template: then the first error says more.
      if (not_template.finding().code == Code::invalid_template) {
        throw not_toml;
      }
      throw;
    }
  }
}

Document::~Document() = default;

void Document::parse_as_template() {
  template_ = std::make_unique<Template>(source_);
  masked_ = std::make_unique<Source>(source_.path(), template_->masked());
  parse(*masked_);
}

void Document::parse(const Source& text) {
  const Excess excess = check_keys(text);
  const std::string_view bytes = text.bytes().substr(text.bom_size());
  std::optional<toml::parse_error> error;
  try {
    tree_ = std::make_unique<Tree>(Tree{toml::parse(bytes)});
  } catch (const toml::parse_error& thrown) {
    error = thrown;
  }
  std::size_t wrong = std::string_view::npos;
  if (error) {
    const toml::source_position at = error->source().begin;
    wrong = text.offset_in_bytes({at.line, at.column});
  }
  if (excess.not_ascii && *excess.not_ascii <= wrong) {
    throw Error(Code::bare_key_not_ascii, source_, *excess.not_ascii,
                "a character outside ASCII that is not in quotes",
                "put the key or the value in quotes");
  }
  if (error && excess.jinja) {
    throw Error(
        Code::jinja_template, source_, *excess.jinja, "this is a Jinja template, not TOML",
        "render it first and run katafix on the result, or set the flag in the template by hand");
  }
  if (error) {
    throw explain(source_, text, wrong, error->description());
  }
  check_drafts(source_, excess);
  parsed_ = &text;
}

Node Document::root() const { return {*this, &tree_->root, 0}; }

std::string_view Document::shown(Span written, std::string_view decoded) const {
  if (!template_ || !template_->has_directive(written)) {
    return decoded;
  }
  std::string_view original = source_.text(written);
  const std::size_t quotes = quotes_at(original, 0);
  original.remove_prefix(quotes);
  original.remove_suffix(quotes);
  return original;
}

bool Document::becomes(const Document& after, std::vector<KeyPath> paths) const {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return katafix::becomes(tree_->root, after.tree_->root, {paths, 0});
}

bool Node::is_table() const { return node_of(raw_).is_table(); }

bool Node::is_array() const { return node_of(raw_).is_array(); }

bool Node::is_true() const { return node_of(raw_).value_exact<bool>().value_or(false); }

std::optional<std::string_view> Node::string() const {
  return node_of(raw_).value_exact<std::string_view>();
}

std::optional<std::int64_t> Node::integer() const {
  return node_of(raw_).value_exact<std::int64_t>();
}

Kind Node::kind() const {
  const toml::node& node = node_of(raw_);
  return node.is_table()            ? Kind::table
         : node.is_array()          ? Kind::array
         : node.is_string()         ? Kind::string
         : node.is_integer()        ? Kind::integer
         : node.is_floating_point() ? Kind::floating
         : node.is_boolean()        ? Kind::boolean
                                    : Kind::time;
}

Span Node::span() const { return to_span(*document_->parsed_, node_of(raw_).source()); }

Form Node::form() const {
  const toml::table* const table = node_of(raw_).as_table();
  if (table == nullptr) {
    return Form::not_a_table;
  }
  if (depth_ == 0) {
    return Form::root;
  }
  const Span region = span();
  const std::string_view text = document_->text();
  if (text[region.begin] == '{') {
    return Form::inline_table;
  }
  if (text[region.begin] != '[') {
    return Form::dotted;
  }
  return header_segments(text, region).size() == depth_ ? Form::header : Form::implied;
}

std::vector<Entry> Node::entries() const {
  std::vector<Entry> entries;
  if (const toml::table* table = node_of(raw_).as_table()) {
    entries.reserve(table->size());
    for (const auto& [key, value] : *table) {
      entries.push_back({key.str(), {*document_, &value, depth_ + 1}, &key, document_});
    }
  }
  return entries;
}

std::vector<Node> Node::elements() const {
  std::vector<Node> elements;
  if (const toml::array* array = node_of(raw_).as_array()) {
    elements.reserve(array->size());
    for (const toml::node& element : *array) {
      elements.push_back({*document_, &element, depth_});
    }
  }
  return elements;
}

Span Entry::key() const {
  return to_span(*document->parsed_, static_cast<const toml::key*>(raw_key)->source());
}

bool Entry::is_structure() const {
  // A header's region is the header, and its key is in it; an array's key is before it.
  return value.is_table() ? value.form() != Form::inline_table
                          : value.is_array() && value.span().begin <= key().begin;
}

}  // namespace katafix
