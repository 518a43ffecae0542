#include "plan.hpp"

#include "discovery.hpp"
#include "rancher.hpp"
#include "text/append.hpp"

#include <algorithm>
#include <utility>

namespace katafix {

namespace {

Code code_of(const Place& place) {
  if (place.is_machine_config) {
    return Code::machine_config;
  }
  return place.role == Role::generated ? Code::generated_file
         : place.role == Role::managed ? Code::managed_file
                                       : Code::read_only_file;
}

void plan(PlannedFile& planned, const LoadedFile& file, const FixOptions& options,
          const LintContext& context) {
  const Document& document = *file.document;
  const Handlers& handlers = file.handlers();
  planned.fix = plan_fix(document, handlers, options);
  for (const Engine engine : {Engine::containerd, Engine::crio}) {
    if (options.engine.value_or(engine) == engine) {
      append(planned.fix.findings, lint(document, handlers.of(engine), context));
    }
  }
  if (planned.place.role == Role::go_template) {
    append(planned.fix.findings, base_conflicts(document, planned.path));
  }
}

}  // namespace

PlannedFile plan_file(const FileReader& reader, const LoadedFile& file, Place place,
                      const FixOptions& options, const LintContext& context, Purpose purpose) {
  PlannedFile planned;
  planned.path = file.path;
  planned.place = std::move(place);
  planned.file = &file;
  try {
    if (file.error) {
      throw Error(*file.error);
    }
    plan(planned, file, options, context);
    if (purpose == Purpose::fix) {
      prove(*file.document, planned.fix);
    }
    follow_links(reader, planned);
  } catch (const Error& error) {
    planned.fix = {};
    planned.fix.findings = {error.finding()};
  }
  return planned;
}

void follow_links(const FileReader& reader, PlannedFile& planned) {
  // Standard input is nowhere, and a part of a file is where that is.
  if (!planned.is_changed() || planned.file->id == FileId()) {
    return;
  }
  planned.real_path = reader.real_path(planned.path);
  Place real = place_on_node(reader, planned.real_path, planned.file->source->bytes());
  if (is_left_alone(real.role)) {
    real.unit = std::move(planned.place.unit);
    planned.place = std::move(real);
  }
}

void refuse_hard_link(PlannedFile& planned) {
  for (HandlerReport& handler : planned.fix.handlers) {
    if (handler.is_edited()) {
      handler.action = Action::refuse;
      handler.reason = "the file has more than one hard link";
    }
  }
  planned.fix.edits.clear();
  planned.fix.findings.push_back(Error(Code::unsafe_target, planned.path,
                                       "it has " + std::to_string(planned.file->links) +
                                           " hard links, and only this one would get the new text",
                                       "leave it one name, make the others symbolic links to it, "
                                       "or overwrite it with apply --in-place")
                                     .finding());
}

void set_aside(PlannedFile& planned) {
  planned.is_stray = true;
  planned.fix.edits.clear();
  for (HandlerReport& handler : planned.fix.handlers) {
    if (handler.kata) {
      handler.action = Action::skip;
      handler.reason = "nothing loads this file";
    }
  }
  for (Finding& finding : planned.fix.findings) {
    finding.severity = std::min(finding.severity, Severity::warning);
  }
}

void leave_alone(PlannedFile& planned) {
  const std::string role(role_name(planned.place.role));
  for (HandlerReport& handler : planned.fix.handlers) {
    if (handler.action != Action::insert && handler.action != Action::replace) {
      continue;
    }
    handler.action = Action::refuse;
    handler.reason = "this is a " + role + " file";
    planned.fix.findings.push_back(finding_on_line(
        code_of(planned.place), Severity::error, *planned.file->source, handler.line,
        "the Kata handler " + handler.name + " needs the flag, but this is a " + role +
            " file: an edit would not last",
        planned.place.instead));
  }
  planned.fix.edits.clear();
}

}  // namespace katafix
