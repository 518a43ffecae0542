#include "value.hpp"

#include "tables.hpp"

#include <utility>

namespace katafix {

namespace {

class Builder {
 public:
  Builder(const Document& document, Engine engine) : source_(document.source()), engine_(engine) {}

  [[nodiscard]] bool has_odd_types() const { return has_odd_types_; }

  [[nodiscard]] Value build(const Node& node, std::size_t offset, Level level) {
    Value value;
    value.kind = node.kind();
    value.origin = {&source_, offset};
    switch (value.kind) {
      case Kind::boolean:
        value.boolean = node.is_true();
        break;
      case Kind::integer:
        value.integer = node.integer().value_or(0);
        break;
      case Kind::string:
        value.string = node.string().value_or("");
        break;
      case Kind::array:
        for (const Node& element : node.elements()) {
          value.elements.push_back(build(element, element.span().begin, Level::elsewhere));
        }
        break;
      case Kind::table:
        if (level != Level::elsewhere && level != Level::unrelated) {
          add_entries(value, node, level);
        }
        break;
      default:
        break;
    }
    return value;
  }

 private:
  void add_entries(Value& value, const Node& node, Level level) {
    for (const Entry& entry : node.entries()) {
      if (!is_read(level, entry.name, engine_)) {
        continue;
      }
      const bool has_header = entry.value.form() == Form::header;
      const std::size_t at = has_header ? entry.value.span().begin : entry.key().begin;
      auto& entries = value.entries.change();
      const auto added =
          entries.emplace_hint(entries.end(), entry.name,
                               build(entry.value, at, level_below(level, entry.name, engine_)));
      has_odd_types_ = has_odd_types_ || has_odd_type(entry.name, added->second, level, engine_);
    }
  }

  const Source& source_;
  Engine engine_;
  bool has_odd_types_ = false;
};

}  // namespace

const Value* Value::find(std::string_view name) const {
  const auto entry = entries.find(name);
  return entry == entries.end() ? nullptr : &entry->second;
}

Value to_value(const Document& document, Engine engine) {
  Builder builder(document, engine);
  Value tree = builder.build(document.root(), 0, Level::root);
  tree.has_odd_types = builder.has_odd_types();
  return tree;
}

Value with_flags(Value tree, const std::vector<KeyPath>& paths) {
  for (const KeyPath& path : paths) {
    Value* value = &tree;
    for (const std::string_view name : path) {
      const Origin around = value->origin;
      const auto [entry, is_new] = value->entries.change().try_emplace(name);
      value = &entry->second;
      if (is_new) {
        value->origin = around;
      }
    }
    value->kind = Kind::boolean;
    value->boolean = true;
  }
  return tree;
}

void merge_deeply(Value& to, const Value& from) {
  if (to.entries.empty()) {
    to.entries = from.entries;
    return;
  }
  for (const auto& [name, value] : from.entries) {
    const auto [old, is_new] = to.entries.change().try_emplace(name, value);
    if (!is_new && old->second.is_table() && value.is_table()) {
      merge_deeply(old->second, value);
    } else if (!is_new) {
      old->second = value;
    }
  }
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::table:
      return "a table";
    case Kind::array:
      return "an array";
    case Kind::string:
      return "a string";
    case Kind::integer:
      return "an integer";
    case Kind::floating:
      return "a floating-point number";
    case Kind::boolean:
      return "a boolean";
    case Kind::time:
      break;
  }
  return "a date or time";
}

}  // namespace katafix
