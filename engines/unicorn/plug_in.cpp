// SPDX-License-Identifier: GPL-2.0-or-later
// The functions that the loader looks for.
#include <string>

#include "engines/unicorn/engine.h"
#include "engines/unicorn/store_path.h"

namespace {

using doorbell::cpu::EngineHost;
using doorbell::cpu::EngineSettings;
using doorbell::cpu::InstructionEngine;

/// -1 for a model that there isn't.
int model_of(const std::string& name) {
  if (name == "cortex-a57") return UC_CPU_ARM64_A57;
  if (name == "cortex-a72") return UC_CPU_ARM64_A72;
  if (name == "max") return UC_CPU_ARM64_MAX;
  return -1;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const char* doorbell_engine_description() {
  return doorbell::unicorn::store_path::available()
             ? "libunicorn 2.0.1 with the fast store path (GPL-2.0-or-later)"
             : "libunicorn 2.0.1 (GPL-2.0-or-later)";
}

extern "C" __attribute__((visibility("default"))) InstructionEngine* doorbell_engine(
    unsigned interface_version, EngineHost& host, const EngineSettings& settings,
    std::string& error) {
  if (interface_version != doorbell::cpu::engine_interface_version) {
    error = "expected interface " + std::to_string(doorbell::cpu::engine_interface_version) +
            " of engines, found " + std::to_string(interface_version);
    return nullptr;
  }
  static const std::string difference = doorbell::unicorn::Internals::check();
  error = difference;
  if (!error.empty()) return nullptr;
  const int model = model_of(settings.model);
  if (model < 0) {
    error = "model: expected cortex-a57, cortex-a72 or max, found " + settings.model;
    return nullptr;
  }
  return new doorbell::unicorn::UnicornEngine(host, settings, model);
}
