#include "katafix/engine/containerd_schema.hpp"

#include <array>

namespace katafix {

namespace {

constexpr std::array kRuntime = {
    Field{"runtime_type"},
    Field{"runtime_path", Shape::string, {}, 106},
    Field{"runtime_engine", Shape::string, {}, 0, 107},
    Field{"runtime_root", Shape::string, {}, 0, 107},
    Field{"pod_annotations", Shape::strings},
    Field{"container_annotations", Shape::strings},
    // Up to 1.4 it is kept undecoded.
    Field{"options", Shape::any_table, {}, 105},
    Field{"privileged_without_host_devices", Shape::boolean},
    Field{"privileged_without_host_devices_all_devices_allowed", Shape::boolean, {}, 107},
    Field{"base_runtime_spec", Shape::string, {}, 105},
    Field{"cni_conf_dir", Shape::string, {}, 106},
    Field{"cni_max_conf_num", Shape::integer, {}, 106},
    Field{"snapshotter", Shape::string, {}, 107},
    Field{"sandbox_mode", Shape::string, {}, 107, 107},
    Field{"sandboxer", Shape::string, {}, 200},
    Field{"io_type", Shape::string, {}, 201},
    Field{"cgroup_writable", Shape::boolean, {}, 201},
};

constexpr std::array kContainerd1 = {
    Field{"default_runtime_name"},
    Field{"runtimes", Shape::table_map, kRuntime},
    Field{"default_runtime", Shape::table, kRuntime},
    Field{"untrusted_workload_runtime", Shape::table, kRuntime},
    Field{"snapshotter"},
    Field{"no_pivot", Shape::boolean},
    Field{"disable_snapshot_annotations", Shape::boolean, {}, 104},
    Field{"discard_unpacked_layers", Shape::boolean, {}, 105},
    Field{"ignore_rdt_not_enabled_errors", Shape::boolean, {}, 106},
    Field{"ignore_blockio_not_enabled_errors", Shape::boolean, {}, 107},
};

constexpr std::array kContainerd2 = {
    Field{"default_runtime_name"},
    Field{"runtimes", Shape::table_map, kRuntime},
    Field{"ignore_rdt_not_enabled_errors", Shape::boolean},
    Field{"ignore_blockio_not_enabled_errors", Shape::boolean},
};

constexpr std::array kCni = {
    Field{"bin_dir"},
    Field{"bin_dirs", Shape::strings, {}, 201},
    Field{"conf_dir"},
    Field{"max_conf_num", Shape::integer},
    Field{"setup_serially", Shape::boolean, {}, 107},
    Field{"conf_template"},
    Field{"ip_pref", Shape::string, {}, 106},
    Field{"use_internal_loopback", Shape::boolean, {}, 200},
};

constexpr std::array kAuth = {Field{"username"}, Field{"password"}, Field{"auth"},
                              Field{"identitytoken"}};

constexpr std::array kTls = {Field{"insecure_skip_verify", Shape::boolean}, Field{"ca_file"},
                             Field{"cert_file"}, Field{"key_file"}};

constexpr std::array kMirror = {Field{"endpoint", Shape::strings}};

constexpr std::array kRegistryConfig = {Field{"auth", Shape::table, kAuth},
                                        Field{"tls", Shape::table, kTls, 0, 107}};

constexpr std::array kRegistry = {
    Field{"config_path", Shape::string, {}, 105},
    Field{"mirrors", Shape::table_map, kMirror},
    Field{"configs", Shape::table_map, kRegistryConfig},
    Field{"auths", Shape::table_map, kAuth},
    Field{"headers", Shape::any_table, {}, 105},
};

constexpr std::array kImageDecryption = {Field{"key_model"}};

constexpr std::array kStreamingKeys = {Field{"tls_cert_file"}, Field{"tls_key_file"}};

constexpr std::array kCri1 = {
    Field{"containerd", Shape::table, kContainerd1, 0, 999, true},
    Field{"cni", Shape::table, kCni, 0, 999, true},
    Field{"registry", Shape::table, kRegistry},
    Field{"image_decryption", Shape::table, kImageDecryption, 104, 999, true},
    Field{"x509_key_pair_streaming", Shape::table, kStreamingKeys, 0, 999, true},
    Field{"disable_tcp_service", Shape::boolean},
    Field{"stream_server_address"},
    Field{"stream_server_port"},
    Field{"stream_idle_timeout"},
    Field{"enable_selinux", Shape::boolean},
    Field{"selinux_category_range", Shape::integer, {}, 104},
    Field{"sandbox_image"},
    Field{"stats_collect_period", Shape::integer},
    Field{"systemd_cgroup", Shape::boolean},
    Field{"enable_tls_streaming", Shape::boolean},
    Field{"max_container_log_line_size", Shape::integer},
    Field{"disable_cgroup", Shape::boolean},
    Field{"disable_apparmor", Shape::boolean},
    Field{"restrict_oom_score_adj", Shape::boolean},
    Field{"max_concurrent_downloads", Shape::integer},
    Field{"disable_proc_mount", Shape::boolean},
    Field{"unset_seccomp_profile", Shape::string, {}, 105},
    Field{"tolerate_missing_hugetlb_controller", Shape::boolean, {}, 104},
    Field{"disable_hugetlb_controller", Shape::boolean, {}, 105},
    Field{"device_ownership_from_security_context", Shape::boolean, {}, 106},
    Field{"ignore_image_defined_volumes", Shape::boolean, {}, 105},
    Field{"netns_mounts_under_state_dir", Shape::boolean, {}, 106},
    Field{"enable_unprivileged_ports", Shape::boolean, {}, 106},
    Field{"enable_unprivileged_icmp", Shape::boolean, {}, 106},
    Field{"enable_cdi", Shape::boolean, {}, 107},
    Field{"cdi_spec_dirs", Shape::strings, {}, 107},
    Field{"drain_exec_sync_io_timeout", Shape::string, {}, 107},
    Field{"ignore_deprecation_warnings", Shape::strings, {}, 107},
    Field{"image_pull_progress_timeout", Shape::string, {}, 107},
    Field{"image_pull_with_sync_fs", Shape::boolean, {}, 107},
};

constexpr std::array kCriRuntime = {
    Field{"containerd", Shape::table, kContainerd2},
    Field{"cni", Shape::table, kCni},
    Field{"enable_selinux", Shape::boolean},
    Field{"selinux_category_range", Shape::integer},
    Field{"max_container_log_line_size", Shape::integer},
    Field{"disable_apparmor", Shape::boolean},
    Field{"restrict_oom_score_adj", Shape::boolean},
    Field{"disable_proc_mount", Shape::boolean},
    Field{"unset_seccomp_profile"},
    Field{"tolerate_missing_hugetlb_controller", Shape::boolean},
    Field{"disable_hugetlb_controller", Shape::boolean},
    Field{"device_ownership_from_security_context", Shape::boolean},
    Field{"ignore_image_defined_volumes", Shape::boolean},
    Field{"netns_mounts_under_state_dir", Shape::boolean},
    Field{"enable_unprivileged_ports", Shape::boolean},
    Field{"enable_unprivileged_icmp", Shape::boolean},
    Field{"enable_cdi", Shape::boolean},
    Field{"cdi_spec_dirs", Shape::strings},
    Field{"drain_exec_sync_io_timeout"},
    Field{"ignore_deprecation_warnings", Shape::strings},
};

constexpr std::array kPlatform = {Field{"platform"}, Field{"snapshotter"}};

constexpr std::array kCriImages = {
    Field{"snapshotter"},
    Field{"disable_snapshot_annotations", Shape::boolean},
    Field{"discard_unpacked_layers", Shape::boolean},
    Field{"pinned_images", Shape::string_map},
    Field{"runtime_platforms", Shape::table_map, kPlatform},
    Field{"registry", Shape::table, kRegistry},
    Field{"image_decryption", Shape::table, kImageDecryption},
    Field{"max_concurrent_downloads", Shape::integer},
    Field{"image_pull_progress_timeout"},
    Field{"image_pull_with_sync_fs", Shape::boolean},
    Field{"stats_collect_period", Shape::integer},
};

constexpr std::array kCriServer = {
    Field{"disable_tcp_service", Shape::boolean},
    Field{"stream_server_address"},
    Field{"stream_server_port"},
    Field{"stream_idle_timeout"},
    Field{"enable_tls_streaming", Shape::boolean},
    Field{"x509_key_pair_streaming", Shape::table, kStreamingKeys},
};

constexpr std::array kGrpc = {
    Field{"address"},
    Field{"tcp_address"},
    Field{"tcp_tls_ca"},
    Field{"tcp_tls_cert"},
    Field{"tcp_tls_key"},
    Field{"uid", Shape::integer},
    Field{"gid", Shape::integer},
    Field{"max_recv_message_size", Shape::integer},
    Field{"max_send_message_size", Shape::integer},
};

constexpr std::array kTtrpc = {Field{"address"}, Field{"uid", Shape::integer},
                               Field{"gid", Shape::integer}};

constexpr std::array kDebug = {Field{"address"}, Field{"uid", Shape::integer},
                               Field{"gid", Shape::integer}, Field{"level"},
                               Field{"format", Shape::string, {}, 104}};

constexpr std::array kMetrics = {Field{"address"}, Field{"grpc_histogram", Shape::boolean}};

constexpr std::array kCgroup = {Field{"path"}};

constexpr std::array kProxyPlugin = {
    Field{"type"}, Field{"address"}, Field{"platform", Shape::string, {}, 107},
    Field{"exports", Shape::string_map, {}, 107}, Field{"capabilities", Shape::strings, {}, 107}};

constexpr std::array kStreamProcessor = {Field{"accepts", Shape::strings}, Field{"returns"},
                                         Field{"path"}, Field{"args", Shape::strings},
                                         Field{"env", Shape::strings, {}, 104}};

constexpr std::array kTop = {
    Field{"version", Shape::integer},
    Field{"root"},
    Field{"state"},
    Field{"temp", Shape::string, {}, 106},
    Field{"plugin_dir", Shape::string, {}, 0, 107},
    Field{"imports", Shape::strings},
    Field{"plugins", Shape::plugin_map},
    Field{"disabled_plugins", Shape::strings},
    Field{"required_plugins", Shape::strings},
    Field{"oom_score", Shape::integer},
    Field{"grpc", Shape::table, kGrpc},
    Field{"ttrpc", Shape::table, kTtrpc},
    Field{"debug", Shape::table, kDebug},
    Field{"metrics", Shape::table, kMetrics},
    Field{"cgroup", Shape::table, kCgroup},
    Field{"proxy_plugins", Shape::table_map, kProxyPlugin},
    Field{"timeouts", Shape::string_map},
    Field{"stream_processors", Shape::table_map, kStreamProcessor},
};

}  // namespace

std::span<const Field> containerd_fields() { return kTop; }

std::span<const Field> cri_fields() { return kCri1; }

std::span<const Field> cri_runtime_fields() { return kCriRuntime; }

std::span<const Field> cri_image_fields() { return kCriImages; }

std::span<const Field> cri_server_fields() { return kCriServer; }

}  // namespace katafix
