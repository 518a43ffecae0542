#include "katafix/engine/value.hpp"

#include <utility>

namespace katafix {

namespace {

class Builder {
 public:
  explicit Builder(const Document& document) : source_(document.source()) {}

  [[nodiscard]] Value build(const Node& node, std::size_t offset) const {
    Value value;
    value.kind = node.kind();
    value.boolean = node.is_true();
    value.integer = node.integer().value_or(0);
    value.string = node.string().value_or("");
    value.origin = {&source_, offset};
    const std::vector<Node> elements = node.elements();
    value.elements.reserve(elements.size());
    for (const Node& element : elements) {
      value.elements.push_back(build(element, element.span().begin));
    }
    for (const Entry& entry : node.entries()) {
      const bool has_header = entry.value.form() == Form::header;
      value.entries.insert_or_assign(
          value.entries.end(), std::string(entry.name),
          build(entry.value, has_header ? entry.value.span().begin : entry.key().begin));
    }
    return value;
  }

 private:
  const Source& source_;
};

}  // namespace

const Value* Value::find(std::string_view name) const {
  const auto entry = entries.find(name);
  return entry == entries.end() ? nullptr : &entry->second;
}

Value to_value(const Document& document) { return Builder(document).build(document.root(), 0); }

void merge_deeply(Value& to, Value from) {
  to.entries.merge(from.entries);  // leaves what is in both
  for (auto& [name, value] : from.entries) {
    Value& old = to.entries.at(name);
    if (old.is_table() && value.is_table()) {
      merge_deeply(old, std::move(value));
    } else {
      old = std::move(value);
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
