#include "katafix/engine/crio_schema.hpp"

#include "katafix/engine/spelling.hpp"
#include "katafix/engine/value.hpp"
#include "katafix/text/finding.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

namespace katafix {

namespace {

enum class Type { boolean, integer, string, strings, string_map, table, handlers };

/// The first release, 1.MINOR.PATCH, that knows a field.
struct Since {
  unsigned minor = 0;
  unsigned patch = 0;
};

struct Field {
  std::string_view name;
  Type type = Type::string;
  Since since = {};
  std::span<const Field> fields = {};  // of a table, or of each table in `handlers`
};

// cri-o pkg/config/config.go RuntimeHandler, v1.17.0 to v1.36.0.
constexpr std::array kHandler = {
    Field{"runtime_path", Type::string},
    Field{"runtime_type", Type::string},
    Field{"runtime_root", Type::string},
    Field{"privileged_without_host_devices", Type::boolean, {16, 2}},
    Field{"allowed_annotations", Type::strings, {20}},
    Field{"runtime_config_path", Type::string, {22}},
    Field{"monitor_path", Type::string, {24}},
    Field{"monitor_cgroup", Type::string, {24}},
    Field{"monitor_env", Type::strings, {24}},
    Field{"monitor_exec_cgroup", Type::string, {24}},
    Field{"platform_runtime_paths", Type::string_map, {28}},
    Field{"runtime_pull_image", Type::boolean, {29}},
    Field{"container_min_memory", Type::string, {30}},
    Field{"no_sync_log", Type::boolean, {31}},
    Field{"inherit_default_runtime", Type::boolean, {32}},
    Field{"default_annotations", Type::string_map, {32}},
    Field{"stream_websockets", Type::boolean, {34}},
    Field{"exec_cpu_affinity", Type::string, {34}},
    Field{"seccomp_profile", Type::string, {34}},
    Field{"container_create_timeout", Type::integer, {35}},
};

// What follows is in every release from 1.18 to main (config.go RuntimeConfig and its neighbours).
constexpr std::array kRuntime = {
    Field{"runtimes", Type::handlers, {}, kHandler},
    Field{"default_runtime", Type::string},
    Field{"no_pivot", Type::boolean},
    Field{"selinux", Type::boolean},
    Field{"log_to_journald", Type::boolean},
    Field{"read_only", Type::boolean},
    Field{"conmon_env", Type::strings},
    Field{"hooks_dir", Type::strings},
    Field{"default_capabilities", Type::strings},
    Field{"default_sysctls", Type::strings},
    Field{"default_ulimits", Type::strings},
    Field{"additional_devices", Type::strings},
    Field{"decryption_keys_path", Type::string},
    Field{"conmon", Type::string},
    Field{"conmon_cgroup", Type::string},
    Field{"seccomp_profile", Type::string},
    Field{"apparmor_profile", Type::string},
    Field{"cgroup_manager", Type::string},
    Field{"default_mounts_file", Type::string},
    Field{"container_exits_dir", Type::string},
    Field{"container_attach_socket_dir", Type::string},
    Field{"bind_mount_prefix", Type::string},
    Field{"uid_mappings", Type::string},
    Field{"gid_mappings", Type::string},
    Field{"log_level", Type::string},
    Field{"log_filter", Type::string},
    Field{"namespaces_dir", Type::string},
    Field{"pinns_path", Type::string},
    Field{"pids_limit", Type::integer},
    Field{"log_size_max", Type::integer},
    Field{"ctr_stop_timeout", Type::integer},
};

constexpr std::array kApi = {
    Field{"listen", Type::string},
    Field{"stream_address", Type::string},
    Field{"stream_port", Type::string},
    Field{"stream_enable_tls", Type::boolean},
    Field{"stream_tls_cert", Type::string},
    Field{"stream_tls_key", Type::string},
    Field{"stream_tls_ca", Type::string},
    Field{"grpc_max_send_msg_size", Type::integer},
    Field{"grpc_max_recv_msg_size", Type::integer},
};

constexpr std::array kImage = {
    Field{"default_transport", Type::string}, Field{"global_auth_file", Type::string},
    Field{"pause_image", Type::string},       Field{"pause_image_auth_file", Type::string},
    Field{"pause_command", Type::string},     Field{"signature_policy", Type::string},
    Field{"image_volumes", Type::string},     Field{"insecure_registries", Type::strings},
};

constexpr std::array kNetwork = {
    Field{"network_dir", Type::string},
    Field{"plugin_dir", Type::string},
    Field{"plugin_dirs", Type::strings},
};

constexpr std::array kMetrics = {
    Field{"enable_metrics", Type::boolean},
    Field{"metrics_port", Type::integer},
};

constexpr std::array kCrio = {
    Field{"root", Type::string},
    Field{"runroot", Type::string},
    Field{"storage_driver", Type::string},
    Field{"storage_option", Type::strings},
    Field{"log_dir", Type::string},
    Field{"version_file", Type::string},
    Field{"api", Type::table, {}, kApi},
    Field{"runtime", Type::table, {}, kRuntime},
    Field{"image", Type::table, {}, kImage},
    Field{"network", Type::table, {}, kNetwork},
    Field{"metrics", Type::table, {}, kMetrics},
};

constexpr std::array kRoot = {Field{"crio", Type::table, {}, kCrio}};

Kind wanted(Type type) {
  switch (type) {
    case Type::boolean:
      return Kind::boolean;
    case Type::integer:
      return Kind::integer;
    case Type::string:
      return Kind::string;
    case Type::strings:
      return Kind::array;
    case Type::string_map:
    case Type::table:
    case Type::handlers:
      break;
  }
  return Kind::table;
}

/// Walks a tree along the fields that CRI-O decodes, and keeps the first value that does not fit.
class TypeCheck {
 public:
  TypeCheck(const Document& document, const CrioRelease& release)
      : document_(document), release_(release) {}

  void run() {
    table(document_.root(), kRoot, "");
    if (misfit_) {
      throw Error(Code::refused, document_.source(), misfit_->at, misfit_->message);
    }
  }

 private:
  struct Misfit {
    std::size_t at = 0;
    std::string message;
  };

  void table(const Node& node, std::span<const Field> fields, const std::string& prefix) {
    for (const Entry& entry : node.entries()) {
      const auto* const field =
          std::find_if(fields.data(), fields.data() + fields.size(), [&](const Field& candidate) {
            return same_in_any_case(entry.name, candidate.name, Engine::crio) &&
                   release_.since(candidate.since.minor, candidate.since.patch);
          });
      if (field != fields.data() + fields.size()) {
        value(entry.value, *field, prefix + std::string(entry.name));
      }
    }
  }

  void value(const Node& node, const Field& field, const std::string& name) {
    // What is no table at all is an empty map (BurntSushi/toml decode.go unifyMap).
    const bool is_map = field.type == Type::string_map || field.type == Type::handlers;
    if (!is_map) {
      require(wanted(field.type), node, name);
    }
    if (field.type == Type::table) {
      table(node, field.fields, name + ".");
    }
    if (is_map) {
      const Type type = field.type == Type::handlers ? Type::table : Type::string;
      for (const Entry& entry : node.entries()) {
        value(entry.value, {entry.name, type, {}, field.fields},
              name + "." + std::string(entry.name));
      }
    }
    if (field.type == Type::strings) {
      for (const Node& element : node.elements()) {
        require(Kind::string, element, "an element of " + name);
      }
    }
  }

  void require(Kind kind, const Node& node, const std::string& what) {
    const Kind actual = node.kind();
    const std::size_t at = node.span().begin;
    if (actual != kind && (!misfit_ || at < misfit_->at)) {
      misfit_ = {at, what + " is " + std::string(kind_name(actual)) + " where " + release_.name() +
                         " takes only " + std::string(kind_name(kind))};
    }
  }

  const Document& document_;
  const CrioRelease& release_;
  std::optional<Misfit> misfit_;
};

}  // namespace

void check_crio_types(const Document& document, const CrioRelease& release) {
  TypeCheck(document, release).run();
}

}  // namespace katafix
