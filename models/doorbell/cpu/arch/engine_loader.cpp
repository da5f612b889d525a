#include "doorbell/cpu/arch/engine_loader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell::cpu {
namespace {

/// What dlerror says names the file by itself.
std::string loader_error() {
  const char* const text = dlerror();
  return text == nullptr ? "unknown error" : text;
}

}  // namespace

EngineLibrary::EngineLibrary(const std::filesystem::path& file) : file_(file) {
  handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    throw InputError(file.string() +
                     ": expected an engine for AArch64 instructions, found: " + loader_error());
  }
  make_ = reinterpret_cast<EngineFactory*>(dlsym(handle_, "doorbell_engine"));
  describe_ = reinterpret_cast<EngineDescription*>(dlsym(handle_, "doorbell_engine_description"));
  if (make_ != nullptr && describe_ != nullptr) return;
  dlclose(handle_);
  throw InputError(file.string() +
                   ": expected an engine for AArch64 instructions, found a library without one");
}

EngineLibrary::~EngineLibrary() {
  dlclose(handle_);
}

std::unique_ptr<InstructionEngine> EngineLibrary::make(EngineHost& host,
                                                       const EngineSettings& settings) const {
  std::string error;
  std::unique_ptr<InstructionEngine> engine(make_(engine_interface_version, host, settings, error));
  if (engine == nullptr) throw InputError(file_.string() + ": " + error);
  return engine;
}

std::string EngineLibrary::description() const {
  return describe_();
}

std::vector<std::filesystem::path> EngineLibrary::places() {
  const char* const named = std::getenv("DOORBELL_ENGINE");
  if (named != nullptr && *named != '\0') return {named};
  std::error_code ignored;
  const std::filesystem::path directory =
      std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  return {directory.parent_path() / "engines" / "unicorn" / file_name,
          directory.parent_path() / "lib" / "doorbell" / "engines" / file_name};
}

std::filesystem::path EngineLibrary::find() {
  std::string tried;
  for (const std::filesystem::path& place : places()) {
    if (std::filesystem::exists(place)) return place;
    tried += (tried.empty() ? "" : " or ") + place.string();
  }
  throw InputError(
      "AArch64 software needs the engine that Doorbell's package doorbell-engine-unicorn has: "
      "expected " +
      tried + ", found none");
}

}  // namespace doorbell::cpu
