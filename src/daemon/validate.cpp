#include "validate.hpp"

#include "command_words.hpp"
#include "log.hpp"
#include "node/staging.hpp"
#include "process.hpp"
#include "store/signals.hpp"
#include "store/stage.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace katafix {

namespace {

constexpr std::chrono::seconds kValidateLimit{30};

/// What a program says of a private copy, as if it had looked at the node.
std::string about_the_node(std::string text, const std::string& stage) {
  for (std::size_t at = text.find(stage); at != std::string::npos; at = text.find(stage, at)) {
    text.erase(at, stage.size());
  }
  return text;
}

class Validator {
 public:
  Validator(const std::vector<PlannedFile>& planned, const std::vector<std::string>& command,
            NodeFiles& files)
      : planned_(planned), command_(command), after_(files, edited(planned)) {}

  /// A text alone, whose imports are those of this machine.
  void validate_text(const std::string& bytes) {
    const HeldSignals until_it_is_gone;
    Stage stage(system_);
    stage.add("/config.toml", bytes);
    run(stage, "/config.toml", "-");
  }

  void validate_tree(const EngineTree& tree) {
    const HeldSignals until_it_is_gone;
    Stage stage(system_);
    const PlannedFile* changed = nullptr;
    for (const StagedFile& file : staged_files(after_, tree, stage.path())) {
      stage.add(file.path, file.bytes);
      const auto planned = std::find_if(
          planned_.begin(), planned_.end(),
          [&](const PlannedFile& one) { return one.is_changed() && one.file->id == file.id; });
      if (planned != planned_.end()) {
        validated_.insert(file.id);
        changed = changed == nullptr ? &*planned : changed;
      }
    }
    if (changed != nullptr) {
      run(stage, tree.main, changed->path);
    }
  }

  /// What no engine loads as it stands: a template, a drop-in that is merged into another file.
  void tell_of_the_others() {
    for (const PlannedFile& planned : planned_) {
      if (planned.is_changed() && !validated_.contains(planned.file->id)) {
        findings_.push_back(
            {Code::not_validated,
             Severity::info,
             planned.path,
             {},
             "--validate was not run on it: no engine loads it as it stands",
             "see what the engine says of the file that is made from it at the next start",
             {}});
      }
    }
  }

  std::vector<Finding> findings() && { return std::move(findings_); }

 private:
  static std::map<FileId, std::shared_ptr<const EditedFile>> edited(
      const std::vector<PlannedFile>& all) {
    std::map<FileId, std::shared_ptr<const EditedFile>> edited;
    for (const PlannedFile& planned : all) {
      if (planned.is_changed() && planned.fix.after) {  // what has blocks is of no tree
        edited.emplace(planned.file->id, planned.fix.after);
      }
    }
    return edited;
  }

  void run(const Stage& stage, const std::string& main, const std::string& shown) {
    debug("validating " + main);
    const Outcome outcome = run_program(with_path(command_, stage.path() + main), kValidateLimit);
    if (outcome.has_succeeded()) {
      return;
    }
    Finding finding;
    finding.code = Code::validation_failed;
    finding.file = shown;
    finding.message = "--validate: " + command_.front() + " " + outcome.failure;
    finding.advice =
        "it was run on a copy of what the engine would load; katafix diff shows what "
        "was to change";
    finding.output = last_lines(about_the_node(outcome.err, stage.path()));
    findings_.push_back(std::move(finding));
  }

  const std::vector<PlannedFile>& planned_;
  const std::vector<std::string>& command_;
  NodeFiles after_;
  System system_;
  std::set<FileId> validated_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> validate(const std::vector<EngineTree>& trees,
                              const std::vector<PlannedFile>& planned,
                              const std::vector<std::string>& command, NodeFiles& files) {
  Validator validator(planned, command, files);
  try {
    if (planned.front().path == "-") {
      validator.validate_text(std::string(planned.front().bytes_after()));
      return std::move(validator).findings();
    }
    for (const EngineTree& tree : trees) {
      validator.validate_tree(tree);
    }
    validator.tell_of_the_others();
  } catch (const Error& error) {
    std::vector<Finding> findings = std::move(validator).findings();
    findings.push_back(error.finding());
    return findings;
  }
  return std::move(validator).findings();
}

}  // namespace katafix
