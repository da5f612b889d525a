#include "platforms/explore/sweep/key.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "doorbell/core/arch/error.h"
#include "platforms/checkpoint/folder.h"

namespace doorbell::sweep {
namespace {

/// A hash that is fed piece by piece.
class Hash {
 public:
  Hash() { XXH3_128bits_reset(state_.get()); }
  void add(std::string_view bytes) {
    XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
  }
  std::string text() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  }

 private:
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_{XXH3_createState(),
                                                                         XXH3_freeState};
};

}  // namespace

std::string key_of(const std::vector<std::string_view>& texts) {
  Hash hash;
  for (const std::string_view text : texts) {
    hash.add(std::to_string(text.size()) + ":");
    hash.add(text);
  }
  return hash.text();
}

std::filesystem::path identifying_file(const std::filesystem::path& workload) {
  std::error_code none;
  return std::filesystem::is_directory(workload, none) ? workload / checkpoint::file::state
                                                       : workload;
}

std::string file_key(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  stream.peek();  // a directory opens, and only reading it fails
  if (!stream.is_open() || stream.bad()) {
    throw InputError(file.string(), 0, "cannot be read", "a readable file",
                     errno != 0 ? std::strerror(errno) : "none");
  }
  stream.clear();
  Hash hash;
  std::vector<char> buffer(256 * 1024);
  while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())),
         stream.gcount() > 0) {
    hash.add({buffer.data(), static_cast<std::size_t>(stream.gcount())});
  }
  if (stream.bad()) throw InputError(file.string(), 0, "cannot be read", "a readable file", "none");
  return hash.text();
}

}  // namespace doorbell::sweep
