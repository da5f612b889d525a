#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "doorbell/cpu/arch/instruction_engine.h"

namespace doorbell::cpu {

/// The plug-in that executes AArch64 instructions, loaded when software needs it: it is packaged
/// apart, under a licence of its own, and nothing links it.
class EngineLibrary {
 public:
  static constexpr const char* file_name = "libdoorbell_engine_unicorn.so";

  /// Loads `file`. InputError when it isn't there, can't be loaded or isn't an engine.
  explicit EngineLibrary(const std::filesystem::path& file);
  ~EngineLibrary();
  EngineLibrary(const EngineLibrary&) = delete;
  EngineLibrary& operator=(const EngineLibrary&) = delete;

  /// An engine for `host`, which outlives it; so does this library. InputError when the plug-in
  /// refuses: another version of its library, an unknown model.
  std::unique_ptr<InstructionEngine> make(EngineHost& host, const EngineSettings& settings) const;
  /// Name, version and licence, in one line.
  std::string description() const;

  /// Where the plug-in is looked for: in DOORBELL_ENGINE if that is set and not empty, beside the
  /// command's executable in the build tree, and where the package installs it. InputError, one
  /// line, when it is in none of these.
  static std::filesystem::path find();
  /// The places, in order.
  static std::vector<std::filesystem::path> places();

 private:
  std::filesystem::path file_;
  void* handle_ = nullptr;
  EngineFactory* make_ = nullptr;
  EngineDescription* describe_ = nullptr;
};

}  // namespace doorbell::cpu
