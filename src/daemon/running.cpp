#include "running.hpp"

#include "katafix/toml/document.hpp"

#include "connection.hpp"
#include "cri_status.hpp"
#include "engine/spelling.hpp"
#include "grpc.hpp"
#include "installed.hpp"
#include "log.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace katafix {

namespace {

using State = Running::State;

// In config version 4 (2.3) the one is what the other was before
// (cmd/containerd/server/config/config.go @v2.3.4).
constexpr std::array<std::string_view, 2> kGrpcAddress = {"grpc", "address"};
constexpr std::array<std::string_view, 3> kServerAddress = {
    "plugins", "io.containerd.server.v1.grpc", "address"};
constexpr std::array<std::string_view, 3> kCrioListen = {"crio", "api", "listen"};

/// The last string at these names, in any case; `found` where there is none.
std::string string_at(const Node& node, std::span<const std::string_view> names, Engine engine,
                      std::string found) {
  if (names.empty()) {
    const std::string_view text = node.string().value_or("");
    return text.empty() ? found : std::string(text);
  }
  for (const Entry& entry : entries_named(node, names.front(), engine)) {
    found = string_at(entry.value, names.subspan(1), engine, std::move(found));
  }
  return found;
}

/// Where an engine is to listen, by the files that it loads; empty where they do not say.
std::string configured_socket(Engine engine, const std::vector<std::string>& paths,
                              NodeFiles& files) {
  std::string socket;
  for (const std::string& path : paths) {
    const LoadedFile& file = files.load(path);
    if (!file.document) {
      continue;
    }
    const Node root = file.document->root();
    if (engine == Engine::crio) {
      socket = string_at(root, kCrioListen, engine, std::move(socket));
    } else {
      socket = string_at(root, kGrpcAddress, engine, std::move(socket));
      socket = string_at(root, kServerAddress, engine, std::move(socket));
    }
  }
  constexpr std::string_view scheme = "unix://";
  return socket.substr(socket.starts_with(scheme) ? scheme.size() : 0);
}

/// Do the releases that serve this handler, and there is one, do so with the flag?
bool is_flagged(const std::vector<Effective>& views, const std::string& name) {
  bool is_served = false;
  for (const Effective& view : views) {
    if (const ViewedHandler* const handler = view.handlers.find(name)) {
      if (!handler->flag) {
        return false;
      }
      is_served = true;
    }
  }
  return is_served;
}

/// Does a handler get its flag when its file is made anew, which a restart of the engine does?
bool is_to_be_rendered(const Daemon& daemon, const PlannedFile& file,
                       const HandlerReport& handler) {
  return !daemon.unit.empty() && file.place.role == Role::generated &&
         handler.action == Action::none && handler.flag_before != "true";
}

void add_handlers(Daemon& daemon, const TreePlan& plan) {
  for (const PlannedFile& file : plan.files) {
    for (const HandlerReport& handler : file.fix.handlers) {
      if (file.is_stray || handler.engine != daemon.engine || !handler.kata ||
          handler.action == Action::skip) {
        continue;
      }
      if (is_flagged(plan.effective, handler.name) || is_to_be_rendered(daemon, file, handler)) {
        daemon.flagged.insert(handler.name);
      } else if (handler.is_edited()) {
        daemon.planned.insert(handler.name);
      }
    }
  }
}

void ask_crio(Connection& connection, Running& running) {
  // Of 1.0 the answer ends with the connection.
  connection.send("GET /config HTTP/1.0\r\nHost: localhost\r\n\r\n");
  std::string answer;
  for (std::string bytes = connection.receive(); !bytes.empty(); bytes = connection.receive()) {
    answer += bytes;
  }
  constexpr std::string_view end = "\r\n\r\n";
  const std::size_t head = answer.find(end);
  if (!answer.starts_with("HTTP/1.") || head == std::string::npos ||
      !std::string_view(answer).substr(sizeof "HTTP/1.0").starts_with("200")) {
    connection.reject("it does not answer GET /config");
  }
  try {
    const Source source(running.socket, answer.substr(head + end.size()));
    const Document config(source);
    const auto runtimes = descend(config.root(), {"crio", "runtime", "runtimes"});
    for (const Entry& handler : runtimes ? runtimes->entries() : std::vector<Entry>{}) {
      // CRI-O prints it only where it is true.
      const auto flag = descend(handler.value, {kFlag});
      running.handlers[std::string(handler.name)] = flag && flag->is_true();
    }
  } catch (const Error& error) {
    connection.reject(std::string("its config is no TOML: ") + error.what());
  }
  running.state = State::serves;
}

void ask_containerd(Connection& connection, Running& running) {
  GrpcClient client(connection);
  // StatusRequest with `verbose`, its field 1, true: two bytes, after their length.
  constexpr std::string_view request("\0\0\0\0\2\x08\1", 7);
  GrpcAnswer answer = client.call("/runtime.v1.RuntimeService/Status", request);
  if (answer.status == kUnimplemented) {  // before 1.6
    GrpcAnswer older = client.call("/runtime.v1alpha2.RuntimeService/Status", request);
    if (older.status != kUnimplemented) {
      answer = std::move(older);
    }
  }
  if (answer.status == kUnimplemented) {
    running.state = State::serves_no_pods;
    running.reason = answer.message;
    return;
  }
  if (answer.status != 0) {
    connection.reject("CRI answers with status " + std::to_string(answer.status) + ": " +
                      answer.message);
  }
  const auto config = config_in_status(answer.body);
  auto handlers = config ? handlers_in_config(*config) : std::nullopt;
  if (!handlers) {
    connection.reject("CRI answers without its handlers");
  }
  running.handlers = *std::move(handlers);
  running.state = State::serves;
}

/// Deckhouse's bashible restarts containerd as well as people do.
std::string unit_of(const Daemon& daemon) {
  return daemon.unit.empty() ? std::string(engine_name(daemon.engine)) : daemon.unit;
}

Finding not_in_effect(const Running& running, const Daemon& daemon) {
  return finding_on_file(
      Code::not_in_effect, Severity::warning, daemon.main,
      "the running " + std::string(engine_name(daemon.engine)) + " does without " +
          std::string(kFlag) + " for " + unflagged(running) + ", although its files set it",
      restart_command(unit_of(daemon)) + " makes it read them: a reload is not enough");
}

}  // namespace

Daemon daemon_of(const EngineTree& tree, const TreePlan& plan, NodeFiles& files) {
  Daemon daemon;
  daemon.engine = tree.engine;
  daemon.main = tree.main;
  daemon.unit = tree.unit;
  if (plan.effective.empty()) {
    return daemon;
  }
  daemon.socket = usual_socket(tree);
  if (!daemon.socket.empty()) {
    const std::string configured =
        configured_socket(tree.engine, plan.effective.front().files, files);
    daemon.socket = configured.starts_with('/') ? configured : daemon.socket;
  }
  daemon.is_to_serve = std::ranges::any_of(
      plan.effective, [](const Effective& view) { return view.accepted() && view.serves_cri; });
  add_handlers(daemon, plan);
  return daemon;
}

Running ask_running(const Daemon& daemon, std::chrono::milliseconds limit) {
  Running running;
  running.engine = daemon.engine;
  running.socket = daemon.socket;
  running.flagged = daemon.flagged;
  try {
    Connection connection(daemon.socket, limit);
    (daemon.engine == Engine::crio ? ask_crio : ask_containerd)(connection, running);
  } catch (const Error& error) {
    const Finding& finding = error.finding();
    running.state = finding.code == Code::not_running ? State::not_running
                    : finding.is_only_here            ? State::unasked
                                                      : State::no_answer;
    running.reason = finding.message;
  }
  debug(daemon.socket + ": " +
        (running.reason.empty() ? std::to_string(running.handlers.size()) + " handlers"
                                : running.reason));
  return running;
}

std::string unflagged(const Running& running) {
  std::string names;
  for (const std::string& name : running.flagged) {
    if (!running.has_flag(name)) {
      names += (names.empty() ? "" : ", ") + name +
               (running.handlers.contains(name) ? "" : " (which it does not have at all)");
    }
  }
  return names;
}

std::optional<Finding> finding_about(const Running& running, const Daemon& daemon) {
  const std::string engine(engine_name(running.engine));
  switch (running.state) {
    case State::serves:
      return running.is_stale() && daemon.planned.empty()
                 ? std::optional(not_in_effect(running, daemon))
                 : std::nullopt;
    case State::serves_no_pods:
      if (!daemon.is_to_serve) {
        return std::nullopt;  // as its files want it
      }
      return finding_on_file(
          Code::engine_serves_no_pods, Severity::error, running.socket,
          engine + " is up, and serves no pods: " + running.reason,
          "journalctl -u " + unit_of(daemon) + " says why it did not load its CRI plugin");
    case State::not_running:
      return finding_on_file(Code::not_running, Severity::info, running.socket,
                             engine + " does not run here: " + running.reason,
                             "its files are all that was looked at");
    case State::unasked:
    case State::no_answer:
      break;
  }
  const bool is_silent = running.state == State::no_answer;
  return finding_on_file(Code::not_asked, is_silent ? Severity::warning : Severity::info,
                         running.socket,
                         "what the running " + engine + " does is not known: " + running.reason,
                         is_silent ? "see what listens there" : "run it as root");
}

}  // namespace katafix
