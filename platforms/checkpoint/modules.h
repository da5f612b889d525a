#pragma once

#include <functional>
#include <string>

#include "doorbell/core/arch/state.h"
#include "doorbell/core/simulation.h"

namespace doorbell::checkpoint {

/// Calls `visitor` with each module of the simulation, in the order of their making, those inside a
/// module behind it.
void for_each_module(const std::function<void(Module&)>& visitor);

/// The state of all modules that have any, by their names.
void save_modules(StateWriter& state);
/// InputError for a module that isn't there, or one whose state is missing.
void restore_modules(StateReader& state);

}  // namespace doorbell::checkpoint
