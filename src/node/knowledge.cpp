#include "knowledge.hpp"

#include "katafix/engine/definition.hpp"
#include "katafix/node/files.hpp"

#include <utility>

namespace katafix {

namespace {

/// The handler whose path and type count: itself, or the one that it inherits from.
std::string source_of_identity(const Effective& view, const std::string& name) {
  return view.handlers.at(name).inherits_default ? view.default_runtime : name;
}

EvidenceLine to_line(const Evidence& evidence, std::size_t line) {
  return {evidence.rule, evidence.key, evidence.value, line};
}

/// Adds what one view shows of a handler.
void learn(KnownHandler& known, const Effective& view, const std::string& name,
           const Selection& selection) {
  const EffectiveHandler& handler = view.handlers.at(name);
  const std::optional<Evidence> evidence = judge_merged(view, name, selection);
  if (!evidence) {
    return;
  }
  if (handler.decided_by) {
    known.deciding_places.insert({handler.decided_by->file, handler.decided_by->line});
  }
  const auto source = view.handlers.find(source_of_identity(view, name));
  if (!known.evidence) {
    const DecidedBy place = source->second.decided_by.value_or(DecidedBy{});
    known.evidence = to_line(*evidence, place.line);
    known.file = place.file;
  }
}

}  // namespace

bool has_identity(const EffectiveHandler& handler) {
  return !handler.runtime_path.empty() || !handler.runtime_type.empty() ||
         !handler.runtime_engine.empty() || !handler.binary_name.empty() ||
         handler.inherits_default;
}

std::optional<Evidence> judge_merged(const Effective& view, const std::string& name,
                                     const Selection& selection) {
  const std::string source = source_of_identity(view, name);
  const auto identity = view.handlers.find(source);
  if (names_any(selection.skip, name) || identity == view.handlers.end()) {
    return std::nullopt;
  }
  const EffectiveHandler& handler = identity->second;
  return judge({view.engine, source, handler.runtime_path, handler.runtime_type,
                handler.runtime_engine, handler.binary_name},
               selection);
}

std::map<std::string, OwnEvidence> own_evidence(NodeFiles& files, const EngineTree& tree,
                                                const Selection& selection) {
  std::map<std::string, OwnEvidence> own;
  for (const TreeFile& tree_file : tree.files) {
    const LoadedFile& file = files.load(tree_file.path);
    if (!file.document) {
      continue;
    }
    Definitions definitions;
    try {
      definitions = find_definitions(*file.document, tree.engine);
    } catch (const Error&) {
      continue;  // plan_file() tells of it
    }
    for (const Definition& handler : definitions.handlers) {
      if (own.contains(handler.name)) {
        continue;
      }
      const Verdict verdict = judge(*file.document, handler, definitions, selection);
      // What is inherited is another handler's evidence, and may be another one's in the end.
      if (verdict.kata == Kata::yes &&
          (!handler.inherits_default || verdict.evidence->rule == Rule::option)) {
        const std::size_t line = file.source->line_of(verdict.evidence->where.begin);
        const std::string plugin(tree.engine == Engine::containerd ? handler.path.at(1) : "");
        own.emplace(handler.name, OwnEvidence{file.path, plugin, to_line(*verdict.evidence, line)});
      }
    }
  }
  return own;
}

std::map<std::string, KnownHandler> known_handlers(const std::map<std::string, OwnEvidence>& own,
                                                   const std::vector<Effective>& views,
                                                   const Selection& selection) {
  std::map<std::string, KnownHandler> known;
  for (const Effective& view : views) {
    for (const auto& [name, handler] : view.handlers) {
      if (has_identity(handler) && handler.decided_by) {
        learn(known[name], view, name, selection);
      }
    }
  }
  for (const auto& [name, place] : own) {
    const auto [entry, is_new] = known.try_emplace(name);
    // A merged view that shows something else to run outweighs one file's word.
    if (is_new || entry->second.evidence) {
      entry->second.evidence = place.evidence;
      entry->second.file = place.file;
    }
  }
  return known;
}

}  // namespace katafix
