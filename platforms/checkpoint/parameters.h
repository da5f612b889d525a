#pragma once

#include <filesystem>
#include <string>

#include "doorbell/core/arch/parameters.h"

namespace doorbell::checkpoint {

/// The parameters that a checkpoint was taken with, laid over `tree`: where those of a run that
/// restores it begin. InputError when it isn't a checkpoint, or one of another model.
void read_parameters(const std::filesystem::path& folder, ParameterTree& tree);

/// InputError that names the first parameter that software can see and that isn't what it was when
/// the checkpoint was taken: `taken_with`.
void check_visible(const std::filesystem::path& folder, const ParameterTree& tree,
                   const ParameterTree& taken_with);

}  // namespace doorbell::checkpoint
