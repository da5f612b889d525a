#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace doorbell::sweep {

/// 128 bits (XXH3) of these texts, told apart from each other, as 32 hexadecimal digits.
std::string key_of(const std::vector<std::string_view>& texts);

/// The same of a file's bytes. InputError when it can't be read.
std::string file_key(const std::filesystem::path& file);

/// What stands for a workload: its file, or of a checkpoint, which is a folder, its state.
std::filesystem::path identifying_file(const std::filesystem::path& workload);

}  // namespace doorbell::sweep
