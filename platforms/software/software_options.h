#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/arch/scheduler.h"

namespace doorbell::software {

/// The software of a run, as its command line names it. Empty: not given.
struct SoftwareOptions {
  std::string kernel;     ///< An arm64 Image, gzipped or not; started as a boot loader would.
  std::string initrd;     ///< Its initial RAM disk.
  std::string append;     ///< The command line of a kernel, `bootargs` of the device tree.
  std::string bios;       ///< Firmware for the ROM, where the first processor starts.
  std::string flash;      ///< A file of 64 MiB that holds the flash (virt::PlatformFiles).
  std::string firmware;   ///< An ELF file at its own addresses.
  std::string tree;       ///< A device tree in place of the platform's own.
  std::string tree_copy;  ///< Where to write the device tree, in place of a run.
  std::string console = "stdio";     ///< The other end of the UART: "stdio", "pty", or a file.
  std::vector<std::string> drives;   ///< As virt::use_drive takes them.
  std::string console_script;        ///< What types there (console::read_script).
  std::string record_console;        ///< Where to write such a script of what is typed.
  std::optional<std::uint16_t> gdb;  ///< The port where GDB is waited for; 0 for any that is free.
  bool semihosting = false;          ///< HLT #0xF000 is a semihosting call.
  Timing timing = Timing::loose;     ///< approximate: measured from reset on.
  std::string measure_from;          ///< The text on the console at which measuring begins.
  std::string measure_to;            ///< The one at which it ends.
  Time warm_up = 0;                  ///< After the first of them; isn't measured yet.
  std::string checkpoint;            ///< Where to write a checkpoint at the first, and end.
  std::string restore;               ///< A checkpoint to go on from, and to measure from there.

  /// Whether a part of the run is measured, or all of it.
  bool measured() const {
    return timing == Timing::approximate || !measure_from.empty() || !restore.empty();
  }
  bool given() const {
    return !kernel.empty() || !bios.empty() || !firmware.empty() || !restore.empty();
  }
  /// The option that names what is started.
  const char* kind() const {
    return !kernel.empty() ? "--kernel" : !bios.empty() ? "--bios" : "--firmware";
  }
};

}  // namespace doorbell::software
