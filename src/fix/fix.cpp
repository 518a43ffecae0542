#include "katafix/fix/fix.hpp"

#include "planner.hpp"
#include "text/append.hpp"
#include "verify.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace katafix {

namespace {

class Fixer {
 public:
  Fixer(const Document& document, const FixOptions& options)
      : source_(document.source()), options_(options), document_(document) {}

  Fix plan(const Handlers& handlers) && {
    fix_.handlers.reserve(handlers.containerd.handlers.size() + handlers.crio.handlers.size());
    for (const Definitions* const found : {&handlers.containerd, &handlers.crio}) {
      if (options_.engine && *options_.engine != found->engine) {
        warn_of_other_engine(*found);
        continue;
      }
      for (const Definition& handler : found->handlers) {
        add(handler, *found);
      }
    }
    sort(fix_.handlers, [](const auto& one, const auto& other) { return one.line < other.line; });
    sort(fix_.edits, [](const Edit& one, const Edit& other) { return one.span < other.span; });
    check_size();
    return std::move(fix_);
  }

 private:
  /// In the order of the file, which those of one engine are in already.
  template <class Element, class Before>
  static void sort(std::vector<Element>& elements, Before is_before) {
    if (!std::is_sorted(elements.begin(), elements.end(), is_before)) {
      std::stable_sort(elements.begin(), elements.end(), is_before);
    }
  }

  /// What is too large to be read must not be written.
  void check_size() const {
    std::size_t size = source_.bytes().size();
    for (const Edit& edit : fix_.edits) {
      size = size - edit.span.size() + edit.text.size();
    }
    if (!fix_.edits.empty() && size > kMaxFileSize) {
      throw Error(Code::too_large, source_.path(), "with the flags it would be larger than 16 MiB",
                  "no container engine needs a config of that size; check what it is");
    }
  }

  void add(const Definition& handler, const Definitions& peers) {
    Verdict verdict = judge(handler, peers, options_.selection);
    const KnownHandler* const known = known_elsewhere(handler, verdict);
    if (known != nullptr) {
      verdict = verdict_of(*known, handler);
    } else if (is_partial(handler, verdict)) {
      verdict = judge_partial(handler, peers, std::move(verdict));
    }
    HandlerReport report = describe(handler, verdict);
    if (verdict.kata == Kata::yes) {
      plan(handler, verdict, report);
      if (known != nullptr) {
        report.evidence->line = report.line;
        tell_who_knows(*known, report);
      }
    } else if (is_unclear(handler, verdict)) {
      report.action = Action::refuse;
      report.reason = "a directive of the template decides what it runs";
      tell(Code::refused, Severity::error, handler.key,
           "the handler " + handler.name + " cannot be judged: " + report.reason,
           "if it is Kata, write privileged_without_host_devices = true by hand");
    } else {
      report.action = verdict.kata == Kata::skipped ? Action::skip : Action::none;
      report.reason = verdict.kata == Kata::no ? "" : verdict.reason;
      tell_why_not(handler, verdict);
    }
    fix_.handlers.push_back(std::move(report));
  }

  /// Does a block of a template decide whether it is Kata?
  [[nodiscard]] bool is_unclear(const Definition& handler, const Verdict& verdict) const {
    if (verdict.kata == Kata::skipped) {
      const Setting* const path = handler.setting("runtime_path");
      return verdict.never && path != nullptr && may_be_left_out(document_, handler, path->token);
    }
    return !handler.has_identity() && may_go_on(document_, handler);
  }

  /// Has it the flag, but nothing that shows what it runs?
  static bool is_partial(const Definition& handler, const Verdict& verdict) {
    return verdict.kata != Kata::yes && verdict.kata != Kata::skipped && !handler.has_identity() &&
           !handler.flags.empty();
  }

  /// What other files say of a handler that this one does not show to be Kata, where that counts.
  [[nodiscard]] const KnownHandler* known_elsewhere(const Definition& handler,
                                                    const Verdict& verdict) const {
    const KnownHandler* const known = known_as(handler);
    const bool by_itself = verdict.kata == Kata::yes && !is_inherited(handler, verdict);
    if (known == nullptr || by_itself || verdict.kata == Kata::skipped) {
      return nullptr;
    }
    const bool counts = is_partial(handler, verdict) || handler.inherits_default ||
                        (!verdict.never && decides(*known, handler));
    return counts ? known : nullptr;
  }

  [[nodiscard]] const KnownHandler* known_as(const Definition& handler) const {
    const auto known = options_.known.find(handler.id());
    return known == options_.known.end() ? nullptr : &known->second;
  }

  /// CRI-O's default handler may be another one once all files are merged.
  static bool is_inherited(const Definition& handler, const Verdict& verdict) {
    return handler.inherits_default && verdict.evidence->rule != Rule::option;
  }

  /// Is this the table that decides the handler's flag in the end?
  [[nodiscard]] bool decides(const KnownHandler& known, const Definition& handler) const {
    const auto is_place = [&](std::size_t offset) {
      return known.deciding_places.contains({&source_, offset});
    };
    return is_place(handler.key.begin) || is_place(place_of(handler)) ||
           std::any_of(handler.flags.begin(), handler.flags.end(),
                       [&](const Flag& flag) { return is_place(flag.key.begin); });
  }

  static Verdict verdict_of(const KnownHandler& known, const Definition& handler) {
    if (!known.evidence) {
      return {};
    }
    const EvidenceLine& evidence = *known.evidence;
    return {
        Kata::yes, Evidence{evidence.rule, evidence.key, evidence.value, handler.key, false}, {}};
  }

  void plan(const Definition& handler, const Verdict& verdict, HandlerReport& report) {
    HandlerPlan plan = plan_handler(document_, handler, *verdict.evidence);
    if (options_.conflicting.contains(handler.id()) && !plan.edits.empty()) {
      report.action = Action::refuse;
      report.reason = "another file makes it run something else";
      return;  // whoever knows that other file tells of it
    }
    report.action = plan.action;
    report.reason = plan.refusal;
    if (plan.action == Action::refuse) {
      tell(Code::refused, Severity::error, handler.key,
           "the Kata handler " + handler.name + " cannot be fixed: " + plan.refusal, plan.advice);
    } else if (!plan.edits.empty()) {
      report.edit_line = line_of_edit(plan);
    }
    if (plan.action == Action::none || plan.action == Action::replace) {
      tell_of_spellings(handler);
    }
    append(fix_.edits, std::move(plan.edits));
    append(fix_.paths, std::move(plan.paths));
  }

  /// A table without a shim of its own may add to one that has it: both plugin ids of containerd,
  /// or two spellings of CRI-O's tables, in one file.
  Verdict judge_partial(const Definition& handler, const Definitions& peers, Verdict verdict) {
    const auto [entry, is_new] = shown_by_peers_.try_emplace(handler.id());
    if (is_new) {
      entry->second = judge_peers(handler, peers);
    }
    if (entry->second) {
      return *entry->second;
    }
    if (handler.has_other_keys) {
      return verdict;
    }
    const bool harmless = handler.flag_is_set() || is_never_kata(handler.name);
    tell(Code::partial_handler, harmless ? Severity::info : Severity::warning, handler.key,
         "this table of the handler " + handler.name +
             " has only the flag, and nothing here shows what it runs",
         "check the file that defines the handler; name it with --handler to set the flag here");
    return {};
  }

  /// The verdict on the first table for the same handler that shows it to be Kata.
  std::optional<Verdict> judge_peers(const Definition& handler, const Definitions& peers) const {
    for (const Definition* peer : peers.named(handler.name)) {
      Verdict other = peer->has_identity() ? judge(*peer, peers, options_.selection) : Verdict{};
      if (other.kata == Kata::yes) {
        other.evidence->in_own_table = false;
        return other;
      }
    }
    return std::nullopt;
  }

  static void tell_who_knows(const KnownHandler& known, HandlerReport& report) {
    report.evidence_from = known.file + ":" + std::to_string(known.evidence->line);
    if (report.reason.empty()) {
      report.reason = "Kata by " + report.evidence_from;
    }
  }

  HandlerReport describe(const Definition& handler, const Verdict& verdict) const {
    HandlerReport report;
    report.engine = handler.engine;
    report.name = handler.name;
    report.file = source_.path();
    const Position at = source_.position(place_of(handler));
    report.line = at.line;
    report.column = at.column;
    report.kata = verdict.kata == Kata::yes || (verdict.kata == Kata::skipped && verdict.evidence);
    if (verdict.evidence) {
      const Evidence& evidence = *verdict.evidence;
      report.evidence = EvidenceLine{evidence.rule, evidence.key, evidence.value,
                                     source_.line_of(evidence.where.begin)};
    }
    report.flag_before = "absent";
    for (const Flag& flag : handler.flags) {
      // Of several spellings one that is not true yet tells more.
      if (report.flag_before == "absent" || report.flag_before == "true") {
        report.flag_before = source_.text(flag.token);
      }
    }
    return report;
  }

  static std::size_t place_of(const Definition& handler) {
    return handler.table().form() == Form::header ? handler.table().span().begin
                                                  : handler.key.begin;
  }

  /// An inserted line stands one below its place when that is the end of a file without newline.
  [[nodiscard]] std::size_t line_of_edit(const HandlerPlan& plan) const {
    const Edit& edit = plan.edits.front();
    const std::size_t line = source_.line_of(edit.span.begin);
    const bool new_last_line = edit.span.begin == source_.bytes().size() && edit.span.size() == 0 &&
                               edit.text.find('\n') != std::string::npos;
    return new_last_line ? source_.last_line() + 1 : line;
  }

  void tell_why_not(const Definition& handler, const Verdict& verdict) {
    const std::string who = "the handler " + handler.name + " ";
    const KnownHandler* const known = known_as(handler);
    const bool is_known_kata = known != nullptr && known->evidence;
    // With the flag it is right, if anything tells what it runs.
    const bool is_right = handler.flag_is_set() && (handler.has_identity() || known != nullptr);
    if (verdict.kata == Kata::doubtful && !is_right && !is_known_kata) {
      tell(Code::maybe_kata, Severity::warning, handler.key, who + verdict.reason,
           verdict.never ? "if it is to be Kata, let it run Kata's shim"
                         : "if it is Kata, name it with --handler " + handler.name);
    } else if (verdict.kata == Kata::skipped && !verdict.evidence) {
      tell(Code::skipped_shim, Severity::info, handler.key, who + verdict.reason, {});
    } else if (verdict.kata == Kata::unresolved && !handler.flag_is_set()) {
      tell(Code::inherits_unknown, Severity::warning, handler.key, who + verdict.reason,
           "if the default handler is Kata, name this one with --handler " + handler.name);
    }
  }

  void tell_of_spellings(const Definition& handler) {
    for (const Flag& flag : handler.flags) {
      if (flag.name != kFlag) {
        tell(Code::flag_spelling, Severity::warning, flag.key,
             "the handler " + handler.name + " spells its flag " + std::string(flag.name),
             "engines differ in which spellings they read; write it in lower case");
      }
    }
  }

  void warn_of_other_engine(const Definitions& found) {
    for (const Definition& handler : found.handlers) {
      const bool is_lost =
          options_.is_loaded && judge(handler, found, options_.selection).kata == Kata::yes;
      tell(Code::other_engine, is_lost ? Severity::error : Severity::warning, handler.key,
           "a handler of " + std::string(engine_name(handler.engine)) + ", " + handler.name +
               ", in a file that is read as " + std::string(engine_name(*options_.engine)) + "'s",
           "its own engine's config is where it belongs");
    }
  }

  void tell(Code code, Severity severity, Span where, std::string message, std::string advice) {
    fix_.findings.push_back(
        finding_in(code, severity, source_, where.begin, std::move(message), std::move(advice)));
  }

  const Source& source_;
  const FixOptions& options_;
  const Document& document_;
  std::map<HandlerId, std::optional<Verdict>> shown_by_peers_;
  Fix fix_;
};

}  // namespace

std::string_view action_name(Action action) {
  constexpr std::array<std::string_view, 5> names = {"none", "insert", "replace", "skip", "refuse"};
  return names.at(static_cast<std::size_t>(action));
}

Fix plan_fix(const Document& document, const Handlers& handlers, const FixOptions& options) {
  return Fixer(document, options).plan(handlers);
}

void prove(const Document& document, Fix& plan) {
  if (!plan.edits.empty()) {
    plan.after = verify(document, apply_edits(document.source().bytes(), plan.edits), plan.paths);
  }
}

Fix fix(const Document& document, const Handlers& handlers, const FixOptions& options) {
  Fix plan = plan_fix(document, handlers, options);
  prove(document, plan);
  return plan;
}

}  // namespace katafix
