#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/console/script.h"

namespace doorbell::console {

/// Reads a script: one step a line, and lines that are empty or begin with #.
///
///     wait "login: "
///     delay 10ms
///     type "root\n"
///     end
///
/// In texts \n, \r, \t, \\, \" and \x1b stand for bytes. Whatever is wrong is an InputError with
/// file and line.
std::vector<ScriptStep> read_script(const std::filesystem::path& file);
/// The text of such a file, of 64 MiB at most.
std::string read_script_file(const std::filesystem::path& file);
/// The same of a text; `name` stands in its errors.
std::vector<ScriptStep> read_script_text(std::string_view text, const std::string& name);

}  // namespace doorbell::console
