#include "rancher.hpp"

#include "katafix/node/path.hpp"
#include "katafix/node/reader.hpp"
#include "katafix/text/finding.hpp"

#include "glob.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace katafix {

namespace {

constexpr const char* kBelowDataDir = "/agent/etc/containerd";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// The scalar of `data-dir: VALUE` at the top level of a YAML text.
std::optional<std::string> data_dir_of(std::string_view yaml) {
  constexpr std::string_view key = "data-dir:";
  std::optional<std::string> found;
  while (!yaml.empty()) {
    std::string_view line = yaml.substr(0, yaml.find('\n'));
    yaml.remove_prefix(std::min(line.size() + 1, yaml.size()));
    if (!line.starts_with(key)) {
      continue;
    }
    line = trimmed(line.substr(key.size()));
    if (line.starts_with('"') || line.starts_with('\'')) {
      line = line.substr(1, line.find(line[0], 1) - 1);
    } else {
      line = trimmed(line.substr(0, line.find(" #")));
    }
    if (line.starts_with('/')) {
      found = clean_path(std::string(line));
    }
  }
  return found;
}

std::optional<std::string> configured_data_dir(const FileReader& reader,
                                               const std::string& distribution) {
  const std::string config = "/etc/rancher/" + distribution + "/config.yaml";
  std::vector<std::string> paths{config};
  for (std::string& path :
       go_glob(reader, config + ".d/*.yaml").value_or(std::vector<std::string>())) {
    paths.push_back(std::move(path));
  }
  std::optional<std::string> found;
  for (const std::string& path : paths) {
    try {
      const std::optional<FileImage> image = reader.read(path);
      const auto here = image ? data_dir_of(image->bytes) : std::nullopt;
      found = here ? here : found;
    } catch (const Error&) {
      continue;  // no config of an engine: what it says of the directory cannot be known
    }
  }
  return found;
}

}  // namespace

std::vector<RancherDirectory> rancher_directories(const FileReader& reader,
                                                  const std::string& data_dir) {
  const auto is_installed = [&](const std::string& distribution) {
    return reader.kind("/etc/rancher/" + distribution, true) == FileKind::directory;
  };
  if (!data_dir.empty()) {
    const bool rke2 = data_dir.find("rke2") != std::string::npos ||
                      (is_installed("rke2") && !is_installed("k3s"));
    return {{rke2 ? "rke2" : "k3s", data_dir + kBelowDataDir}};
  }
  std::vector<RancherDirectory> found;
  for (const char* distribution : {"k3s", "rke2"}) {
    const std::string usual = std::string("/var/lib/rancher/") + distribution;
    found.push_back(
        {distribution, configured_data_dir(reader, distribution).value_or(usual) + kBelowDataDir});
  }
  return found;
}

}  // namespace katafix
