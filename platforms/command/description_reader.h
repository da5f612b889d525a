#pragma once

#include <string>
#include <vector>

#include "doorbell/core/arch/parameters.h"

namespace doorbell {

/// Where the values of a run come from. Each item is laid over those before it.
struct DescriptionSources {
  std::string description;            ///< Of the platform; see `description_file`.
  std::vector<std::string> overlays;  ///< As given to `--with`; see `overlay_file`.
  std::vector<std::string> settings;  ///< As given to `--set`: "path.key=value".
};

/// The file that `description` stands for: a path as it is; else the platform of that name that
/// came with this program, such as "virt".
std::string description_file(const std::string& description);

/// The same for a workload, such as "nvme_seqwrite": a recording, or else a description.
std::string workload_file(const std::string& workload);

/// Fills `tree` from the description, then the overlays in their order, then the settings in
/// theirs. A list in a later file replaces an earlier one. Whatever is wrong with an input is an
/// InputError with file and line.
void read_description(ParameterTree& tree, const std::string& description,
                      const std::vector<std::string>& overlays,
                      const std::vector<std::string>& settings);
void read_description(ParameterTree& tree, const DescriptionSources& sources);
/// The same in two steps: what comes between them is laid over the description alone.
void lay_over(ParameterTree& tree, const DescriptionSources& sources);

/// The file that `overlay` stands for: a path as it is; else one relative to the description's
/// folder; else the preset of that name, presets/<overlay>.yaml in that folder. InputError, with
/// the nearest preset's name, when there is none.
std::string overlay_file(const std::string& overlay, const std::string& description);

}  // namespace doorbell
