#include "katafix/engine/definition.hpp"

#include "katafix/engine/containerd_config.hpp"
#include "katafix/engine/spelling.hpp"
#include "katafix/text/finding.hpp"
#include "katafix/toml/guard.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <span>

namespace katafix {

namespace {

// containerd's tables that are a handler each, beside those in runtimes.
constexpr std::array<std::string_view, 2> kLegacy = {"default_runtime",
                                                     "untrusted_workload_runtime"};

constexpr std::array<std::string_view, 1> kPlugins = {"plugins"};
constexpr std::array<std::string_view, 1> kContainerd = {"containerd"};
constexpr std::array<std::string_view, 3> kHandlerTables = {"runtimes", kLegacy[0], kLegacy[1]};
constexpr std::array<std::string_view, 1> kCrio = {"crio"};
constexpr std::array<std::string_view, 1> kRuntime = {"runtime"};
constexpr std::array<std::string_view, 1> kRuntimes = {"runtimes"};

/// A step on the way from the root to the handlers.
struct Step {
  std::span<const std::string_view> names;  // none: any
  bool exact = false;

  /// The name that an entry's is taken for; nothing for another one.
  [[nodiscard]] std::optional<std::string_view> taken_for(std::string_view name,
                                                          Engine engine) const {
    if (names.empty()) {
      return name;
    }
    const auto found = std::find_if(names.begin(), names.end(), [&](std::string_view one) {
      return exact ? name == one : same_in_any_case(name, one, engine);
    });
    return found == names.end() ? std::nullopt : std::optional(*found);
  }
};

/// Walks the tree along steps, and fills a Definition for each table that any name leads to.
class Finder {
 public:
  Finder(const Document& document, Engine engine, std::vector<Definition>& found)
      : document_(document), engine_(engine), found_(found) {}

  void find(std::span<const Step> steps) {
    steps_ = steps;
    chain_.assign(1, document_.root());
    walk(0, false);
  }

 private:
  void walk(std::size_t index, bool in_array) {
    const Step& step = steps_[index];
    const std::vector<Entry> entries = chain_.back().entries();
    if (step.names.empty() && found_.empty()) {
      found_.reserve(entries.size());
    }
    for (const Entry& entry : entries) {
      if (const auto name = step.taken_for(entry.name, engine_)) {
        path_.push_back(entry.name);
        enter(index, entry, *name, entry.value, in_array);
        path_.pop_back();
      }
    }
  }

  void enter(std::size_t index, const Entry& entry, std::string_view name, const Node& value,
             bool in_array) {
    if (value.is_array()) {
      const std::vector<Node> elements = value.elements();
      if (elements.size() > kMaxLooseTables) {
        fail(entry, std::to_string(kMaxLooseTables) + " tables in an array");
      }
      for (const Node& element : elements) {
        enter(index, entry, name, element, true);
      }
      return;
    }
    if (!value.is_table()) {
      return;
    }
    chain_.push_back(value);
    const bool is_any = steps_[index].names.empty();
    const bool is_legacy =
        !is_any && std::find(kLegacy.begin(), kLegacy.end(), name) != kLegacy.end();
    if (is_any || is_legacy) {
      if (found_.size() == kMaxHandlers) {
        fail(entry, std::to_string(kMaxHandlers) + " handlers");
      }
      found_.push_back(define(entry, in_array));
      if (is_legacy) {
        found_.back().name = name;
      }
    } else {
      walk(index + 1, in_array);
    }
    chain_.pop_back();
  }

  [[noreturn]] void fail(const Entry& entry, const std::string& what) const {
    throw Error(Code::too_large, document_.source(), entry.key().begin, "more than " + what,
                "no container engine needs that; check what the file is");
  }

  Definition define(const Entry& entry, bool in_array) const {
    Definition definition;
    definition.engine = engine_;
    definition.key = entry.key();
    definition.name = document_.shown(definition.key, entry.name);
    definition.in_array = in_array;
    definition.chain = chain_;
    definition.path = path_;
    for (const Entry& own : chain_.back().entries()) {
      read(own, definition);
    }
    std::sort(definition.flags.begin(), definition.flags.end(),
              [](const Flag& one, const Flag& other) { return one.key < other.key; });
    return definition;
  }

  void read(const Entry& entry, Definition& definition) const {
    if (same_in_any_case(entry.name, kFlag, engine_)) {
      definition.flags.push_back({entry.name, entry.key(), entry.value.span(),
                                  entry.value.is_true(),
                                  entry.value.is_table() || entry.is_structure()});
      return;
    }
    definition.has_other_keys = true;
    if (same_in_any_case(entry.name, "options", engine_)) {
      for (const Entry& option : entry.value.entries()) {
        keep(option, "BinaryName", "options.BinaryName", definition.binary_name);
        keep(option, "Runtime", "options.Runtime", definition.options_runtime);
      }
    } else if (same_in_any_case(entry.name, "inherit_default_runtime", engine_)) {
      definition.inherits_default = engine_ == Engine::crio && entry.value.is_true();
    } else {
      keep(entry, "runtime_path", "runtime_path", definition.runtime_path);
      keep(entry, "runtime_type", "runtime_type", definition.runtime_type);
      keep(entry, "runtime_engine", "runtime_engine", definition.runtime_engine);
    }
  }

  /// Of a key in two spellings the first in the file counts.
  void keep(const Entry& entry, std::string_view key, std::string_view name,
            std::optional<Setting>& setting) const {
    if (!same_in_any_case(entry.name, key, engine_)) {
      return;
    }
    const auto value = entry.value.string();
    if (!value || !can_be_run(*value) || (setting && setting->key < entry.key())) {
      return;
    }
    const Span token = entry.value.span();
    setting = Setting{name, *value, document_.shown(token, *value), entry.key(), token};
  }

  const Document& document_;
  Engine engine_;
  std::vector<Definition>& found_;
  std::span<const Step> steps_;
  std::vector<Node> chain_;
  KeyPath path_;
};

void find_containerd(const Document& document, Definitions& found) {
  constexpr std::array<Step, 5> steps = {
      {{kPlugins}, {kCriIds, true}, {kContainerd}, {kHandlerTables}, {}}};
  Finder(document, Engine::containerd, found.handlers).find(steps);
}

void find_crio(const Document& document, Definitions& found) {
  constexpr std::array<Step, 4> steps = {{{kCrio}, {kRuntime}, {kRuntimes}, {}}};
  Finder(document, Engine::crio, found.handlers).find(steps);
  for (const Entry& crio : entries_named(document.root(), "crio", Engine::crio)) {
    for (const Entry& runtime : entries_named(crio.value, "runtime", Engine::crio)) {
      for (const Entry& name : entries_named(runtime.value, "default_runtime", Engine::crio)) {
        found.default_runtime = name.value.string().value_or("");
      }
    }
  }
}

/// Moves each but once: there may be many, and they are large.
void sort_by_place(std::vector<Definition>& handlers) {
  std::vector<Definition*> order;
  order.reserve(handlers.size());
  for (Definition& handler : handlers) {
    order.push_back(&handler);
  }
  std::stable_sort(order.begin(), order.end(), [](const Definition* one, const Definition* other) {
    return one->key < other->key;
  });
  std::vector<Definition> sorted;
  sorted.reserve(handlers.size());
  for (Definition* const handler : order) {
    sorted.push_back(std::move(*handler));
  }
  handlers = std::move(sorted);
}

}  // namespace

bool can_be_run(std::string_view value) { return !value.empty() && value.size() < PATH_MAX; }

std::string_view engine_name(Engine engine) {
  return engine == Engine::containerd ? "containerd" : "crio";
}

std::optional<Span> Definition::header() const {
  const auto found = std::find_if(chain.rbegin(), chain.rend(),
                                  [](const Node& node) { return node.form() == Form::header; });
  return found == chain.rend() ? std::nullopt : std::optional(found->span());
}

bool Definition::flag_is_set() const {
  return !flags.empty() &&
         std::all_of(flags.begin(), flags.end(), [](const Flag& flag) { return flag.is_true; });
}

Definitions find_definitions(const Document& document, Engine engine) {
  Definitions found;
  found.engine = engine;
  if (engine == Engine::containerd) {
    find_containerd(document, found);
  } else {
    find_crio(document, found);
  }
  sort_by_place(found.handlers);
  found.by_name.reserve(found.handlers.size());
  for (const Definition& handler : found.handlers) {
    found.by_name.push_back(&handler);
  }
  std::stable_sort(
      found.by_name.begin(), found.by_name.end(),
      [](const Definition* one, const Definition* other) { return one->name < other->name; });
  return found;
}

Handlers find_handlers(const Document& document) {
  return {find_definitions(document, Engine::containerd), find_definitions(document, Engine::crio)};
}

std::span<const Definition* const> Definitions::named(std::string_view name) const {
  struct ByName {
    bool operator()(const Definition* one, std::string_view other) const {
      return one->name < other;
    }
    bool operator()(std::string_view one, const Definition* other) const {
      return one < other->name;
    }
  };
  const auto [begin, end] = std::equal_range(by_name.begin(), by_name.end(), name, ByName());
  return {begin, end};
}

}  // namespace katafix
