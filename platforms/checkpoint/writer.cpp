#include "platforms/checkpoint/writer.h"

#include <nlohmann/json.hpp>

#include "doorbell/core/arch/output_file.h"
#include "doorbell/core/arch/parameter_yaml.h"
#include "platforms/checkpoint/memory_file.h"
#include "platforms/checkpoint/modules.h"
#include "platforms/checkpoint/reader.h"
#include "platforms/version.h"

namespace doorbell::checkpoint {
namespace {

void save_software(StateWriter& state, const WorkloadIdentity& software) {
  state.value("fnv1a64", software.hash);
  state.group("made_from", [&software](StateWriter& inner) {
    for (const auto& [name, value] : software.made_from)
      inner.value(name, value);
  });
}

std::span<const std::uint8_t> drive_of(virt::Platform& platform, unsigned endpoint) {
  return platform.endpoint(endpoint).function(0).contents();
}

void save_drive_sizes(StateWriter& state, virt::Platform& platform) {
  for (unsigned i = 0; i < platform.endpoint_count(); ++i) {
    const std::uint64_t bytes = drive_of(platform, i).size();
    if (bytes != 0) state.value(file::drive(i), bytes);
  }
}

void write_memories(const std::filesystem::path& folder, virt::Platform& platform) {
  write_sparse(folder / file::ram, platform.ram().storage().bytes());
  if (platform.rom() != nullptr) {
    write_sparse(folder / file::rom, platform.rom()->bytes());
    write_sparse(folder / file::flash, platform.flash()->array().complement());
  }
  for (unsigned i = 0; i < platform.endpoint_count(); ++i) {
    const auto contents = drive_of(platform, i);
    if (!contents.empty()) write_sparse(folder / file::drive(i), contents);
  }
}

}  // namespace

void Writer::write(virt::Platform& platform, const Content& content) {
  StateWriter state;
  state.value("format", state_format);
  state.value("model", std::string(model_hash()));
  state.value("time", platform.scheduler().now());
  state.group("software", [&](StateWriter& inner) { save_software(inner, content.software); });
  state.json()["parameters"] = effective_values(content.parameters, true);
  state.group("drives", [&platform](StateWriter& inner) { save_drive_sizes(inner, platform); });
  state.group("run", content.run);
  state.group("modules", [](StateWriter& inner) { save_modules(inner); });
  write_memories(folder_.written(), platform);
  OutputFile file((folder_.written() / file::state).string());
  file.write(state.json().dump(1));
  file.write("\n");
  file.close();
  folder_.keep();
}

}  // namespace doorbell::checkpoint
