#include "manifest.hpp"

#include "katafix/text/finding.hpp"

#include "metadata.hpp"
#include "target.hpp"
#include "text/quote.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <limits>

namespace katafix {

namespace {

using Json = nlohmann::ordered_json;
constexpr int kSchema = 4;  // those before kept no attributes
constexpr long kLastNanosecond = 999'999'999;

/// Paths and texts are bytes, and JSON is UTF-8.
bool is_encoded(char byte) {
  return byte == '%' || byte == '\0' || static_cast<unsigned char>(byte) >= 0x80;
}

std::string encode(std::string_view bytes) { return percent_encoded(bytes, is_encoded); }

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const char* const end = digits.data() + digits.size();
    if (digits.size() != 2 || std::from_chars(digits.data(), end, value, 16).ptr != end) {
      throw std::invalid_argument("encoding");
    }
    out.push_back(static_cast<char>(value));
    at += 2;
  }
  return out;
}

/// A number from 0 to `most`.
template <class Number>
Number to_number(const Json& json, Number most = std::numeric_limits<Number>::max()) {
  const std::uint64_t number = json.get_ref<const Json::number_unsigned_t&>();
  if (number > static_cast<std::uint64_t>(most)) {
    throw std::invalid_argument("number");
  }
  return static_cast<Number>(number);
}

Fingerprint to_fingerprint(const Json& json) {
  return {to_number<std::size_t>(json.at("size")), to_number<std::uint64_t>(json.at("checksum"))};
}

std::map<std::string, std::string> to_attributes(const Json& json) {
  std::map<std::string, std::string> attributes;
  for (const auto& [name, value] : json.get_ref<const Json::object_t&>()) {
    attributes.emplace(decode(name), decode(value.get_ref<const Json::string_t&>()));
  }
  return attributes;
}

Metadata to_metadata(const Json& json) {
  Metadata metadata;
  metadata.mode = to_number<mode_t>(json.at("mode"), kPermissions);
  metadata.user = to_number<uid_t>(json.at("uid"));
  metadata.group = to_number<gid_t>(json.at("gid"));
  metadata.modified.tv_sec = json.at("seconds").get_ref<const Json::number_integer_t&>();
  metadata.modified.tv_nsec = to_number<long>(json.at("nanoseconds"), kLastNanosecond);
  metadata.attributes = to_attributes(json.at("attributes"));
  return metadata;
}

RunFile to_file(const Json& json) {
  RunFile file;
  file.path = decode(json.at("path").get<std::string>());
  file.target = decode(json.at("target").get<std::string>());
  file.temporary = decode(json.at("temporary").get<std::string>());
  file.before = to_fingerprint(json.at("before"));
  file.after = to_fingerprint(json.at("after"));
  file.metadata = to_metadata(json.at("metadata"));
  file.unit = decode(json.at("unit").get<std::string>());
  file.in_place = json.at("in_place").get<bool>();
  if (!file.target.starts_with('/') || !is_temporary(split_path(file.temporary).name)) {
    throw std::invalid_argument("path");
  }
  return file;
}

Json to_json(const Fingerprint& known) {
  return {{"size", known.size}, {"checksum", known.checksum}};
}

Json to_json(const Metadata& metadata) {
  Json attributes = Json::object();
  for (const auto& [name, value] : metadata.attributes) {
    attributes[encode(name)] = encode(value);
  }
  return {{"mode", metadata.mode},
          {"uid", metadata.user},
          {"gid", metadata.group},
          {"seconds", metadata.modified.tv_sec},
          {"nanoseconds", metadata.modified.tv_nsec},
          {"attributes", std::move(attributes)}};
}

Json to_json(const RunFile& file) {
  return {{"path", encode(file.path)},           {"target", encode(file.target)},
          {"temporary", encode(file.temporary)}, {"before", to_json(file.before)},
          {"after", to_json(file.after)},        {"metadata", to_json(file.metadata)},
          {"unit", encode(file.unit)},           {"in_place", file.in_place}};
}

}  // namespace

std::string to_manifest(const Run& run) {
  Json files = Json::array();
  for (const RunFile& file : run.files) {
    files.push_back(to_json(file));
  }
  const Json manifest = {{"schema", kSchema},
                         {"run", run.name},
                         {"tree", encode(run.tree)},
                         {"files", std::move(files)}};
  return manifest.dump(2) + "\n";
}

Run from_manifest(std::string_view text, const std::string& name, const std::string& path) {
  try {
    const Json json = Json::parse(text);
    if (json.at("schema") != kSchema) {
      throw Error(Code::bad_backup, path, "this manifest was written by another version of katafix",
                  "restore the run with that, or put the originals beside it back by hand");
    }
    Run run{name, RunState::prepared, decode(json.at("tree").get<std::string>()), {}};
    for (const Json& file : json.at("files").get_ref<const Json::array_t&>()) {
      run.files.push_back(to_file(file));
    }
    return run;
  } catch (const Json::exception&) {
  } catch (const std::invalid_argument&) {
  }
  throw Error(Code::bad_backup, path, "this is not the manifest of a run",
              "the files beside it are the originals: put them back by hand if needed");
}

}  // namespace katafix
