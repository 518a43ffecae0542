#include "tables.hpp"

#include "katafix/text/finding.hpp"

#include "spelling.hpp"
#include "toml/template.hpp"

#include <span>
#include <string>

namespace katafix {

namespace {

struct Step {
  Level from;
  std::string_view name;
  Level to;
};

constexpr std::array kSteps = {
    Step{Level::root, "plugins", Level::plugins},
    Step{Level::root, "crio", Level::crio},
    Step{Level::plugins, kCriShort, Level::plugin},
    Step{Level::plugins, kCriGrpc, Level::plugin},
    Step{Level::plugins, kCriRuntime, Level::plugin},
    Step{Level::plugins, kCriImages, Level::elsewhere},
    Step{Level::plugin, "containerd", Level::containerd},
    Step{Level::containerd, "runtimes", Level::runtimes},
    Step{Level::containerd, "default_runtime", Level::handler},
    Step{Level::containerd, "untrusted_workload_runtime", Level::handler},
    Step{Level::crio, "runtime", Level::runtime},
    Step{Level::runtime, "runtimes", Level::runtimes},
    Step{Level::handler, "options", Level::options},
};

enum class Type { boolean, integer, string, strings, string_map, table, tables };

/// A field that engines decode, and from which release to which.
struct Field {
  Level in;
  std::string_view name;
  Type type;
  Version since = {};
  Version until = {99, 0, 0};  ///< not with it any more
};

// services/server/config/config.go and pkg/cri/config/config.go @v1.7.27,
// cmd/containerd/server/config/config.go and internal/cri/config/config.go @v2.1.9.
constexpr std::array kContainerdFields = {
    Field{Level::root, "version", Type::integer},
    Field{Level::root, "imports", Type::strings},
    Field{Level::root, "disabled_plugins", Type::strings},
    Field{Level::root, "required_plugins", Type::strings},
    Field{Level::root, "plugins", Type::table},
    Field{Level::plugin, "containerd", Type::table},
    Field{Level::containerd, "default_runtime_name", Type::string},
    Field{Level::containerd, "runtimes", Type::tables},
    Field{Level::containerd, "default_runtime", Type::table, {}, {2, 0}},
    Field{Level::containerd, "untrusted_workload_runtime", Type::table, {}, {2, 0}},
    Field{Level::handler, "runtime_type", Type::string},
    Field{Level::handler, "runtime_path", Type::string, {1, 6}},
    Field{Level::handler, "runtime_engine", Type::string, {}, {2, 0}},
    Field{Level::handler, "runtime_root", Type::string, {}, {2, 0}},
    Field{Level::handler, "pod_annotations", Type::strings},
    Field{Level::handler, "container_annotations", Type::strings},
    // Up to 1.4 it is kept undecoded.
    Field{Level::handler, "options", Type::table, {1, 5}},
    Field{Level::handler, kFlag, Type::boolean},
    Field{Level::handler, kAllDevicesAllowed, Type::boolean, {1, 7}},
    Field{Level::handler, "base_runtime_spec", Type::string, {1, 5}},
    Field{Level::handler, "cni_conf_dir", Type::string, {1, 6}},
    Field{Level::handler, "cni_max_conf_num", Type::integer, {1, 6}},
    Field{Level::handler, "snapshotter", Type::string, {1, 7}},
    Field{Level::handler, "sandbox_mode", Type::string, {1, 7}, {2, 0}},
    Field{Level::handler, "sandboxer", Type::string, {2, 0}},
    Field{Level::handler, "io_type", Type::string, {2, 1}},
    Field{Level::handler, "cgroup_writable", Type::boolean, {2, 1}},
};

// cri-o pkg/config/config.go RuntimeConfig and RuntimeHandler, v1.17.0 to v1.36.0.
constexpr std::array kCrioFields = {
    Field{Level::root, "crio", Type::table},
    Field{Level::crio, "runtime", Type::table},
    Field{Level::runtime, "default_runtime", Type::string},
    Field{Level::runtime, "runtimes", Type::tables},
    Field{Level::handler, "runtime_path", Type::string},
    Field{Level::handler, "runtime_type", Type::string},
    Field{Level::handler, "runtime_root", Type::string},
    Field{Level::handler, kFlag, Type::boolean, {1, 16, 2}},
    Field{Level::handler, "allowed_annotations", Type::strings, {1, 20}},
    Field{Level::handler, "runtime_config_path", Type::string, {1, 22}},
    Field{Level::handler, "monitor_path", Type::string, {1, 24}},
    Field{Level::handler, "monitor_cgroup", Type::string, {1, 24}},
    Field{Level::handler, "monitor_env", Type::strings, {1, 24}},
    Field{Level::handler, "monitor_exec_cgroup", Type::string, {1, 24}},
    Field{Level::handler, "platform_runtime_paths", Type::string_map, {1, 28}},
    Field{Level::handler, "runtime_pull_image", Type::boolean, {1, 29}},
    Field{Level::handler, "container_min_memory", Type::string, {1, 30}},
    Field{Level::handler, "no_sync_log", Type::boolean, {1, 31}},
    Field{Level::handler, "inherit_default_runtime", Type::boolean, {1, 32}},
    Field{Level::handler, "default_annotations", Type::string_map, {1, 32}},
    Field{Level::handler, "stream_websockets", Type::boolean, {1, 34}},
    Field{Level::handler, "exec_cpu_affinity", Type::string, {1, 34}},
    Field{Level::handler, "seccomp_profile", Type::string, {1, 34}},
    Field{Level::handler, "container_create_timeout", Type::integer, {1, 35}},
};

std::span<const Field> fields_of(Engine engine) {
  return engine == Engine::containerd ? std::span<const Field>(kContainerdFields)
                                      : std::span<const Field>(kCrioFields);
}

/// The field that a key stands for; null where the engine has none.
const Field* field_named(std::string_view name, Level level, Engine engine) {
  const std::span<const Field> fields = fields_of(engine);
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& one) {
    return one.in == level && same_in_any_case(name, one.name, engine);
  });
  return field == fields.end() ? nullptr : &*field;
}

std::string_view wanted(Type type) {
  constexpr std::array<std::string_view, 7> words = {
      "true or false",      "an integer", "a string", "an array of strings",
      "a table of strings", "a table",    "a table"};
  return words.at(static_cast<std::size_t>(type));
}

Kind kind_of(Type type) {
  constexpr std::array<Kind, 7> kinds = {Kind::boolean, Kind::integer, Kind::string, Kind::array,
                                         Kind::table,   Kind::table,   Kind::table};
  return kinds.at(static_cast<std::size_t>(type));
}

/// Throws Error when a value is not of a type.
void check_kind(const Value& value, std::string_view name, Type type) {
  if (value.kind != kind_of(type)) {
    throw Error(Code::engine_refuses, *value.origin.source, value.origin.offset,
                std::string(name) + " must be " + std::string(wanted(type)) + ", not " +
                    std::string(kind_name(value.kind)));
  }
}

void check_value(const Value& value, const Field& field) {
  check_kind(value, field.name, field.type);
  if (field.type == Type::strings) {
    for (const Value& element : value.elements) {
      check_kind(element, "each element of " + std::string(field.name), Type::string);
    }
  }
  if (field.type == Type::string_map || field.type == Type::tables) {
    for (const auto& [name, entry] : value.entries) {
      check_kind(entry, name, field.type == Type::tables ? Type::table : Type::string);
    }
  }
}

}  // namespace

Level level_below(Level from, std::string_view name, Engine engine) {
  const auto* const step = std::find_if(kSteps.begin(), kSteps.end(), [&](const Step& one) {
    return one.from == from &&
           (from == Level::plugins ? name == one.name : same_in_any_case(name, one.name, engine));
  });
  if (step != kSteps.end()) {
    return step->to;
  }
  switch (from) {
    case Level::plugins:
    case Level::unrelated:
      return Level::unrelated;
    case Level::runtimes:
      return Level::handler;
    case Level::handler:
    case Level::options:
    case Level::below_handler:
      return Level::below_handler;
    default:
      return Level::elsewhere;
  }
}

Level level_below(Level from, const Entry& entry, const Document& document, Engine engine) {
  // By a directive of Go, or a variable of whatever writes the file: no id has such characters.
  const Template* const model = document.go_template();
  const bool is_made =
      from == Level::plugins && ((model != nullptr && model->has_directive(entry.key())) ||
                                 entry.name.find_first_of("${%@") != std::string_view::npos);
  return is_made ? Level::plugin : level_below(from, entry.name, engine);
}

bool is_field(Level level, std::string_view name, Engine engine) {
  return field_named(name, level, engine) != nullptr;
}

bool is_read(Level level, std::string_view name, Engine engine) {
  if (level == Level::plugins || level == Level::runtimes || level == Level::handler ||
      level == Level::options || level == Level::below_handler) {
    return true;
  }
  return is_field(level, name, engine);
}

void check_types(const Value& table, Level level, const Release& release) {
  for (const Field& field : fields_of(release.engine)) {
    if (field.in != level || !release.since(field.since) || release.since(field.until)) {
      continue;
    }
    for_each_spelled(table, field.name, release.rules->keys, [&](const Value& value) {
      check_value(value, field);
      const Level below = level_below(level, field.name, release.engine);
      if (below == Level::runtimes) {
        for (const auto& [name, handler] : value.entries) {
          check_types(handler, Level::handler, release);
        }
      } else if (field.type == Type::table && below != Level::plugins) {
        check_types(value, below, release);
      }
    });
  }
}

bool has_odd_type(std::string_view name, const Value& value, Level level, Engine engine) {
  const Field* const field = field_named(name, level, engine);
  try {
    if (field != nullptr) {
      check_value(value, *field);
    }
    return false;
  } catch (const Error&) {
    return true;
  }
}

}  // namespace katafix
