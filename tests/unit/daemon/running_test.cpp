#include "daemon/running.hpp"

#include "catch.hpp"
#include "node/descriptor.hpp"
#include "node/fake_node.hpp"
#include "support.hpp"
#include "temp_dir.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

using namespace katafix;
using State = Running::State;
using std::chrono::milliseconds;

namespace {

/// Listens at a socket for one connection, and does with it what it is told.
class Listener {
 public:
  explicit Listener(std::function<void(int)> answer) : answer_(std::move(answer)) {
    struct sockaddr_un address {};
    address.sun_family = AF_UNIX;
    path().copy(std::begin(address.sun_path), sizeof address.sun_path - 1);
    REQUIRE(::bind(listening_.get(), reinterpret_cast<const struct sockaddr*>(&address),
                   sizeof address) == 0);
    REQUIRE(::listen(listening_.get(), 1) == 0);
    thread_ = std::thread([this] {
      const Descriptor connection(::accept(listening_.get(), nullptr, nullptr));
      answer_(connection.get());
    });
  }
  ~Listener() { thread_.join(); }

  [[nodiscard]] std::string path() const { return directory_ / "engine.sock"; }

 private:
  test::TempDir directory_;
  Descriptor listening_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::function<void(int)> answer_;
  std::thread thread_;
};

/// Until the other side is gone.
void wait(int connection) {
  std::array<char, 4096> bytes{};
  while (::recv(connection, bytes.data(), bytes.size(), 0) > 0) {
  }
}

void say(int connection, std::string_view text) {
  ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

Running asked(Engine engine, std::function<void(int)> answer,
              milliseconds limit = std::chrono::seconds(20)) {
  const Listener listener(std::move(answer));
  Daemon daemon;
  daemon.engine = engine;
  daemon.socket = listener.path();
  return ask_running(daemon, limit);
}

Running of_crio(std::string_view answer) {
  return asked(Engine::crio, [=](int connection) {
    std::array<char, 4096> request{};
    REQUIRE(::recv(connection, request.data(), request.size(), 0) > 0);
    say(connection, answer);
  });
}

/// The daemon of a node's tree, whose only view is of these files.
Daemon daemon_with(const test::FakeNode& node, const std::string& distribution,
                   const std::vector<std::string>& paths) {
  NodeFiles files(node);
  EngineTree tree;
  tree.engine = distribution == "crio" ? Engine::crio : Engine::containerd;
  tree.distribution = distribution;
  TreePlan plan;
  plan.effective.emplace_back().files = paths;
  return daemon_of(tree, plan, files);
}

Running serving(std::map<std::string, bool, std::less<>> handlers, std::set<std::string> flagged) {
  Running running;
  running.state = State::serves;
  running.handlers = std::move(handlers);
  running.flagged = std::move(flagged);
  return running;
}

}  // namespace

TEST_CASE("Who says nothing is left at the limit", "[daemon]") {
  const Running running = asked(Engine::containerd, wait, milliseconds(50));
  CHECK(running.state == State::no_answer);
  CHECK(running.reason == "no answer within 50 ms");
  CHECK_FALSE(running.answered());
}

TEST_CASE("What is no HTTP/2 is no answer", "[daemon]") {
  const Running running = asked(Engine::containerd, [](int connection) {
    say(connection, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    wait(connection);
  });
  CHECK(running.state == State::no_answer);
  CHECK(running.reason == "what it says is no HTTP/2");
}

TEST_CASE("An answer without end is left after some megabytes", "[daemon]") {
  const Running running = asked(Engine::crio, [](int connection) {
    const std::string much(std::size_t{1} << 20U, 'a');
    for (int count = 0; count < 8; ++count) {
      say(connection, much);
    }
  });
  CHECK(running.state == State::no_answer);
  CHECK(running.reason == "it answers with more than 4 MiB");
}

TEST_CASE("Where nobody listens no engine runs", "[daemon]") {
  const test::TempDir directory;
  Daemon daemon;
  daemon.socket = directory / "none.sock";
  CHECK(ask_running(daemon).state == State::not_running);
  daemon.socket = "/" + std::string(200, 'a');
  CHECK(ask_running(daemon).state == State::no_answer);
}

TEST_CASE("CRI-O prints the flag where it is true", "[daemon]") {
  const Running running = of_crio(
      "HTTP/1.0 200 OK\r\nContent-Type: application/toml\r\n\r\n"
      "[crio.runtime.runtimes.crun]\nruntime_path = \"/usr/bin/crun\"\n"
      "[crio.runtime.runtimes.kata]\nprivileged_without_host_devices = true\n");
  CHECK(running.state == State::serves);
  CHECK(running.handlers ==
        std::map<std::string, bool, std::less<>>{{"crun", false}, {"kata", true}});
}

TEST_CASE("What CRI-O would not say is no answer", "[daemon]") {
  for (const std::string_view answer :
       {"", "HTTP/1.0 200 OK\r\n", "HTTP/1.0 404 Not Found\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n[crio\n"}) {
    CHECK(of_crio(answer).state == State::no_answer);
  }
}

TEST_CASE("An engine listens where the file that is loaded last says", "[daemon]") {
  test::FakeNode node;
  node.files = {{"/a", "[grpc]\naddress = \"/run/a.sock\"\n"},
                {"/b", "[grpc]\nuid = 1\n"},
                {"/c", "[plugins.\"io.containerd.server.v1.grpc\"]\naddress = \"/run/c.sock\"\n"},
                {"/d", "[crio.api]\nlisten = \"unix:///run/d.sock\"\n"},
                {"/e", "grpc = 1\n"}};
  CHECK(daemon_with(node, "containerd", {"/a", "/b"}).socket == "/run/a.sock");
  CHECK(daemon_with(node, "containerd", {"/a", "/c"}).socket == "/run/c.sock");
  CHECK(daemon_with(node, "containerd", {"/b", "/e"}).socket == "/run/containerd/containerd.sock");
  CHECK(daemon_with(node, "k3s", {"/b"}).socket == "/run/k3s/containerd/containerd.sock");
  CHECK(daemon_with(node, "crio", {"/d"}).socket == "/run/d.sock");
  CHECK(daemon_with(node, "crio", {"/a"}).socket == "/run/crio/crio.sock");
  CHECK(daemon_with(node, "", {"/a"}).socket.empty());
}

TEST_CASE("A daemon is stale when it lacks a flag that its files have", "[daemon]") {
  CHECK_FALSE(serving({{"kata", true}, {"runc", false}}, {"kata"}).is_stale());
  CHECK(serving({{"kata", false}}, {"kata"}).is_stale());
  CHECK(serving({}, {"kata"}).is_stale());
  Running silent = serving({}, {"kata"});
  silent.state = State::no_answer;
  CHECK_FALSE(silent.is_stale());
}

TEST_CASE("That a daemon is stale is no news while a fix is planned", "[daemon]") {
  const Running running = serving({{"kata", false}}, {"kata", "kata-clh"});
  Daemon daemon;
  daemon.unit = "snap.k8s.containerd";
  const auto found = finding_about(running, daemon);
  REQUIRE(found);
  CHECK(found->code == Code::not_in_effect);
  CHECK(test::contains(found->message, "for kata, kata-clh (which it does not have at all), "));
  CHECK(test::contains(found->advice, "snap restart k8s.containerd"));
  daemon.planned = {"kata-fc"};
  CHECK_FALSE(finding_about(running, daemon));
}

TEST_CASE("An engine without CRI is trouble where its files want CRI", "[daemon]") {
  Running running;
  running.state = State::serves_no_pods;
  Daemon daemon;
  CHECK_FALSE(finding_about(running, daemon));
  daemon.is_to_serve = true;
  REQUIRE(finding_about(running, daemon));
  CHECK(finding_about(running, daemon)->severity == Severity::error);
}
