#pragma once

#include "katafix/engine/release.hpp"
#include "katafix/text/finding.hpp"

#include "role.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace katafix {

class FileReader;
class NodeFiles;
struct LoadedFile;

/// A file that an engine loads, or that one which it loads is made from.
struct TreeFile {
  std::string path;  ///< absolute, on the node; as the engine names it
  Place place;
};

/// What one engine on the node reads.
struct EngineTree {
  Engine engine = Engine::containerd;
  bool is_of_both = false;      ///< a FILE that has tables of the other engine, too
  std::string distribution;     ///< "containerd", "crio", "k3s", ...: who runs the engine
  std::string main;             ///< what the engine is told to read; may be missing
  std::string drop_ins;         ///< CRI-O's directory of drop-ins; empty for containerd
  std::string unit;             ///< the systemd unit to restart after a change
  bool has_main = false;        ///< is the main file there?
  bool is_viewed = false;       ///< is there anything that the engine could be asked about?
  bool is_lone = false;         ///< a FILE: it alone is looked at, and may be a part of something
  bool is_rewritten = false;    ///< EKS' nodeadm writes the main file anew at each boot
  bool is_part = false;         ///< a FILE that is a part of a tree, as its path tells
  std::vector<TreeFile> files;  ///< those that are there, in the order in which they are loaded
  std::vector<TreeFile>
      strays;  ///< that stand where drop-ins do, and that the engine does not load
  std::vector<Finding> findings;

  [[nodiscard]] bool is_of(Engine one) const { return is_of_both || engine == one; }
};

struct DiscoveryOptions {
  std::optional<Engine> engine;     ///< this engine alone
  std::string data_dir;             ///< of k3s or rke2, on the node; empty for the usual one
  std::vector<Release> containerd;  ///< the releases that are considered
  std::set<Engine> named;           ///< engines that are asked about even when they have no files
};

/// Finds what the engines on a node load: containerd (EKS' and Deckhouse's, too), CRI-O, k3s, rke2,
/// k0s, microk8s, Canonical Kubernetes, Talos.
[[nodiscard]] std::vector<EngineTree> discover(NodeFiles& files, const DiscoveryOptions& options);

/// The tree of a main file that is named (absolute, on the node), with what it imports, or with
/// CRI-O's drop-ins: those in `config_dir`, or else in MAIN.d. One of both may be empty. The engine
/// is the one in the options, or told by what is named and by the file's contents.
[[nodiscard]] EngineTree tree_of_config(NodeFiles& files, const std::string& main,
                                        const std::string& config_dir,
                                        const DiscoveryOptions& options);

/// A FILE, as a tree of that file alone. `whole` is its absolute path on the node, or "-". The
/// engine is told by its contents, unless it is named.
[[nodiscard]] EngineTree tree_of_file(NodeFiles& files, const LoadedFile& file,
                                      const std::string& whole, std::optional<Engine> engine);

/// The places where discovery looks for an engine's files, or for both engines', for people.
[[nodiscard]] std::string places_searched(std::optional<Engine> engine);

/// What a path means on this node: place_of(), and whether OpenShift's machine config or Deckhouse
/// owns it. `path` is absolute, from the node's root.
[[nodiscard]] Place place_on_node(const FileReader& reader, const std::string& path,
                                  std::string_view text);

}  // namespace katafix
