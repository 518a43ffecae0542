#include "node/staging.hpp"

#include "catch.hpp"
#include "fake_node.hpp"
#include "support.hpp"

using namespace katafix;
using katafix::test::FakeNode;

namespace {

std::string led_below(const std::string& directory, const std::string& text) {
  const Source source("/etc/containerd/config.toml", text);
  return with_imports_below(directory, Document(source));
}

std::map<std::string, std::string> staged(NodeFiles& files, const EngineTree& tree) {
  std::map<std::string, std::string> found;
  for (const StagedFile& file : staged_files(files, tree, "/S")) {
    CHECK(found.emplace(file.path, file.bytes).second);
  }
  return found;
}

EngineTree containerd_tree(const std::string& main = "/etc/containerd/config.toml") {
  EngineTree tree;
  tree.main = main;
  return tree;
}

}  // namespace

TEST_CASE("Absolute imports are led below the stage, and nothing else changes", "[node]") {
  CHECK(led_below("/S",
                  "version = 2 # \"/a\"\nimports = [\"/a.toml\", '/b/*.toml',\n  \"c.toml\" ]\n"
                  "root = \"/r\"\n[plugins.x]\nimports = [\"/d\"]\n") ==
        "version = 2 # \"/a\"\nimports = [\"/S/a.toml\", \"/S/b/*.toml\",\n  \"c.toml\" ]\n"
        "root = \"/r\"\n[plugins.x]\nimports = [\"/d\"]\n");
  CHECK(led_below("/S", "\xEF\xBB\xBFIMPORTS = [\"/a\"]\r\n") ==
        "\xEF\xBB\xBFIMPORTS = [\"/S/a\"]\r\n");
  CHECK(led_below("/S", "imports = [\"\"\"/a\"\"\", \"\\u002Fb\"]") ==
        "imports = [\"/S/a\", \"/S/b\"]");
  CHECK(led_below("/S", "imports = [1, \"\", true]\n") == "imports = [1, \"\", true]\n");
  CHECK(led_below("/S", "imports = \"/a\"\n") == "imports = \"/a\"\n");
}

TEST_CASE("An import does not lead out of the stage by dots", "[node]") {
  CHECK(led_below("/S", "imports = [\"/../../etc/./x//y\"]") == "imports = [\"/S/etc/x/y\"]");
}

TEST_CASE("Odd names are quoted for TOML, and the stage's own for a pattern", "[node]") {
  CHECK(led_below("/S\"\\", R"(imports = ['/a"\b'])") == R"(imports = ["/S\"\\/a\"\\b"])");
  CHECK(led_below("/S", R"(imports = ["/a\tb"])") == R"(imports = ["/S/a\u0009b"])");
  CHECK(led_below("/S[1]", R"(imports = ["/a", "/*"])") == R"(imports = ["/S[1]/a", "/S\\[1]/*"])");
  CHECK(led_below("/S*", R"(imports = ["/a"])") == R"(imports = ["/S\\*/a"])");
}

TEST_CASE("The stage of containerd has the main file and what it imports, edits made", "[node]") {
  FakeNode node;
  node.files = {{"/etc/containerd/config.toml", "imports = [\"/opt/*.toml\", \"x/b.toml\"]\n"},
                {"/opt/a.toml", "a = 1\n"},
                {"/opt/bad.toml", "a = \n"},
                {"/real", "c = 1\n"},
                {"/etc/containerd/x/b.toml", "b = 1\n"},
                {"/etc/containerd/other.toml", "o = 1\n"}};
  node.links = {{"/opt/link.toml", "/real"}};
  NodeFiles now(node);
  const auto edited = std::make_shared<const Source>("/real", "c = 2\n");
  NodeFiles after(now, {{now.load("/real").id, edited}});
  CHECK(staged(after, containerd_tree()) ==
        std::map<std::string, std::string>{
            {"/etc/containerd/config.toml", "imports = [\"/S/opt/*.toml\", \"x/b.toml\"]\n"},
            {"/opt/a.toml", "a = 1\n"},
            {"/opt/bad.toml", "a = \n"},
            {"/opt/link.toml", "c = 2\n"},
            {"/etc/containerd/x/b.toml", "b = 1\n"}});
}

TEST_CASE("There is no stage for a template, or where the main file is missing", "[node]") {
  FakeNode node;
  const std::string microk8s = "/var/snap/microk8s/current/args/containerd-template.toml";
  node.files = {{"/k3s/config.toml.tmpl", "a = 1\n"},
                {"/k3s/other", "{{ template \"base\" . }}\n"},
                {microk8s, "a = 1\n"}};
  NodeFiles files(node);
  CHECK(staged(files, containerd_tree("/k3s/config.toml.tmpl")).empty());
  CHECK(staged(files, containerd_tree("/k3s/other")).empty());
  CHECK(staged(files, containerd_tree(microk8s)).empty());
  CHECK(staged(files, containerd_tree("/k3s/config.toml")).empty());
}

TEST_CASE("The stage of CRI-O has all drop-ins, and a main file whatever the node has", "[node]") {
  FakeNode node;
  node.files = {{"/etc/crio/crio.conf.d/a/10", "a = 1\n"},
                {"/etc/crio/crio.conf.d/20~", "imports = [\"/b\"]\n"}};
  EngineTree tree;
  tree.engine = Engine::crio;
  tree.main = "/etc/crio/crio.conf";
  tree.drop_ins = "/etc/crio/crio.conf.d";
  tree.files = {{"/etc/crio/crio.conf.d/20~", {}}, {"/etc/crio/crio.conf.d/a/10", {}}};
  std::map<std::string, std::string> expected{
      {"/etc/crio/crio.conf", ""},
      {"/etc/crio/crio.conf.d/a/10", "a = 1\n"},
      {"/etc/crio/crio.conf.d/20~", "imports = [\"/b\"]\n"}};
  NodeFiles without(node);
  CHECK(staged(without, tree) == expected);
  node.files["/etc/crio/crio.conf"] = expected["/etc/crio/crio.conf"] = "m = 1\n";
  tree.files.insert(tree.files.begin(), {"/etc/crio/crio.conf", {}});
  NodeFiles with(node);
  CHECK(staged(with, tree) == expected);
  tree.drop_ins.clear();
  CHECK(staged(with, tree) ==
        std::map<std::string, std::string>{{"/etc/crio/crio.conf", "m = 1\n"}});
}
