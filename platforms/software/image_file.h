#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace doorbell::software {

using Bytes = std::vector<std::uint8_t>;

/// All bytes of a file. InputError, one line that names it, when it can't be read, is empty, or has
/// more than `limit` bytes, which is what there is room for.
Bytes read_file(const std::string& path, std::uint64_t limit);

/// Whether it begins as RFC 1952 says of gzip.
bool is_gzip(std::span<const std::uint8_t> bytes);
/// What is packed in `bytes`, a whole gzip file. InputError when it is damaged, cut short, or gives
/// more than `limit` bytes; `path` is for the message.
Bytes unpack_gzip(const std::string& path, std::span<const std::uint8_t> bytes,
                  std::uint64_t limit);

}  // namespace doorbell::software
