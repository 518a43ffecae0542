#include "rancher.hpp"

#include "katafix/text/source.hpp"

#include "engine/spelling.hpp"
#include "engine/tables.hpp"
#include "glob.hpp"
#include "path.hpp"
#include "reader.hpp"
#include "toml/template.hpp"
#include "unit.hpp"

#include <algorithm>
#include <climits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

constexpr std::size_t kMaxBlanks = 64;  // before a template's name
constexpr const char* kBelowDataDir = "/agent/etc/containerd";

/// What follows `data-dir:` at the beginning of a YAML line, the key in quotes or not.
std::optional<std::string_view> after_key(std::string_view line) {
  for (const std::string_view key : {"data-dir", "\"data-dir\"", "'data-dir'"}) {
    if (line.starts_with(key)) {
      const std::string_view rest = trimmed(line.substr(key.size()));
      return rest.starts_with(':') ? std::optional(trimmed(rest.substr(1))) : std::nullopt;
    }
  }
  return std::nullopt;
}

/// A YAML scalar on one line, without its quotes and the comment behind it.
std::string scalar(std::string_view text) {
  if (!text.starts_with('"') && !text.starts_with('\'')) {
    return std::string(trimmed(text.substr(0, std::min(text.find(" #"), text.find("\t#")))));
  }
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == text[0]) {
      if (text[0] != '\'' || at + 1 == text.size() || text[at + 1] != '\'') {
        break;
      }
      ++at;  // a doubled quote
    }
    value.push_back(text[at]);
  }
  return value;
}

/// An absolute path, cleaned; nothing for what is none.
std::optional<std::string> whole_path(const std::string& value) {
  return value.starts_with('/') && value.size() < PATH_MAX ? std::optional(clean_path(value))
                                                           : std::nullopt;
}

/// The absolute path of a `data-dir` at the top level of a config.yaml.
std::optional<std::string> data_dir_in_yaml(std::string_view yaml) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (yaml.starts_with(byte_order_mark)) {
    yaml.remove_prefix(byte_order_mark.size());
  }
  std::optional<std::string> found;
  while (!yaml.empty()) {
    const std::string_view line = yaml.substr(0, yaml.find('\n'));
    yaml.remove_prefix(std::min(line.size() + 1, yaml.size()));
    if (const auto rest = after_key(line)) {
      const std::optional<std::string> here = whole_path(scalar(*rest));
      found = here ? here : found;
    }
  }
  return found;
}

/// The absolute path that one of a distribution's units names.
std::optional<std::string> data_dir_in_unit(const Units& units, const std::string& name,
                                            const std::string& variable) {
  const auto unit = units.read(name);
  return unit ? whole_path(value_of(*unit, {"--data-dir", "-d"}).value_or(unit->variable(variable)))
              : std::nullopt;
}

/// The strongest comes last.
std::optional<std::string> configured_data_dir(const FileReader& reader, const Units& units,
                                               const std::string& distribution) {
  const std::string config = "/etc/rancher/" + distribution + "/config.yaml";
  std::vector<std::string> paths{config};
  for (std::string& path :
       go_glob(reader, config + ".d/*.yaml").value_or(std::vector<std::string>())) {
    paths.push_back(std::move(path));
  }
  std::optional<std::string> found;
  const auto keep = [&](std::optional<std::string> here) {
    if (here) {
      found = std::move(here);
    }
  };
  for (const std::string& path : paths) {
    const std::optional<FileImage> image = reader.read(path);
    keep(image ? data_dir_in_yaml(image->bytes) : std::nullopt);
  }
  const bool is_k3s = distribution == "k3s";
  for (const char* const name :
       {is_k3s ? "k3s" : "rke2-server", is_k3s ? "k3s-agent" : "rke2-agent"}) {
    keep(data_dir_in_unit(units, name, is_k3s ? "K3S_DATA_DIR" : "RKE2_DATA_DIR"));
  }
  return found;
}

/// Where a directive takes the base in; nothing where none does.
std::optional<std::size_t> place_of_base(const Document& document) {
  constexpr std::string_view word = "template";
  const std::string_view text = document.source().bytes();
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::string_view name = trimmed(text.substr(at + word.size()).substr(0, kMaxBlanks));
    if ((name.starts_with("\"base\"") || name.starts_with("`base`")) &&
        document.go_template() != nullptr &&
        document.go_template()->has_directive({at, at + word.size()})) {
      return at;
    }
  }
  return std::nullopt;
}

/// Has the table a header of its own? Only then has it entries that are no tables.
bool is_declared(const Node& table) {
  const std::vector<Entry> entries = table.entries();
  return table.form() == Form::header && !std::ranges::all_of(entries, &Entry::is_structure);
}

bool is_of_version_3(std::string_view path) { return path.ends_with("/config-v3.toml.tmpl"); }

class BaseConflicts {
 public:
  BaseConflicts(const Document& document, std::size_t base, bool is_3)
      : document_(document),
        base_(base),
        is_3_(is_3),
        drop_ins_(is_3 ? "config-v3.toml.d" : "config.toml.d") {}

  std::vector<Finding> run() && {
    const std::string_view cri = is_3_ ? kCriRuntime : kCriGrpc;
    const std::string_view images = is_3_ ? kCriImages : kCriGrpc;
    // Of version 2 the first three plugins are one.
    for (const KeyPath& path :
         std::set<KeyPath>{{"grpc"},
                           {"plugins", "io.containerd.internal.v1.opt"},
                           {"plugins", kCriGrpc},
                           {"plugins", cri},
                           {"plugins", images},
                           {"plugins", cri, "cni"},
                           {"plugins", cri, "containerd", "runtimes", "runc"},
                           {"plugins", cri, "containerd", "runtimes", "runc", "options"},
                           {"plugins", cri, "containerd", "runtimes", "runhcs-wcow-process"},
                           {"plugins", images, is_3_ ? "pinned_images" : "containerd"},
                           {"plugins", images, "registry"}}) {
      look_for(path);
    }
    for (const Entry& entry : document_.root().entries()) {
      if (!entry.is_structure()) {
        tell_of_key(entry);
      }
    }
    return std::move(findings_);
  }

 private:
  void look_for(const KeyPath& path) {
    const std::optional<Node> table = descend(document_.root(), path);
    if (table && table->is_table() && is_declared(*table)) {
      std::string shown;
      for (const std::string_view name : path) {
        shown += (shown.empty() ? "" : ".") + std::string(name);
      }
      findings_.push_back(
          finding_in(Code::base_table, Severity::warning, document_.source(), table->span().begin,
                     "the base template has the table " + shown +
                         ", too: the engine does not start with a table that is declared twice",
                     "put what differs into a drop-in below " + drop_ins_ +
                         ", or write the whole template without the base"));
    }
  }

  void tell_of_key(const Entry& entry) {
    const bool is_behind = entry.key().begin > base_;
    const bool is_twice = entry.name == "version" || entry.name == "root" || entry.name == "state";
    if (is_behind || is_twice) {
      findings_.push_back(finding_in(
          Code::base_table, Severity::warning, document_.source(), entry.key().begin,
          is_behind ? "this key belongs to the last table of the base template above it"
                    : "the base template has this key, too: the engine does not start with one "
                      "that is there twice",
          is_behind ? "move it above the line with the base" : "remove it"));
    }
  }

  const Document& document_;
  std::size_t base_;
  bool is_3_;
  std::string drop_ins_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> base_conflicts(const Document& document, std::string_view path) {
  const std::optional<std::size_t> base = place_of_base(document);
  return base ? BaseConflicts(document, *base, is_of_version_3(path)).run()
              : std::vector<Finding>();
}

std::optional<std::int64_t> template_version(const Document& document, std::string_view path) {
  if (place_of_base(document)) {
    return is_of_version_3(path) ? 3 : 2;
  }
  const std::optional<Node> version = descend(document.root(), {"version"});
  return version                             ? version->integer()
         : document.go_template() == nullptr ? std::optional<std::int64_t>(0)
                                             : std::nullopt;
}

std::vector<RancherDirectory> rancher_directories(const FileReader& reader, const Units& units,
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
        {distribution,
         configured_data_dir(reader, units, distribution).value_or(usual) + kBelowDataDir});
  }
  return found;
}

}  // namespace katafix
