#include "katafix/engine/kata_rules.hpp"

#include "engine/judged.hpp"

#include <string>

namespace katafix {
namespace {

using test::verdict_on;

constexpr Engine kContainerd = Engine::containerd;
constexpr Engine kCrio = Engine::crio;

struct Yes {
  Engine engine;
  const char* name;
  const char* body;
  Rule rule;
  const char* key;
  const char* value;
};

void check(const Yes& row) {
  CAPTURE(row.name, row.body);
  const Verdict verdict = verdict_on(row.engine, row.name, row.body);
  CHECK(verdict.kata == Kata::yes);
  REQUIRE(verdict.evidence);
  CHECK(verdict.evidence->rule == row.rule);
  CHECK(verdict.evidence->key == row.key);
  CHECK(verdict.evidence->value == row.value);
  CHECK(verdict.reason.empty());
}

void check_no(Engine engine, const char* name, const std::string& body) {
  CAPTURE(name, body);
  const Verdict verdict = verdict_on(engine, name, body);
  CHECK(verdict.kata == Kata::no);
  CHECK_FALSE(verdict.evidence);
}

TEST_CASE("A runtime path to a shim of Kata shows Kata", "[engine]") {
  for (const char* path : {"/opt/kata/bin/containerd-shim-kata-v2", "containerd-shim-kata",
                           "/usr/bin/containerd-shim-kata-qemu-v2", "/x/containerd-shim-kata-v2-tp",
                           "/x/containerd-shim-kata-v2/", "/x/containerd-shim-kata-v2///"}) {
    const std::string body = std::string("runtime_path = '") + path + "'";
    for (const Engine engine : {kContainerd, kCrio}) {
      check({engine, "x", body.c_str(), Rule::shim_path, "runtime_path", path});
    }
  }
}

TEST_CASE("A runtime path that only resembles the shim of Kata shows nothing", "[engine]") {
  for (const char* path : {"/x/containerd-shim-katana-v2", "/x/containerd-shim-kat", "/x/shim-kata",
                           "/containerd-shim-kata-v2/bin/x", "/x/containerd-shim-kata.v2",
                           "/x/Containerd-shim-kata-v2", "/"}) {
    CAPTURE(path);
    const Verdict verdict =
        verdict_on(kContainerd, "x", std::string("runtime_path = '") + path + "'");
    CHECK(verdict.kata != Kata::yes);
  }
}

TEST_CASE("A runtime type that names a shim of Kata shows Kata", "[engine]") {
  for (const char* type : {"io.containerd.kata.v2", "io.containerd.kata-qemu.v2",
                           "io.containerd.katafc.v2", "io.containerd.kata-clh.v10", "kata.v2",
                           "/opt/kata/bin/containerd-shim-kata-v2", "/x/containerd-shim-kata"}) {
    const std::string body = std::string("runtime_type = \"") + type + "\"";
    check({kContainerd, "x", body.c_str(), Rule::shim_type, "runtime_type", type});
  }
}

TEST_CASE("A runtime type that only resembles Kata's shows nothing", "[engine]") {
  for (const char* type :
       {"io.containerd.runc.v2", "io.containerd.kata", "io.containerd.kata.v",
        "io.containerd.kata.2", "io.containerd.kata.v2x", "io.kata.x.v2", "io.containerd.xkata.v2",
        "io.containerd.Kata.v2", "kata", ".v2", "/opt/io.containerd.kata.v2", "/x/kata.v2",
        "x/containerd-shim-kata-v2"}) {
    CAPTURE(type);
    const Verdict verdict =
        verdict_on(kContainerd, "x", std::string("runtime_type = '") + type + "'");
    CHECK(verdict.kata != Kata::yes);
  }
}

TEST_CASE("A runtime of Kata in one of four keys shows Kata", "[engine]") {
  const std::string v1 = "runtime_type = 'io.containerd.runtime.v1.linux'\n";
  const std::string engine = v1 + "runtime_engine = '/opt/kata/bin/kata-qemu'";
  const std::string runtime = v1 + "options.Runtime = 'kata-runtime'";
  const Yes rows[] = {
      {kContainerd, "x", "runtime_path = '/usr/bin/kata-runtime'", Rule::kata_runtime,
       "runtime_path", "/usr/bin/kata-runtime"},
      {kContainerd, "x", engine.c_str(), Rule::kata_runtime, "runtime_engine",
       "/opt/kata/bin/kata-qemu"},
      {kContainerd, "x", runtime.c_str(), Rule::kata_runtime, "options.Runtime", "kata-runtime"},
      {kContainerd, "x", "options.BinaryName = 'kata-fc'", Rule::kata_runtime, "options.BinaryName",
       "kata-fc"},
      {kContainerd, "x",
       "runtime_type = 'io.containerd.runc.v2'\noptions = { BinaryName = '/x/kata-clh' }",
       Rule::kata_runtime, "options.BinaryName", "/x/kata-clh"},
      {kCrio, "x", "runtime_path = '/usr/bin/kata-runtime'", Rule::kata_runtime, "runtime_path",
       "/usr/bin/kata-runtime"},
  };
  for (const Yes& row : rows) {
    check(row);
  }
}

TEST_CASE("What only the first shim of containerd ran shows nothing under another", "[engine]") {
  for (const char* old :
       {"runtime_engine = '/usr/bin/kata-runtime'", "options.Runtime = 'kata-runtime'"}) {
    check_no(kContainerd, "x", std::string("runtime_type = 'io.containerd.runc.v2'\n") + old);
    CHECK(verdict_on(kContainerd, "x", old).kata == Kata::doubtful);
  }
}

TEST_CASE("Every flavour of the runtime of Kata is known and may be continued", "[engine]") {
  for (const std::string flavour : {"runtime", "qemu", "clh", "fc", "nemu", "acrn", "dragonball",
                                    "stratovirt", "cloud-hypervisor", "firecracker"}) {
    for (const std::string tail : {"", "-virtiofs"}) {
      const std::string path = "/opt/kata/bin/kata-" + flavour + tail;
      const std::string body = "runtime_path = '" + path + "'";
      check({kContainerd, "x", body.c_str(), Rule::kata_runtime, "runtime_path", path.c_str()});
    }
  }
}

TEST_CASE("Other binaries of Kata are not its runtime", "[engine]") {
  for (const char* path : {"/x/kata-wrapper", "/x/kata-runtime2", "/x/kata-agent", "/x/kata",
                           "/x/kata-qemu.sh", "/kata-runtime/x"}) {
    CAPTURE(path);
    CHECK(verdict_on(kContainerd, "x", std::string("runtime_path = '") + path + "'").kata ==
          Kata::doubtful);
  }
}

TEST_CASE("The type vm shows Kata with CRI-O only", "[engine]") {
  check({kCrio, "x", "runtime_type = \"vm\"", Rule::vm, "runtime_type", "vm"});
  check({kCrio, "x", "runtime_type = 'vm'\nruntime_path = '/x/my-shim'", Rule::vm, "runtime_type",
         "vm"});
  check_no(kContainerd, "x", "runtime_type = 'vm'");
  check_no(kCrio, "x", "runtime_type = 'oci'");
  check_no(kCrio, "x", "runtime_type = 'VM'");
}

TEST_CASE("A name of Kata without a path shows Kata with CRI-O only", "[engine]") {
  for (const char* name : {"kata", "kata-qemu", "kata-"}) {
    check({kCrio, name, "", Rule::name, "", name});
    check({kCrio, name, "runtime_path = ''\nruntime_root = '/x'", Rule::name, "", name});
  }
  for (const char* name : {"katana", "my-kata", "Kata"}) {
    CHECK(verdict_on(kCrio, name, "").kata == Kata::doubtful);
  }
  CHECK(verdict_on(kCrio, "kata", "runtime_path = '/x/y'").kata == Kata::doubtful);
  CHECK(verdict_on(kContainerd, "kata", "").kata == Kata::doubtful);
}

TEST_CASE("The first rule that fits gives the evidence", "[engine]") {
  const char* path = "runtime_path = '/x/containerd-shim-kata-v2'\n";
  const char* type = "runtime_type = 'io.containerd.kata.v2'\n";
  const char* old = "runtime_engine = '/x/kata-runtime'\n";
  const std::string all = std::string(old) + type + path;
  CHECK(verdict_on(kContainerd, "x", all).evidence->rule == Rule::shim_path);
  CHECK(verdict_on(kContainerd, "x", std::string(old) + type).evidence->rule == Rule::shim_type);
  CHECK(verdict_on(kCrio, "x", "runtime_type = 'vm'\nruntime_path = '/x/kata-runtime'")
            .evidence->rule == Rule::kata_runtime);
  CHECK(verdict_on(kCrio, "kata", "runtime_type = 'vm'").evidence->rule == Rule::vm);
  CHECK(
      verdict_on(kContainerd, "x",
                 "runtime_type = 'io.containerd.runtime.v1.linux'\nruntime_engine = '/x/kata-fc'\n"
                 "runtime_path = '/x/kata-clh'")
          .evidence->key == "runtime_path");
}

TEST_CASE("Evidence of the handler's own table is told from other evidence", "[engine]") {
  CHECK(verdict_on(kContainerd, "x", "runtime_type = 'io.containerd.kata.v2'")
            .evidence->in_own_table);
  const std::string v1 = "runtime_type = 'io.containerd.runtime.v1.linux'\n";
  CHECK(verdict_on(kContainerd, "x", v1 + "runtime_engine = 'kata-fc'").evidence->in_own_table);
  CHECK_FALSE(
      verdict_on(kContainerd, "x", v1 + "options.Runtime = 'kata-fc'").evidence->in_own_table);
  CHECK_FALSE(
      verdict_on(kContainerd, "x", "options.BinaryName = 'kata-fc'").evidence->in_own_table);
  CHECK_FALSE(verdict_on(kCrio, "kata", "").evidence->in_own_table);
}

TEST_CASE("A runtime on the never-list is not Kata whatever the type says", "[engine]") {
  for (const std::string never : {"runc", "crun", "krun", "youki", "runsc", "urunc", "rune", "spin",
                                  "wasmtime", "wasmedge", "nvidia-container-runtime"}) {
    for (const std::string& binary :
         {never, never + "-v1", never + ".real", never + "-kata", "containerd-shim-" + never,
          "containerd-shim-" + never + "-v2"}) {
      CAPTURE(binary);
      const std::string path = "runtime_path = '/usr/bin/" + binary + "'\n";
      const Verdict skipped =
          verdict_on(kContainerd, "x", path + "runtime_type = 'io.containerd.kata.v2'");
      CHECK(skipped.kata == Kata::skipped);
      CHECK(test::contains(skipped.reason, binary));
      CHECK(verdict_on(kCrio, "x", path + "runtime_type = 'vm'").kata == Kata::skipped);
      CHECK(verdict_on(kContainerd, "kata", path).kata == Kata::doubtful);
      CHECK(verdict_on(kContainerd, "x", path).kata == Kata::no);
    }
  }
}

TEST_CASE("A name that only begins like one of the never-list is not on it", "[engine]") {
  for (const char* name : {"runcx", "crunchy", "krunvm", "nvidia-container"}) {
    const std::string body =
        std::string("runtime_path = '/x/") + name + "'\nruntime_type = 'io.containerd.kata.v2'";
    CAPTURE(body);
    CHECK(verdict_on(kContainerd, "x", body).kata == Kata::yes);
  }
}

TEST_CASE("Without a path the never-list is held against the name with CRI-O", "[engine]") {
  CHECK(verdict_on(kCrio, "runc", "runtime_type = 'vm'").kata == Kata::skipped);
  CHECK(verdict_on(kCrio, "crun-wasm", "runtime_type = 'vm'").kata == Kata::skipped);
  CHECK(verdict_on(kCrio, "krunx", "runtime_type = 'vm'").kata == Kata::yes);
}

TEST_CASE("Without a path the never-list is held against the shim of the type with containerd",
          "[engine]") {
  CHECK(verdict_on(kContainerd, "kata", "runtime_type = 'io.containerd.runc.v2'").kata ==
        Kata::doubtful);
  CHECK(verdict_on(kContainerd, "runc", "runtime_type = 'io.containerd.kata.v2'").kata ==
        Kata::yes);
  CHECK(verdict_on(kContainerd, "x", "runtime_type = 'io.containerd.runsc.v1'").kata == Kata::no);
  CHECK(verdict_on(kContainerd, "x",
                   "runtime_type = '/usr/bin/containerd-shim-runsc-v1'\n"
                   "options.BinaryName = 'kata-fc'")
            .kata == Kata::skipped);
}

TEST_CASE("A binary name of Kata below the shim of runc is Kata 1", "[engine]") {
  CHECK(
      verdict_on(
          kContainerd, "x",
          "runtime_path = '/usr/bin/containerd-shim-runc-v1'\noptions.BinaryName = 'kata-runtime'")
          .kata == Kata::yes);
  CHECK(verdict_on(kContainerd, "x",
                   "runtime_type = 'io.containerd.runsc.v1'\noptions.BinaryName = 'kata-runtime'")
            .kata == Kata::skipped);
}

TEST_CASE("A type of Kata with a wrapper as path is Kata", "[engine]") {
  check({kContainerd, "x", "runtime_path = '/x/wrap.sh'\nruntime_type = 'io.containerd.kata.v2'",
         Rule::shim_type, "runtime_type", "io.containerd.kata.v2"});
}

TEST_CASE("A handler that only mentions Kata is doubtful", "[engine]") {
  for (const char* body :
       {"runtime_path = '/x/kata-wrapper'", "runtime_type = 'io.containerd.contrast-cc.v2'",
        "pod_annotations = ['io.katacontainers.*']",
        "container_annotations = ['x', 'io.katacontainers.config']",
        "runtime_engine = '/opt/KATA/x'"}) {
    CAPTURE(body);
    const Verdict verdict = verdict_on(kContainerd, "x", body);
    CHECK(verdict.kata == Kata::doubtful);
    CHECK_FALSE(verdict.evidence);
    CHECK_FALSE(verdict.reason.empty());
  }
  CHECK(verdict_on(kContainerd, "contrast-cc-abc", "runtime_type = 'x'").kata == Kata::doubtful);
  check_no(kContainerd, "x", "pod_annotations = ['io.kubernetes']");
}

TEST_CASE("What a directive makes is no evidence", "[engine]") {
  const std::string header = test::header_of(kContainerd, "x");
  const test::Parsed made(header + "runtime_type = {{ .Kata }}\n", "c.tmpl");
  CHECK(verdict_on(made, kContainerd, "x").kata == Kata::no);
  const test::Parsed part(header + "runtime_path = \"{{ .Dir }}/containerd-shim-kata-v2\"\n",
                          "c.tmpl");
  const Verdict verdict = verdict_on(part, kContainerd, "x");
  CHECK(verdict.kata == Kata::yes);
  CHECK(verdict.evidence->value == "{{ .Dir }}/containerd-shim-kata-v2");
}

TEST_CASE("Rules have stable names", "[engine]") {
  CHECK(rule_name(Rule::shim_path) == "shim-path");
  CHECK(rule_name(Rule::shim_type) == "shim-type");
  CHECK(rule_name(Rule::kata_runtime) == "kata-runtime");
  CHECK(rule_name(Rule::vm) == "vm");
  CHECK(rule_name(Rule::name) == "name");
  CHECK(rule_name(Rule::option) == "option");
}

}  // namespace
}  // namespace katafix
