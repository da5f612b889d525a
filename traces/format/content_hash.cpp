#include "traces/format/content_hash.h"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "doorbell/core/arch/error.h"

namespace doorbell::trace {

std::uint64_t content_hash(const std::string& path) {
  return read_hashed(path, 0).hash;
}

HashedText read_hashed(const std::string& path, std::size_t most) {
  errno = 0;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose_r);
  if (!file) throw InputError(path, 0, "cannot be read", "a readable file", std::strerror(errno));
  std::vector<char> buffer(256 * 1024);
  ContentHash hash;
  auto text = std::make_shared<std::string>();
  for (;;) {
    const int read = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    int error = Z_OK;
    const char* message = gzerror(file.get(), &error);
    if (error == Z_ERRNO)  // a directory opens, and only reading it fails
      throw InputError(path, 0, "cannot be read", "a readable file", std::strerror(errno));
    if (read < 0 || (error != Z_OK && error != Z_STREAM_END)) {
      throw InputError(path, 0, "the file is truncated or damaged", "readable data", message);
    }
    if (read == 0) return {hash.value(), std::move(text)};
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(read));
    hash.add(piece);
    if (text && text->size() + piece.size() > most) text.reset();
    if (text) text->append(piece);
  }
}

}  // namespace doorbell::trace
