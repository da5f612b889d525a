#include "platforms/checkpoint/reader.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "doorbell/core/arch/error.h"
#include "platforms/checkpoint/folder.h"
#include "platforms/checkpoint/modules.h"
#include "platforms/version.h"

namespace doorbell::checkpoint {
namespace {

void restore_software(StateReader& state, WorkloadIdentity& software) {
  state.value("fnv1a64", software.hash);
  state.group("made_from", [&software](StateReader& inner) {
    for (const std::string& name : inner.keys()) {
      std::string value;
      inner.value(name, value);
      software.made_from.emplace_back(name, value);
    }
  });
}

}  // namespace

Reader::Reader(std::filesystem::path folder)
    : folder_(std::move(folder)),
      state_(std::make_unique<nlohmann::ordered_json>(
          read_state_file((folder_ / file::state).string()))) {
  StateReader state(place(), *state_);
  std::uint32_t format = 0;
  std::string model;
  state.value("format", format);
  if (format != state_format)
    state.refuse("format", std::to_string(state_format), std::to_string(format));
  state.value("model", model);
  if (model != model_hash())
    state.refuse("model", std::string(model_hash()) + ", this doorbell's", model);
  state.value("time", time_);
  state.group("software", [this](StateReader& inner) { restore_software(inner, software_); });
  state.group("drives", [this](StateReader& inner) {
    for (const std::string& name : inner.keys())
      inner.value(name, drives_[name]);
  });
  for (const char* const name : {"parameters", "run", "modules"}) {
    if (!state.json(name).is_object()) state.refuse(name, "an object", "something else");
  }
  state.finish();
}

Reader::~Reader() = default;

std::string Reader::place() const {
  return (folder_ / file::state).string();
}

const nlohmann::ordered_json& Reader::parameters() const {
  return state_->at("parameters");
}

std::filesystem::path Reader::drive(unsigned endpoint) const {
  const std::filesystem::path file = folder_ / file::drive(endpoint);
  const auto drive = drives_.find(file::drive(endpoint));
  std::error_code error;
  const std::uint64_t bytes = std::filesystem::file_size(file, error);
  if (drive == drives_.end() || error || bytes != drive->second) {
    throw InputError(file.string(), 0, "drive",
                     drive == drives_.end() ? "one" : std::to_string(drive->second) + " bytes",
                     error ? error.message() : std::to_string(bytes) + " bytes");
  }
  return file;
}

void Reader::map_memories(virt::Platform& platform) const {
  platform.ram().storage().replace(folder_ / file::ram);
  if (platform.rom() == nullptr) return;
  platform.rom()->replace(folder_ / file::rom);
  platform.flash()->array().replace_by_complement(folder_ / file::flash);
}

void Reader::restore_modules() const {
  StateReader state(place() + ": modules", state_->at("modules"));
  checkpoint::restore_modules(state);
}

void Reader::restore_run(const std::function<void(StateReader&)>& restore) const {
  StateReader state(place() + ": run", state_->at("run"));
  restore(state);
  state.finish();
}

}  // namespace doorbell::checkpoint
