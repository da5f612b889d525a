#include "platforms/software/software.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string_view>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_text.h"
#include "platforms/software/given_tree.h"
#include "platforms/virt/device_tree.h"
#include "traces/format/content_hash.h"

namespace doorbell::software {
namespace {

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What results call the software by: the content of each of its files, and its command line.
class Identification {
 public:
  void add_file(const char* name, std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return;
    trace::ContentHash hash;
    hash.add(as_text(bytes));
    add_text(name, fmt::format("{:016x}", hash.value()));
  }
  void add_text(const char* name, const std::string& value) {
    if (value.empty()) return;
    hash_.add(std::string(name) + "=" + value + "\n");
    identity_.made_from.emplace_back(name, value);
  }
  /// What is told and tells no two apart.
  void note(const char* name, const char* value) { identity_.made_from.emplace_back(name, value); }
  WorkloadIdentity take() {
    identity_.hash = hash_.value();
    return std::move(identity_);
  }

 private:
  trace::ContentHash hash_;
  WorkloadIdentity identity_;
};

void place(Software& software, const SoftwareOptions& options,
           const virt::VirtParameters& parameters, std::size_t tree_bytes) {
  const virt::Range ram{virt::ram_base, parameters.ram.size};
  if (!options.kernel.empty()) {
    software.kernel = linux_image(options.kernel, read_file(options.kernel, ram.size), ram.size);
    if (!options.initrd.empty()) software.initrd = read_file(options.initrd, ram.size);
    software.placement = place_kernel(options.kernel, software.kernel, options.initrd,
                                      software.initrd, tree_bytes, ram);
  } else if (!options.firmware.empty()) {
    software.program = elf_image(options.firmware, read_file(options.firmware, ram.size));
    software.placement = place_program(options.firmware, software.program, tree_bytes, parameters);
  } else {
    software.bios_path = options.bios;
    software.bios = read_file(options.bios, virt::rom.size);
    software.placement = place_rom(options.bios, software.bios);
  }
}

virt::BootInformation boot_information(const Software& software, const SoftwareOptions& options,
                                       const virt::VirtParameters& parameters) {
  virt::BootInformation boot;
  if (!options.append.empty()) boot.bootargs = options.append;
  boot.initrd = software.placement.initrd;
  boot.cpu = parameters.cpu.model == "max" ? "arm,armv8" : "arm," + parameters.cpu.model;
  return boot;
}

constexpr const char* console = "console";

/// Somebody may type, at times of the host's.
bool is_live(const SoftwareOptions& options) {
  return options.console == "pty" || (options.console == "stdio" && isatty(STDIN_FILENO) != 0);
}

/// What of it is measured, behind `measure_from`.
void add_end(Identification& identification, const SoftwareOptions& options) {
  identification.add_text("measure_to", options.measure_to);
  if (options.warm_up != 0) identification.add_text("warm_up", time_text(options.warm_up));
  if (is_live(options)) identification.note(console, "live");
}

WorkloadIdentity identity_of(const Software& software, const SoftwareOptions& options) {
  Identification identification;
  identification.add_file("kernel", software.kernel.bytes);
  identification.add_file("initrd", software.initrd);
  identification.add_file("firmware", software.program.file);
  identification.add_file("bios", software.bios);
  identification.add_text("append", options.append);
  if (!options.tree.empty()) identification.add_file("dtb", software.tree);
  identification.add_text("measure_from", options.measure_from);
  add_end(identification, options);
  return identification.take();
}

}  // namespace

WorkloadIdentity identity_of_restored(const WorkloadIdentity& checkpoint,
                                      const SoftwareOptions& options) {
  Identification identification;
  for (const auto& [name, value] : checkpoint.made_from) {
    if (name == console) {
      identification.note(console, value.c_str());
    } else {
      identification.add_text(name.c_str(), value);
    }
  }
  add_end(identification, options);
  return identification.take();
}

Software read_software(const SoftwareOptions& options, const virt::VirtParameters& parameters) {
  if (!options.append.empty() && options.kernel.empty() && options.firmware.empty())
    throw InputError("--append: expected --kernel or --firmware with it, found neither");
  if (!options.initrd.empty() && options.kernel.empty())
    throw InputError("--initrd: expected --kernel with it, found none");
  Software software;
  // A tree of somebody's has its own size, known before anything is placed.
  Bytes given;
  if (!options.tree.empty()) given = read_file(options.tree, parameters.ram.size);
  place(software, options, parameters,
        given.empty() ? virt::device_tree_bytes : given_tree_bytes(given));
  const virt::BootInformation boot = boot_information(software, options, parameters);
  software.tree =
      given.empty() ? virt::device_tree(parameters, boot) : given_tree(options.tree, given, boot);
  software.identity = identity_of(software, options);
  return software;
}

}  // namespace doorbell::software
