#include "katafix/engine/crio_merge.hpp"
#include "katafix/node/effective.hpp"
#include "katafix/node/files.hpp"

#include "crio_walk.hpp"

#include <utility>

namespace katafix {

namespace {

/// CRI-O reads its files one over the other; the first that it cannot read ends it.
class CrioLoad {
 public:
  CrioLoad(NodeFiles& files, Effective& effective)
      : files_(files), effective_(effective), config_(CrioRelease(effective.version)) {}

  void run(const std::string& main, const std::string& directory) {
    load_main(main);
    walk_crio_directory(
        files_.reader(), directory,
        [this](const std::string& path) { load(path, files_.load(path)); },
        [](const Error& error) { throw Error(error); });
    config_.finish();
    effective_.default_runtime = config_.default_runtime();
    for (const auto& [name, handler] : config_.handlers()) {
      EffectiveHandler& shown = effective_.handlers[name];
      shown.runtime_type = handler.runtime_type;
      shown.runtime_path = handler.runtime_path;
      shown.flag = handler.flag;
      shown.inherits_default = handler.inherits_default;
      if (!handler.decided_by.file.empty()) {
        shown.decided_by = {handler.decided_by.file, handler.decided_by.at.line};
      }
    }
  }

 private:
  /// A main file that is missing, or a link that leads nowhere, is skipped (cri-o
  /// internal/criocli/criocli.go mergeConfig).
  void load_main(const std::string& path) {
    const LoadedFile& file = files_.load(path);
    if (file.source || file.error) {
      load(path, file);
    }
  }

  void load(const std::string& path, const LoadedFile& file) {
    effective_.files.push_back(path);
    if (file.error) {
      throw Error(*file.error);
    }
    if (!file.document) {
      throw Error(Code::refused, path, "it was there a moment ago, and is gone");
    }
    if (file.document->go_template() != nullptr) {
      throw Error(Code::refused, *file.source, file.source->bytes().find("{{"),
                  "this is a Go template, and CRI-O renders none");
    }
    config_.merge(*file.document);
  }

  NodeFiles& files_;
  Effective& effective_;
  CrioConfig config_;
};

}  // namespace

Effective crio_effective(NodeFiles& files, const std::string& main,
                         const std::string& drop_in_directory, const std::string& version) {
  Effective effective;
  effective.engine = Engine::crio;
  effective.version = version;
  try {
    CrioLoad(files, effective).run(main, drop_in_directory);
  } catch (const Error& error) {
    effective.refuse(error.finding());
  }
  return effective;
}

}  // namespace katafix
