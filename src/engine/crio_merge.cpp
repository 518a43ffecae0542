#include "katafix/text/finding.hpp"

#include "merge.hpp"
#include "spelling.hpp"
#include "tables.hpp"

#include <initializer_list>
#include <utility>

namespace katafix {

namespace {

/// Is there a value at exactly these names? As MetaData.IsDefined of BurntSushi/toml.
bool is_defined(const Value* value, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) {
    value = value == nullptr ? nullptr : value->find(name);
  }
  return value != nullptr;
}

/// CRI-O's files while they are decoded one over the other (cri-o pkg/config/config.go
/// UpdateFromDropInFile). A handler is not merged with its earlier self: a map's entry is decoded
/// into a new value (BurntSushi/toml decode.go unifyMap).
class CrioMerge final : public Merge {
 public:
  explicit CrioMerge(const Release& release) : release_(release) {
    add_built_in();
    view_.default_runtime = release.rules->built_in;
  }

  void add(const Value& file) override {
    if (file.has_odd_types) {
      check_types(file, Level::root, release_);
    }
    std::map<std::string_view, ViewedHandler> found;
    for_each_spelled(file, "crio", Keys::burntsushi, [&](const Value& crio) {
      for_each_spelled(crio, "runtime", Keys::burntsushi,
                       [&](const Value& runtime) { read(runtime, found); });
    });
    for (auto& [name, handler] : found) {
      view_.handlers.define(name) = handler;
    }
    drop_runc(file);
  }

  View finish(Complete /*complete*/) override {
    std::string& name = view_.default_runtime;
    if (name.empty()) {
      name = release_.rules->built_in;
      add_built_in();
    }
    if (!view_.handlers.contains(name)) {
      refuse_default();
    }
    return std::move(view_);
  }

 private:
  void add_built_in() {
    view_.handlers.set_built_in(release_.rules->built_in, release_.rules->built_in_type);
  }

  void read(const Value& runtime, std::map<std::string_view, ViewedHandler>& found) {
    for_each_spelled(runtime, "default_runtime", Keys::burntsushi, [&](const Value& name) {
      view_.default_runtime = name.string;
      default_origin_ = name.origin;
    });
    for_each_spelled(runtime, "runtimes", Keys::burntsushi, [&](const Value& runtimes) {
      for (const auto& [name, table] : runtimes.entries) {
        ViewedHandler handler;
        decode_handler(table, release_, handler);
        // Of two spellings of the table Go's random order decides: the one without the flag counts.
        const auto [known, is_new] = found.try_emplace(name, handler);
        if (!is_new && (known->second.flag || !handler.flag)) {
          known->second = handler;
        }
      }
    });
  }

  /// The keys are looked for in their exact spelling.
  void drop_runc(const Value& file) {
    bool drops = false;
    switch (release_.rules->drops_runc) {
      case DropsRunc::never:
        return;
      case DropsRunc::where_another_is_default:
        drops = view_.default_runtime != "runc" &&
                is_defined(&file, {"crio", "runtime", "default_runtime"});
        break;
      case DropsRunc::where_others_are_defined:
        drops = is_defined(&file, {"crio", "runtime", "runtimes"}) &&
                !is_defined(&file, {"crio", "runtime", "runtimes", "runc"});
        break;
    }
    if (drops && view_.handlers.erase("runc")) {
      runc_dropped_by_ = file.origin.source;
    }
  }

  [[noreturn]] void refuse_default() const {
    std::string message = "the default handler \"" + view_.default_runtime + "\" does not exist";
    Finding finding{Code::engine_refuses, Severity::error, default_origin_.file(), {}, {}, {}, {}};
    if (view_.default_runtime == "runc" && runc_dropped_by_ != nullptr) {
      finding.file = runc_dropped_by_->path();
      message += ": CRI-O " + release_.name + " drops its runc after this file, which " +
                 (release_.since({1, 19}) ? "names another default" : "has handlers, but not runc");
    } else if (default_origin_.is_known()) {
      finding.at = default_origin_.source->position(default_origin_.offset);
    }
    finding.message = message;
    throw Error(finding);
  }

  const Release& release_;
  View view_;
  Origin default_origin_;
  const Source* runc_dropped_by_ = nullptr;
};

}  // namespace

std::unique_ptr<Merge> new_crio_merge(const Release& release) {
  return std::make_unique<CrioMerge>(release);
}

}  // namespace katafix
