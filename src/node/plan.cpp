#include "katafix/node/plan.hpp"

#include "katafix/node/discovery.hpp"

#include <iterator>
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

}  // namespace

PlannedFile plan_file(const FileReader& reader, const LoadedFile& file, Place place,
                      const FixOptions& options, const LintContext& context) {
  PlannedFile planned;
  planned.path = file.path;
  planned.place = std::move(place);
  planned.file = &file;
  try {
    if (file.error) {
      throw Error(*file.error);
    }
    planned.fix = fix(*file.document, options);
    for (const Engine engine : {Engine::containerd, Engine::crio}) {
      if (options.engine.value_or(engine) == engine) {
        std::vector<Finding> found = lint(*file.document, engine, context);
        std::move(found.begin(), found.end(), std::back_inserter(planned.fix.findings));
      }
    }
    if (planned.is_changed() && file.id != FileId()) {  // standard input is nowhere
      Place real = place_on_node(reader, reader.real_path(file.path), file.source->bytes());
      if (is_left_alone(real.role)) {
        planned.place = std::move(real);
      }
    }
  } catch (const Error& error) {
    planned.fix.findings = {error.finding()};
  }
  return planned;
}

void leave_alone(PlannedFile& planned) {
  const std::string role(role_name(planned.place.role));
  for (HandlerReport& handler : planned.fix.handlers) {
    if (handler.action != Action::insert && handler.action != Action::replace) {
      continue;
    }
    handler.action = Action::refuse;
    handler.reason = "this is a " + role + " file";
    const Source& source = *planned.file->source;
    planned.fix.findings.push_back({code_of(planned.place),
                                    Severity::error,
                                    planned.path,
                                    {handler.line, 1},
                                    "the Kata handler " + handler.name +
                                        " needs the flag, but this is a " + role +
                                        " file: an edit would not last",
                                    planned.place.instead,
                                    std::string(source.text(source.line(handler.line)))});
  }
  planned.fix.edits.clear();
}

}  // namespace katafix
