// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>

#include "doorbell/cpu/arch/instruction_engine.h"

namespace doorbell::unicorn::store_path {

/// Memory as an engine has it.
struct Memory {
  cpu::PhysicalRange range;
  std::uint8_t* bytes = nullptr;
  std::uint64_t offset = 0;  ///< where the library looks for translated code
  bool writable = true;
};

/// Whether this build replaces functions of the library so that stores don't take its slow path.
/// Without that (-DDOORBELL_ENGINE_FAST_STORES=OFF) everything works, and stores are slow.
bool available();

/// Of an engine that is being made.
void add(uc_engine* engine, const Memory& memory);
/// All that it has is mapped: it is about to run.
void begin(uc_engine* engine);
/// The engine is going to be closed.
void forget(uc_engine* engine);

}  // namespace doorbell::unicorn::store_path
