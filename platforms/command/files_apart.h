#pragma once

#include <string>
#include <vector>

#include "platforms/command/description_reader.h"

namespace doorbell {

/// A file, or a folder, of a command.
struct CommandFile {
  enum class Use {
    read,
    written,  ///< Or both.
  };
  std::string name;  ///< What the command line has for it: "--stats", or "workload" of a plan.
  std::string path;  ///< Empty: not given.
  Use use = Use::read;
};

/// Those of a description and what is laid over it. InputError for an overlay that there is none
/// of.
std::vector<CommandFile> files_of(const DescriptionSources& sources);

/// What is written is no file that the same command reads or writes besides, under whatever name or
/// link: a result would take the place of what it was made from, or of another result. Devices and
/// pipes may be named twice, as nothing is lost there. InputError that names both, before any of
/// them is touched.
void check_apart(const std::vector<CommandFile>& files);

}  // namespace doorbell
