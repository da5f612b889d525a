#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace doorbell::checkpoint {

/// Writes bytes into a new file, which has holes where pages of them are zero. InputError when it
/// can't be written.
void write_sparse(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

}  // namespace doorbell::checkpoint
