#include "validate.hpp"

#include "command_words.hpp"
#include "engine_print.hpp"
#include "log.hpp"
#include "private_copy.hpp"
#include "process.hpp"
#include "text/append.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace katafix {

namespace {

constexpr std::chrono::seconds kValidateLimit{30};

std::map<FileId, std::shared_ptr<const Source>> edited(const std::vector<PlannedFile>& all) {
  std::map<FileId, std::shared_ptr<const Source>> edited;
  for (const PlannedFile& planned : all) {
    if (planned.is_changed() && planned.fix.after) {  // what has blocks is of no tree
      edited.emplace(planned.file->id, planned.fix.after);
    }
  }
  return edited;
}

/// What a command has against a private copy whose main file is there.
std::vector<Finding> run_on(const PrivateCopy& copy, const std::string& main,
                            const std::string& shown, const std::vector<std::string>& command) {
  debug("validating " + main);
  const Outcome outcome = run_program(with_path(command, copy.path_of(main)), kValidateLimit);
  if (outcome.has_succeeded()) {
    return {};
  }
  Finding finding = finding_on_file(
      Code::validation_failed, Severity::error, shown,
      "--validate: " + command.front() + " " + outcome.failure,
      "it was run on a copy of what the engine would load; katafix diff shows what was to change");
  finding.output = last_lines(copy.about_the_node(outcome.err));
  return {std::move(finding)};
}

class Validator {
 public:
  Validator(const Plans& plans, NodeFiles& files)
      : plans_(plans), after_(files, edited(plans.files)) {}

  /// What is found out of a tree that is to change: of its copy, by the files in it that change.
  using Question = std::function<std::vector<Finding>(
      const PrivateCopy&, const std::vector<const PlannedFile*>& changed)>;

  void ask_of(const EngineTree& tree, const Question& question) {
    const PrivateCopy copy(after_, tree);
    std::vector<const PlannedFile*> changed;
    for (const PlannedFile& planned : plans_.files) {
      if (planned.is_changed() && copy.holds(planned.file->id)) {
        changed.push_back(&planned);
        settled_.insert(planned.file->id);
      }
    }
    if (!changed.empty()) {
      take(question(copy, changed));
    }
  }

  void take(std::vector<Finding> findings) { append(findings_, std::move(findings)); }

  /// There is nobody to be asked about these files.
  void leave_out(const EngineTree& tree) {
    for (const TreeFile& file : tree.files) {
      settled_.insert(after_.load(file.path).id);
    }
  }

  /// What no engine loads as it stands: a template, a drop-in that is merged into another file.
  void tell_of_the_others() {
    for (const PlannedFile& planned : plans_.files) {
      if (planned.is_changed() && !settled_.contains(planned.file->id)) {
        findings_.push_back(finding_on_file(
            Code::not_validated, Severity::info, planned.path,
            "it was not validated: no engine loads it as it stands",
            "see what the engine says of the file that is made from it at the next start"));
      }
    }
  }

  std::vector<Finding> findings() && { return std::move(findings_); }

 private:
  const Plans& plans_;
  NodeFiles after_;
  std::set<FileId> settled_;
  std::vector<Finding> findings_;
};

PlannedTree planned_tree(const EngineTree& tree, const PrivateCopy& copy,
                         const std::vector<const PlannedFile*>& changed,
                         const std::vector<Effective>& views) {
  PlannedTree planned{tree, copy, changed.front()->path, {}, {}};
  for (const PlannedFile* const file : changed) {
    for (const HandlerReport& handler : file->fix.handlers) {
      if (handler.engine == tree.engine && handler.is_edited()) {
        planned.fixed.insert(handler.name);
      }
    }
  }
  for (const Effective& view : views) {
    if (view.engine == tree.engine && view.main == tree.main) {
      planned.views.push_back(&view);
    }
  }
  return planned;
}

}  // namespace

std::vector<Finding> validate(const Plans& plans, const std::vector<std::string>& command,
                              NodeFiles& files) {
  Validator validator(plans, files);
  try {
    const PlannedFile& first = plans.files.front();
    if (first.path == "-") {
      return run_on(PrivateCopy(std::string(first.bytes_after())), "/config.toml", "-", command);
    }
    for (const EngineTree& tree : plans.trees) {
      validator.ask_of(tree, [&](const PrivateCopy& copy, const auto& changed) {
        return run_on(copy, tree.main, changed.front()->path, command);
      });
    }
    validator.tell_of_the_others();
  } catch (const Error& error) {
    validator.take({error.finding()});
  }
  return std::move(validator).findings();
}

std::vector<Finding> ask_engines(const Plans& plans, NodeFiles& files) {
  Validator validator(plans, files);
  try {
    for (const EngineTree& tree : plans.trees) {
      if (!can_print(tree)) {
        validator.leave_out(tree);
        continue;
      }
      validator.ask_of(tree, [&](const PrivateCopy& copy, const auto& changed) {
        return hear_engine(planned_tree(tree, copy, changed, plans.views), files, plans.selection);
      });
    }
    validator.tell_of_the_others();
  } catch (const Error& error) {
    Finding unasked = error.finding();
    unasked.code = Code::not_validated;
    unasked.severity = Severity::warning;
    unasked.is_only_here = true;
    unasked.message = "no engine was asked about the change: " + unasked.message;
    validator.take({std::move(unasked)});
  }
  return std::move(validator).findings();
}

}  // namespace katafix
