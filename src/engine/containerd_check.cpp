#include "katafix/engine/containerd_schema.hpp"
#include "katafix/engine/spelling.hpp"
#include "katafix/text/finding.hpp"

#include <string>

namespace katafix {

namespace {

std::string_view wanted(Shape shape) {
  switch (shape) {
    case Shape::boolean:
      return "true or false";
    case Shape::integer:
      return "an integer";
    case Shape::string:
      return "a string";
    case Shape::strings:
      return "an array of strings";
    case Shape::string_map:
      return "a table of strings";
    case Shape::any_table:
    case Shape::table:
    case Shape::table_map:
    case Shape::plugin_map:
      break;
  }
  return "a table";
}

[[noreturn]] void refuse(const Value& value, std::string_view name, Shape shape) {
  throw Error(Code::engine_refuses, *value.origin.source, value.origin.offset,
              std::string(name) + " must be " + std::string(wanted(shape)) + ", not " +
                  std::string(kind_name(value.kind)));
}

void check_kind(const Value& value, std::string_view name, Kind kind, Shape shape) {
  if (value.kind != kind) {
    refuse(value, name, shape);
  }
}

void check_each(const Value& value, std::string_view name, const Field& field,
                const ContainerdRules& rules) {
  check_kind(value, name, Kind::table, field.shape);
  for (const auto& [key, entry] : value.entries) {
    switch (field.shape) {
      case Shape::string_map:
        check_kind(entry, key, Kind::string, Shape::string);
        break;
      case Shape::table_map:
        check_table(entry, key, field.fields, rules);
        break;
      case Shape::plugin_map:
        if (rules.plugins_are_tables) {
          check_kind(entry, key, Kind::table, Shape::table);
        }
        break;
      default:
        break;
    }
  }
}

void check_value(const Value& value, const Field& field, const ContainerdRules& rules) {
  switch (field.shape) {
    case Shape::boolean:
      return check_kind(value, field.name, Kind::boolean, field.shape);
    case Shape::integer:
      return check_kind(value, field.name, Kind::integer, field.shape);
    case Shape::string:
      return check_kind(value, field.name, Kind::string, field.shape);
    case Shape::strings:
      check_kind(value, field.name, Kind::array, field.shape);
      for (const Value& element : value.elements) {
        check_kind(element, std::string("each element of ").append(field.name), Kind::string,
                   Shape::string);
      }
      return;
    case Shape::table:
      return check_table(value, field.name, field.fields, rules);
    case Shape::string_map:
    case Shape::any_table:
    case Shape::table_map:
    case Shape::plugin_map:
      return check_each(value, field.name, field, rules);
  }
}

}  // namespace

void check_table(const Value& value, std::string_view name, std::span<const Field> fields,
                 const ContainerdRules& rules) {
  check_kind(value, name, Kind::table, Shape::table);
  check_fields(value, fields, rules);
}

void check_fields(const Value& table, std::span<const Field> fields, const ContainerdRules& rules) {
  for (const Field& field : fields) {
    if (rules.generation < field.since || rules.generation > field.until) {
      continue;
    }
    const std::vector<const Value*> values = spelled(table, field.name, rules.keys);
    for (const Value* value : values) {
      check_value(*value, field, rules);
    }
    if (values.empty() && field.embedded && rules.keys == Keys::go_toml_1) {
      check_fields(table, field.fields, rules);
    }
  }
}

}  // namespace katafix
