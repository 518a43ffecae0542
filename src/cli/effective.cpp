#include "effective.hpp"

#include "katafix/node/effective.hpp"
#include "katafix/node/files.hpp"
#include "katafix/node/path.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace katafix::cli {

namespace {

constexpr const char* kContainerdMain = "/etc/containerd/config.toml";
constexpr const char* kCrioMain = "/etc/crio/crio.conf";
constexpr const char* kCrioDropIns = "/etc/crio/crio.conf.d";

// What is asked when no version is named: the generations that differ.
constexpr std::array kContainerdGenerations = {"1.3", "1.6", "1.7", "2.0", "2.1", "2.2", "2.3"};
constexpr std::array kCrioGenerations = {"1.18", "1.24", "1.30", "main"};

/// The node's files as they would be after the planned edits.
class EditedReader final : public FileReader {
 public:
  EditedReader(const FileReader& reader, const Survey& survey, const std::string& root)
      : reader_(reader) {
    for (const PlannedFile& file : survey.files) {
      if (!file.fix.edits.empty()) {
        edited_.emplace(absolute_path(file.path, root), file.fix.fixed);
      }
    }
  }

  [[nodiscard]] std::optional<FileImage> read(const std::string& path) const override {
    const auto edited = edited_.find(path);
    return edited == edited_.end() ? reader_.read(path) : FileImage{edited->second, 0, 0};
  }
  [[nodiscard]] FileKind kind(const std::string& path, bool follow) const override {
    return reader_.kind(path, follow);
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& path) const override {
    return reader_.list(path);
  }

 private:
  const FileReader& reader_;
  std::map<std::string, std::string> edited_;
};

/// One question: what a version of an engine makes of a tree.
struct Question {
  Engine engine = Engine::containerd;
  std::string main;
  std::string version;
};

Effective answer(const Question& question, NodeFiles& files) {
  return question.engine == Engine::containerd
             ? containerd_effective(files, question.main, question.version)
             : crio_effective(files, question.main, kCrioDropIns, question.version);
}

template <std::size_t Count>
std::vector<std::string> versions(const std::string& named,
                                  const std::array<const char*, Count>& generations) {
  return named.empty() ? std::vector<std::string>(generations.begin(), generations.end())
                       : std::vector<std::string>{named};
}

/// A tree is there to ask about when one of its files is, or when a version is named.
std::vector<std::vector<Question>> questions_about_node(const Options& options,
                                                        const RootReader& reader) {
  std::vector<std::vector<Question>> trees;
  const auto exists = [&](const char* path) {
    return reader.kind(path, true) != FileKind::missing;
  };
  const auto ask = [&](Engine engine, const char* main, const std::vector<std::string>& names) {
    std::vector<Question> tree;
    std::transform(names.begin(), names.end(), std::back_inserter(tree),
                   [&](const std::string& version) {
                     return Question{engine, main, version};
                   });
    trees.push_back(std::move(tree));
  };
  if (options.engine != Engine::crio &&
      (!options.containerd_version.empty() || exists(kContainerdMain))) {
    ask(Engine::containerd, kContainerdMain,
        versions(options.containerd_version, kContainerdGenerations));
  }
  if (options.engine != Engine::containerd &&
      (!options.crio_version.empty() || exists(kCrioMain) || exists(kCrioDropIns))) {
    ask(Engine::crio, kCrioMain, versions(options.crio_version, kCrioGenerations));
  }
  return trees;
}

std::vector<std::vector<Question>> questions_about_files(const Options& options,
                                                         const Survey& survey) {
  std::vector<std::vector<Question>> trees;
  for (const FileReport& file : survey.report.files) {
    const bool maybe_containerd = file.engine.value_or(Engine::containerd) == Engine::containerd;
    if (!options.containerd_version.empty() && maybe_containerd && file.path != "-") {
      trees.push_back({{Engine::containerd, absolute_path(file.path, options.root),
                        options.containerd_version}});
    }
  }
  return trees;
}

/// Something that keeps an engine from serving with a tree.
struct Complaint {
  std::string file;
  std::size_t line = 0;
  bool at_start = false;  ///< the config print takes it
  std::string message;

  friend bool operator<(const Complaint& one, const Complaint& other) {
    return std::tie(one.file, one.line, one.at_start, one.message) <
           std::tie(other.file, other.line, other.at_start, other.message);
  }
};

Complaint refusal(const Effective& effective, const Question& question) {
  std::string place = effective.refused_file;
  if (effective.refused_line > 0) {
    place += " line " + std::to_string(effective.refused_line);
  }
  std::string message = effective.reason;
  if (message.starts_with(place + ": ")) {
    message.erase(0, place.size() + 2);
  }
  return {effective.refused_file.empty() ? question.main : effective.refused_file,
          effective.refused_line, false, message};
}

std::vector<Complaint> complaints_of(const Effective& effective, const Question& question) {
  if (!effective.accepted) {
    return {refusal(effective, question)};
  }
  std::vector<Complaint> complaints;
  for (const StartProblem& problem : effective.start_problems) {
    complaints.push_back(
        {problem.file.empty() ? question.main : problem.file, problem.line, true, problem.message});
  }
  return complaints;
}

/// Asks about trees, and collects what the versions have to complain about.
class Asker {
 public:
  Asker(Survey& survey, const Options& options, const RootReader& reader)
      : survey_(survey),
        files_(reader),
        edited_reader_(reader, survey, options.root),
        edited_(edited_reader_) {}

  /// A complaint is trouble only when no version would serve, not even after the planned edits.
  void ask(const std::vector<Question>& tree) {
    std::map<Complaint, std::string> versions;
    std::size_t bad = 0;
    std::size_t cured = 0;
    for (const Question& question : tree) {
      Effective effective = answer(question, files_);
      const std::vector<Complaint> complaints = complaints_of(effective, question);
      for (const Complaint& complaint : complaints) {
        std::string& names = versions[complaint];
        names += (names.empty() ? "" : ", ") + question.version;
      }
      if (!complaints.empty()) {
        ++bad;
        if (survey_.needs_fix() && complaints_of(answer(question, edited_), question).empty()) {
          ++cured;
        }
      }
      survey_.report.effective.push_back(std::move(effective));
    }
    const Severity severity = bad < tree.size() ? Severity::info
                              : cured > 0       ? Severity::warning
                                                : Severity::error;
    for (const auto& [complaint, names] : versions) {
      tell(complaint, std::string(engine_name(tree.front().engine)) + " " + names, severity);
    }
  }

 private:
  void tell(const Complaint& complaint, const std::string& who, Severity severity) {
    Finding finding;
    finding.code = Code::engine_refuses;
    finding.severity = severity;
    finding.file = complaint.file;
    finding.message =
        (complaint.at_start ? "not served by " : "refused by ") + who + ": " + complaint.message;
    finding.advice = severity == Severity::warning ? "katafix apply cures it" : "";
    if (complaint.line > 0) {
      mark(finding, complaint.line);
    }
    survey_.trouble = survey_.trouble || severity == Severity::error;
    if (!already_told(finding)) {
      survey_.report.findings.push_back(std::move(finding));
    }
  }

  /// Points at the first word of a line.
  void mark(Finding& finding, std::size_t number) {
    const LoadedFile& file = files_.load(finding.file);
    if (file.source) {
      const std::string_view line = file.source->text(file.source->line(number));
      finding.excerpt = line;
      finding.at = {number, std::min(line.find_first_not_of(" \t"), line.size()) + 1};
    }
  }

  [[nodiscard]] bool already_told(const Finding& finding) const {
    const std::vector<Finding>& told = survey_.report.findings;
    return std::any_of(told.begin(), told.end(), [&](const Finding& one) {
      return one.severity == Severity::error && one.code != Code::engine_refuses &&
             one.file == finding.file && one.at.line == finding.at.line;
    });
  }

  Survey& survey_;
  NodeFiles files_;
  EditedReader edited_reader_;
  NodeFiles edited_;
};

}  // namespace

void add_effective(Survey& survey, const Options& options, const RootReader& reader) {
  const auto trees = options.files.empty() ? questions_about_node(options, reader)
                                           : questions_about_files(options, survey);
  Asker asker(survey, options, reader);
  for (const std::vector<Question>& tree : trees) {
    asker.ask(tree);
  }
}

}  // namespace katafix::cli
