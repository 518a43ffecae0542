#include "effective.hpp"

#include "katafix/node/effective.hpp"
#include "katafix/node/files.hpp"
#include "katafix/node/path.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
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
    for (const std::string& version : names) {
      tree.push_back({engine, main, version});
    }
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

/// The place of a refusal, with its line for a caret.
Finding refusal(const Effective& effective, NodeFiles& files) {
  Finding finding;
  finding.code = Code::engine_refuses;
  finding.file = effective.refused_file;
  if (effective.refused_line > 0) {
    const LoadedFile& file = files.load(effective.refused_file);
    if (file.source) {
      const std::string_view line = file.source->text(file.source->line(effective.refused_line));
      const std::size_t blanks = std::min(line.find_first_not_of(" \t"), line.size());
      finding.excerpt = line;
      finding.at = {effective.refused_line, blanks + 1};
    }
  }
  return finding;
}

bool already_told(const Report& report, const Finding& finding) {
  return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& told) {
    return told.severity == Severity::error && told.file == finding.file &&
           told.at.line == finding.at.line;
  });
}

class Asker {
 public:
  Asker(Survey& survey, const Options& options, const RootReader& reader)
      : survey_(survey),
        files_(reader),
        edited_reader_(reader, survey, options.root),
        edited_(edited_reader_) {}

  void ask(const std::vector<Question>& tree) {
    std::vector<Effective> answers;
    bool all_refuse = true;
    for (const Question& question : tree) {
      answers.push_back(answer(question, files_));
      all_refuse = all_refuse && !answers.back().accepted;
    }
    for (std::size_t index = 0; index < tree.size(); ++index) {
      if (!answers[index].accepted) {
        const bool cured = survey_.needs_fix() && answer(tree[index], edited_).accepted;
        told_[answers[index].reason].push_back({&tree[index], all_refuse && !cured, cured});
        first_.try_emplace(answers[index].reason, refusal(answers[index], files_));
      }
    }
    tell();
    std::move(answers.begin(), answers.end(), std::back_inserter(survey_.report.effective));
  }

 private:
  struct Refused {
    const Question* question;
    bool is_trouble;
    bool is_cured;
  };

  /// One finding for all versions that refuse a tree for the same reason.
  void tell() {
    for (auto& [reason, refused] : told_) {
      Finding finding = std::move(first_.at(reason));
      std::string names;
      bool trouble = false;
      bool cured = true;
      for (const Refused& one : refused) {
        names += (names.empty() ? "" : ", ") + one.question->version;
        trouble = trouble || one.is_trouble;
        cured = cured && one.is_cured;
      }
      finding.severity = trouble ? Severity::error : Severity::warning;
      const std::size_t message = reason.find(": ");
      finding.message = std::string(engine_name(refused.front().question->engine)) + " " + names +
                        " refuses this: " + reason.substr(message + 2);
      finding.advice = cured ? "katafix apply cures it" : "";
      survey_.trouble = survey_.trouble || trouble;
      if (!already_told(survey_.report, finding)) {
        survey_.report.findings.push_back(std::move(finding));
      }
    }
    told_.clear();
    first_.clear();
  }

  Survey& survey_;
  NodeFiles files_;
  EditedReader edited_reader_;
  NodeFiles edited_;
  std::map<std::string, std::vector<Refused>> told_;
  std::map<std::string, Finding> first_;
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
