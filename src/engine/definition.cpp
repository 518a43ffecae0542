#include "katafix/engine/definition.hpp"

#include "katafix/text/finding.hpp"

#include "spelling.hpp"
#include "tables.hpp"
#include "toml/guard.hpp"

#include <algorithm>
#include <climits>
#include <span>

namespace katafix {

namespace {

/// Walks the tree down to the handlers, and fills a Definition for each.
class Finder {
 public:
  Finder(const Document& document, Engine engine, Definitions& found)
      : document_(document), engine_(engine), found_(found) {}

  void find() {
    chain_.assign(1, document_.root());
    walk(Level::root, false);
  }

 private:
  void walk(Level level, bool in_array) {
    const std::vector<Entry> entries = chain_.back().entries();
    if (level == Level::runtimes && found_.handlers.empty()) {
      found_.handlers.reserve(entries.size());
    }
    for (const Entry& entry : entries) {
      if (level == Level::runtime &&
          same_in_any_case(entry.name, "default_runtime", Engine::crio)) {
        found_.default_runtime = entry.value.string().value_or("");
      }
      const Level below = level_below(level, entry, document_, engine_);
      if (is_on_the_way(below)) {
        path_.push_back(entry.name);
        enter(entry, entry.value, level, below, in_array);
        path_.pop_back();
      }
    }
  }

  [[nodiscard]] bool is_on_the_way(Level level) const {
    switch (level) {
      case Level::plugins:
      case Level::plugin:
      case Level::containerd:
        return engine_ == Engine::containerd;
      case Level::crio:
      case Level::runtime:
        return engine_ == Engine::crio;
      case Level::runtimes:
      case Level::handler:
        return true;
      default:
        return false;
    }
  }

  void enter(const Entry& entry, const Node& value, Level from, Level level, bool in_array) {
    if (value.is_array()) {
      const std::vector<Node> elements = value.elements();
      if (elements.size() > kMaxLooseTables) {
        fail(entry, std::to_string(kMaxLooseTables) + " tables in an array");
      }
      for (const Node& element : elements) {
        enter(entry, element, from, level, true);
      }
      return;
    }
    if (!value.is_table()) {
      return;
    }
    chain_.push_back(value);
    if (level == Level::handler) {
      if (found_.handlers.size() == kMaxHandlers) {
        fail(entry, std::to_string(kMaxHandlers) + " handlers");
      }
      found_.handlers.push_back(define(entry, in_array));
      if (from == Level::containerd) {  // a legacy table, in whatever spelling
        found_.handlers.back().name = in_small_letters(entry.name);
      }
    } else {
      walk(level, in_array);
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
        keep(option, "BinaryName", "options.BinaryName", definition);
        keep(option, "Runtime", "options.Runtime", definition);
      }
    } else if (same_in_any_case(entry.name, "inherit_default_runtime", engine_)) {
      definition.inherits_default = engine_ == Engine::crio && entry.value.is_true();
    } else {
      for (const std::string_view name : {"runtime_path", "runtime_type", "runtime_engine"}) {
        keep(entry, name, name, definition);
      }
    }
  }

  /// Of a key in two spellings the first in the file counts.
  void keep(const Entry& entry, std::string_view key, std::string_view name,
            Definition& definition) const {
    if (!same_in_any_case(entry.name, key, engine_)) {
      return;
    }
    const auto value = entry.value.string();
    const Setting* const other = definition.setting(name);
    if (!value || !can_be_run(*value) || (other != nullptr && other->key < entry.key())) {
      return;
    }
    const Span token = entry.value.span();
    std::erase_if(definition.settings, [&](const Setting& one) { return &one == other; });
    definition.settings.push_back(
        {name, *value, document_.shown(token, *value), entry.key(), token});
  }

  const Document& document_;
  Engine engine_;
  Definitions& found_;
  std::vector<Node> chain_;
  KeyPath path_;
};

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

const Setting* Definition::setting(std::string_view which) const {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& one) { return one.name == which; });
  return found == settings.end() ? nullptr : &*found;
}

bool Definition::flag_is_set() const {
  return !flags.empty() &&
         std::all_of(flags.begin(), flags.end(), [](const Flag& flag) { return flag.is_true; });
}

Definitions find_definitions(const Document& document, Engine engine) {
  Definitions found;
  found.engine = engine;
  Finder(document, engine, found).find();
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
