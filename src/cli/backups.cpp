#include "backups.hpp"

#include "katafix/fix/fix.hpp"

#include "node/block_plan.hpp"
#include "node/loaded_places.hpp"
#include "text/quote.hpp"

namespace katafix::cli {

namespace {

/// A config, or a file with some inside it.
bool could_be_fixed(const std::string& path, std::string_view before, std::string_view after) {
  return could_be_fixed_so(path, before, after) || blocks_could_be_fixed_so(path, before, after);
}

constexpr const char* kDefault = "/var/lib/katafix";

Base base_of(const Root& root) { return {root.descriptor(), root.path()}; }

std::string without_slash(const std::string& path) { return path.substr(1); }

}  // namespace

Runs& Backups::opened(Runs::Create create) {
  if (options_.no_backup && !journal_) {
    journal_.emplace(system_);
  }
  const Root::Missing missing = create == Runs::Create::yes || options_.list
                                    ? Root::Missing::is_new
                                    : Root::Missing::is_error;
  return runs_ ? *runs_ : runs_.emplace(system_, place(missing), create);
}

/// The default is below the root; a directory that was named is one of this machine, and may be
/// below the root, too. What is there is then data of whoever made the node. A tree is named by
/// where its backups lie in it, so that it may be mounted elsewhere, or by its root.
RunsPlace Backups::place(Root::Missing missing) const {
  using enum Root::Missing;
  const Root& node = reader_.root();
  const std::string& named = journal_ ? journal_->path() : options_.backup_dir;
  try {
    RunsPlace place{base_of(node), base_of(node), {}, {}, {}};
    if (!options_.root.empty()) {
      place.undo += " --root " + shell_quoted(options_.root);
    }
    if (!options_.backup_dir.empty()) {
      place.undo += " --backup-dir " + shell_quoted(options_.backup_dir);
    }
    place.directory =
        named.empty() ? node.real_path(kDefault, is_new) : machine_.real_path(named, missing);
    if (!named.empty() && !options_.root.empty()) {
      const std::string root = machine_.real_path(options_.root);
      if (place.directory.starts_with(root + "/")) {
        place.directory = place.directory.substr(root.size());
      } else {
        place.base = base_of(machine_);
        place.tree = "at " + root;
      }
    }
    if (is_loaded_whole(place.directory)) {
      throw Error(Code::bad_backup_dir, place.base.path + place.directory,
                  "a container engine would load the backups from here");
    }
    if (place.tree.empty()) {
      place.tree = "holds " + without_slash(place.directory);
      place.judge = options_.root.empty() ? Judge() : could_be_fixed;
    }
    return place;
  } catch (const Error& error) {
    throw Error(Code::bad_backup_dir, error.finding().file, error.what(),
                "name another directory with --backup-dir");
  }
}

}  // namespace katafix::cli
