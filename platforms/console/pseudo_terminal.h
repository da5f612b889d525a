#pragma once

#include <string>

#include "platforms/console/live_console.h"

namespace doorbell::console {

/// A descriptor that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// One end of a pseudo terminal; a terminal program opens the other, `path`. What nobody reads is
/// kept, a mebibyte of it.
class PseudoTerminal : private Descriptor, public LiveConsole {
 public:
  /// InputError when the host has none.
  PseudoTerminal();
  ~PseudoTerminal() override;

  /// Such as /dev/pts/3.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Descriptor other_end_;  ///< Held open: without anybody at it reads would fail.
};

}  // namespace doorbell::console
