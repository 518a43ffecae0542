#include "effective.hpp"

#include "discovery.hpp"
#include "text/append.hpp"
#include "walk.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace katafix {

namespace {

/// The values of a tree's files, with the flags that count as true.
class FlaggedValues {
 public:
  explicit FlaggedValues(const SetFlags& flags) : flags_(flags) {}

  const Value& of(const LoadedFile& file, Engine engine) {
    const auto flags = flags_.find(file.id);
    const Value& value = file.value(engine);
    if (flags == flags_.end()) {
      return value;
    }
    const auto known = values_.find({file.id, engine});
    return known != values_.end()
               ? known->second
               : values_.emplace(std::pair(file.id, engine), with_flags(value, *flags->second))
                     .first->second;
  }

 private:
  const SetFlags& flags_;
  std::map<std::pair<FileId, Engine>, Value> values_;
};

/// How a release sees a tree.
class Viewing {
 public:
  Viewing(NodeFiles& files, const EngineTree& tree, const Release& release, FlaggedValues& values)
      : files_(files),
        tree_(tree),
        release_(release),
        values_(values),
        merge_(new_merge(release)) {}

  Effective run() && {
    try {
      walk_tree(files_, tree_, release_,
                {[this](const LoadedFile& file) { add(file); },
                 [this](const Error& error) { return stop(error); }});
      View seen = merge_->finish(complete_);
      append(seen.start_problems, std::move(problems_));
      static_cast<View&>(effective_) = std::move(seen);
    } catch (const Error& error) {
      effective_.refusal = error.finding();
    }
    effective_.engine = release_.engine;
    effective_.main = tree_.main;
    return std::move(effective_);
  }

 private:
  void add(const LoadedFile& file) {
    effective_.files.push_back(file.path);
    if (file.error) {
      throw Error(*file.error);
    }
    const Source& source = *file.source;
    if (file.document->go_template() != nullptr) {
      throw Error(Code::engine_refuses, source, source.bytes().find("{{"),
                  "this is a template, not TOML");
    }
    merge_->add(values_.of(file, release_.engine));
  }

  /// Up to 1.7 nothing is printed without a main file; the daemon takes its defaults, as 2.x does.
  /// Of a missing import the print of 2.x alone goes on with what it has (cmd/containerd/command/
  /// config.go @v2.1.9).
  bool stop(const Error& error) {
    const Finding& finding = error.finding();
    if (finding.code != Code::import_missing || !release_.rules->is_2) {
      throw Error(error);
    }
    complete_ = Merge::Complete::no;
    if (finding.at.line != 0) {
      const Source& source = *files_.load(finding.file).source;
      problems_.push_back({finding.code, finding.message, {&source, source.offset(finding.at)}});
    }
    return false;
  }

  NodeFiles& files_;
  const EngineTree& tree_;
  const Release& release_;
  FlaggedValues& values_;
  std::unique_ptr<Merge> merge_;
  Merge::Complete complete_ = Merge::Complete::yes;
  std::vector<StartProblem> problems_;
  Effective effective_;
};

}  // namespace

std::string Effective::reason() const {
  if (!refusal) {
    return {};
  }
  std::string text = refusal->file;
  if (refusal->at.line > 0) {
    text += ":" + std::to_string(refusal->at.line);
  }
  return text.empty() ? refusal->message : text + ": " + refusal->message;
}

std::vector<Effective> views_by_rules(const std::vector<Release>& releases,
                                      const std::function<Effective(const Release&)>& view) {
  std::vector<Effective> views;
  for (const Release& release : releases) {
    const auto same = std::ranges::find_if(
        views, [&](const Effective& one) { return one.releases.front().rules == release.rules; });
    if (same != views.end()) {
      same->releases.push_back(release);
      continue;
    }
    Effective seen = view(release);
    seen.releases.push_back(release);
    for (const Effective& other : views) {
      seen.handlers.share(other.handlers);
    }
    views.push_back(std::move(seen));
  }
  return views;
}

std::vector<Effective> view_tree(NodeFiles& files, const EngineTree& tree,
                                 const std::vector<Release>& releases, const SetFlags& flags) {
  if (!tree.is_viewed) {
    return {};
  }
  FlaggedValues values(flags);
  return views_by_rules(releases, [&](const Release& release) {
    return Viewing(files, tree, release, values).run();
  });
}

void join_same(std::vector<Effective>& views) {
  const auto is_same = [](const Effective& one, const Effective& other) {
    return one.engine == other.engine && one.handlers == other.handlers &&
           one.serves_cri == other.serves_cri && one.files == other.files &&
           one.reason() == other.reason();
  };
  std::vector<Effective> joined;
  for (Effective& view : views) {
    const auto same =
        std::ranges::find_if(joined, [&](const Effective& one) { return is_same(one, view); });
    if (same == joined.end()) {
      joined.push_back(std::move(view));
    } else {
      append(same->releases, std::move(view.releases));
    }
  }
  views = std::move(joined);
}

}  // namespace katafix
