#include "knowledge.hpp"

namespace katafix {

namespace {

/// The handler whose path and type count: itself, or the one that it inherits from.
std::string_view source_of_identity(const Effective& view, std::string_view name) {
  return view.handlers.at(name).inherits_default ? view.default_runtime : name;
}

EvidenceLine to_line(const Evidence& evidence, std::size_t line) {
  return {evidence.rule, evidence.key, evidence.value, line};
}

/// Adds what one view shows of a handler.
void learn(KnownHandler& known, const Effective& view, const std::string& name,
           const Selection& selection) {
  const std::optional<Evidence> evidence = judge_merged(view, name, selection);
  if (!evidence) {
    return;
  }
  const Origin& decided_by = view.handlers.at(name).decided_by();
  known.deciding_places.insert({decided_by.source, decided_by.offset});
  if (!known.evidence) {
    const Origin& origin = view.handlers.at(source_of_identity(view, name)).decided_by();
    known.evidence = to_line(*evidence, origin.line());
    known.file = origin.file();
  }
}

void find_own(const LoadedFile& file, const Definitions& definitions, const Selection& selection,
              std::map<HandlerId, OwnEvidence>& own, std::set<HandlerId>& others) {
  for (const Definition& handler : definitions.handlers) {
    const Verdict verdict = judge(handler, definitions, selection);
    // What is inherited is another handler's evidence, and may be another one's in the end.
    if (verdict.kata == Kata::yes &&
        (!handler.inherits_default || verdict.evidence->rule == Rule::option)) {
      const std::size_t line = file.source->line_of(verdict.evidence->where.begin);
      const std::string plugin(handler.engine == Engine::containerd ? handler.path.at(1) : "");
      own.emplace(handler.id(), OwnEvidence{file.path, plugin, to_line(*verdict.evidence, line)});
    } else {
      others.insert(handler.id());
    }
  }
}

}  // namespace

bool has_identity(const ViewedHandler& handler) {
  return !handler.are_empty() || handler.inherits_default;
}

std::optional<Evidence> judge_merged(const Effective& view, std::string_view name,
                                     const Selection& selection) {
  const std::string_view source = source_of_identity(view, name);
  const ViewedHandler* const identity = view.handlers.find(source);
  if (find_naming(selection.skip, std::string(name)) != nullptr || identity == nullptr) {
    return std::nullopt;
  }
  return judge(view.engine, source, *identity, selection);
}

std::map<HandlerId, OwnEvidence> own_evidence(NodeFiles& files, const EngineTree& tree,
                                              const Selection& selection,
                                              std::set<HandlerId>& others) {
  std::map<HandlerId, OwnEvidence> own;
  for (const TreeFile& tree_file : tree.files) {
    const LoadedFile& file = files.load(tree_file.path);
    if (!file.document) {
      continue;
    }
    try {
      for (const Engine engine : {Engine::containerd, Engine::crio}) {
        if (tree.is_of(engine)) {
          find_own(file, file.handlers().of(engine), selection, own, others);
        }
      }
    } catch (const Error&) {
      continue;  // plan_file() tells of it
    }
  }
  return own;
}

std::map<HandlerId, KnownHandler> known_handlers(const std::map<HandlerId, OwnEvidence>& own,
                                                 const std::set<HandlerId>& others,
                                                 const std::vector<Effective>& views,
                                                 const Selection& selection) {
  std::map<HandlerId, KnownHandler> known;
  for (const Effective& view : views) {
    for (const HandlerId& id : others) {
      const ViewedHandler* const handler = view.handlers.find(id.name);
      if (view.engine != id.engine || handler == nullptr) {
        continue;
      }
      // CRI-O runs what is left without path and type by its name.
      if (handler->origin.is_known() && (has_identity(*handler) || view.engine == Engine::crio)) {
        learn(known[id], view, id.name, selection);
      }
    }
  }
  for (const auto& [id, place] : own) {
    const auto [entry, is_new] = known.try_emplace(id);
    // A merged view that shows something else to run outweighs one file's word.
    if (is_new || entry->second.evidence) {
      entry->second.evidence = place.evidence;
      entry->second.file = place.file;
    }
  }
  return known;
}

}  // namespace katafix
