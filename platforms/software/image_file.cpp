#include "platforms/software/image_file.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell::software {
namespace {

constexpr std::size_t step = 1 << 20;
constexpr unsigned gzip_window = 16 + MAX_WBITS;  // zlib: a gzip header is expected

[[noreturn]] void refuse_size(const std::string& path, std::uint64_t limit) {
  throw InputError(path, 0, "image", "at most " + std::to_string(limit) + " bytes, as memory has",
                   "more");
}

[[noreturn]] void refuse_reading(const std::string& path) {
  throw InputError(path, 0, "cannot be read", "a readable file",
                   std::generic_category().message(errno));
}

struct Inflater {
  Inflater() { failed = inflateInit2(&stream, gzip_window) != Z_OK; }
  ~Inflater() {
    if (!failed) inflateEnd(&stream);
  }
  z_stream stream{};
  bool failed = false;
};

}  // namespace

Bytes read_file(const std::string& path, std::uint64_t limit) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (file == nullptr) refuse_reading(path);
  Bytes bytes;
  for (std::size_t got = step; got == step;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + step);
    got = std::fread(bytes.data() + before, 1, step, file.get());
    bytes.resize(before + got);
    if (std::ferror(file.get()) != 0) refuse_reading(path);
    if (bytes.size() > limit) refuse_size(path, limit);
  }
  if (bytes.empty()) throw InputError(path, 0, "image", "a file with bytes in it", "an empty one");
  return bytes;
}

bool is_gzip(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

Bytes unpack_gzip(const std::string& path, std::span<const std::uint8_t> bytes,
                  std::uint64_t limit) {
  Inflater inflater;
  if (inflater.failed) throw std::bad_alloc();
  z_stream& stream = inflater.stream;
  Bytes unpacked;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    if (stream.avail_in == 0) {
      const std::size_t part =
          std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream.next_in = const_cast<Bytef*>(bytes.data());  // zlib only reads it
      stream.avail_in = static_cast<uInt>(part);
      bytes = bytes.subspan(part);
    }
    const std::size_t before = unpacked.size();
    unpacked.resize(before + step);
    stream.next_out = unpacked.data() + before;
    stream.avail_out = step;
    result = inflate(&stream, Z_NO_FLUSH);
    unpacked.resize(before + step - stream.avail_out);
    if (unpacked.size() > limit) refuse_size(path, limit);
    const bool cut_short = result == Z_BUF_ERROR || (result == Z_OK && stream.avail_out != 0 &&
                                                     stream.avail_in == 0 && bytes.empty());
    if (cut_short) throw InputError(path, 0, "gzip", "a whole file", "one that is cut short");
    if (result != Z_OK && result != Z_STREAM_END) {
      throw InputError(path, 0, "gzip", "intact data",
                       stream.msg != nullptr ? stream.msg : "an error");
    }
  }
  return unpacked;
}

}  // namespace doorbell::software
