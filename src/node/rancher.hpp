#pragma once

#include "katafix/text/finding.hpp"
#include "katafix/toml/document.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

class FileReader;
class Units;

/// Where k3s or rke2 keeps its containerd's config: DATA-DIR/agent/etc/containerd.
struct RancherDirectory {
  std::string distribution;  ///< "k3s" or "rke2"
  std::string path;
};

/// The directories of k3s and rke2. `data_dir` is the one that was named, or empty: then it is what
/// the unit's command line or environment says, or the `data-dir` of /etc/rancher/.../config.yaml
/// and config.yaml.d, or /var/lib/rancher/... (k3s pkg/configfilearg, docs "Configuring
/// containerd"). Throws Error when one of these files cannot be read.
[[nodiscard]] std::vector<RancherDirectory> rancher_directories(const FileReader& reader,
                                                                const Units& units,
                                                                const std::string& data_dir);

/// What a template declares that `{{ template "base" . }}` in it declares as well, so that the
/// engine does not start with what becomes of it; and keys that the base's last table takes.
/// `path` tells by its name which base it is (k3s pkg/agent/templates/templates.go @cacc6d62).
[[nodiscard]] std::vector<Finding> base_conflicts(const Document& document, std::string_view path);

/// The config version of what becomes of a template, by its base or its own word: 0 where it has
/// none, nothing where a directive may say it.
[[nodiscard]] std::optional<std::int64_t> template_version(const Document& document,
                                                           std::string_view path);

}  // namespace katafix
