#include "merge.hpp"

#include "spelling.hpp"

namespace katafix {

namespace {

void decode(const Value& table, std::string_view field, Keys keys, std::string_view& to) {
  for_each_spelled(table, field, keys, [&](const Value& value) { to = value.string; });
}

void decode_flag(const Value& table, const Release& release, ViewedHandler& handler) {
  if (!release.rules->knows_flag) {
    return;
  }
  const bool is_random = release.engine == Engine::crio;
  for_each_spelled(table, kFlag, release.rules->keys, [&](const Value& flag) {
    // Go's map order decides anew at each start; here it is an order that makes the flag false.
    if (!is_random || !handler.flag_origin.is_known() || handler.flag) {
      handler.flag = flag.boolean;
      handler.flag_origin = flag.origin;
    }
  });
}

}  // namespace

void decode_handler(const Value& table, const Release& release, ViewedHandler& handler) {
  const Keys keys = release.rules->keys;
  const bool is_containerd = release.engine == Engine::containerd;
  if (!handler.origin.is_known()) {
    handler.origin = table.origin;
  }
  decode(table, "runtime_type", keys, handler.runtime_type);
  if (!is_containerd || release.since({1, 6})) {
    decode(table, "runtime_path", keys, handler.runtime_path);
  }
  decode_flag(table, release, handler);
  if (!is_containerd) {
    if (release.rules->inherits) {
      for_each_spelled(table, "inherit_default_runtime", keys,
                       [&](const Value& value) { handler.inherits_default = value.boolean; });
    }
    return;
  }
  // 2.x knows these two no more, but they tell what is meant to run.
  decode(table, "runtime_engine", keys, handler.runtime_engine);
  decode(table, "runtime_root", keys, handler.runtime_root);
  if (const Value* const options = table.find("options")) {
    if (const Value* const binary = options->find("BinaryName")) {
      handler.binary_name = binary->string;
    }
    if (const Value* const runtime = options->find("Runtime")) {
      handler.options_runtime = runtime->string;
    }
  }
  if (release.since({1, 7})) {
    for_each_spelled(table, kAllDevicesAllowed, keys,
                     [&](const Value& value) { handler.all_devices_allowed = value.boolean; });
  }
}

std::unique_ptr<Merge> new_merge(const Release& release) {
  return release.engine == Engine::containerd ? new_containerd_merge(release)
                                              : new_crio_merge(release);
}

std::vector<Listed> list_of(const Value& file, std::string_view field, Keys keys) {
  std::vector<Listed> strings;
  for_each_spelled(file, field, keys, [&](const Value& list) {
    strings.clear();
    for (const Value& element : list.elements) {
      strings.push_back({element.string, element.origin});
    }
  });
  return strings;
}

}  // namespace katafix
