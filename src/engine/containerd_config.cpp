#include "katafix/engine/containerd_config.hpp"

#include "katafix/engine/containerd_schema.hpp"
#include "katafix/engine/spelling.hpp"

#include <algorithm>

namespace katafix {

namespace {

/// The values of a top-level field. go-toml 2 meets those in the order of the file, not of names.
std::vector<const Value*> values_of(const Value& tree, std::string_view field,
                                    const ContainerdRules& rules) {
  std::vector<const Value*> values = spelled(tree, field, rules.keys);
  if (rules.keys == Keys::go_toml_2) {
    std::sort(values.begin(), values.end(), [](const Value* one, const Value* other) {
      return one->origin.offset < other->origin.offset;
    });
  }
  return values;
}

std::vector<Listed> strings_of(const Value& tree, std::string_view field,
                               const ContainerdRules& rules) {
  std::vector<Listed> strings;
  const std::vector<const Value*> values = values_of(tree, field, rules);
  if (!values.empty()) {
    for (const Value& element : values.back()->elements) {
      strings.push_back({element.string, element.origin});
    }
  }
  return strings;
}

}  // namespace

ContainerdConfig read_containerd_config(const Value& tree, const ContainerdRules& rules) {
  check_fields(tree, containerd_fields(), rules);
  ContainerdConfig config;
  for (const Value* version : values_of(tree, "version", rules)) {
    config.version = version->integer;
    config.version_origin = version->origin;
  }
  config.imports = strings_of(tree, "imports", rules);
  config.disabled_plugins = strings_of(tree, "disabled_plugins", rules);
  config.required_plugins = strings_of(tree, "required_plugins", rules);
  for (const Value* plugins : values_of(tree, "plugins", rules)) {
    merge_deeply(config.plugins, *plugins);
  }
  for (const Value* plugins : values_of(tree, "proxy_plugins", rules)) {
    merge_deeply(config.proxy_plugins, *plugins);
  }
  return config;
}

}  // namespace katafix
