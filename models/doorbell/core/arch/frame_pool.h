#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace doorbell {

/// Memory for coroutine frames, by size class; a freed frame is used again. One simulation runs in
/// one thread. Under AddressSanitizer frames come from the heap, so that it sees the use of a dead
/// one.
class FramePool {
 public:
  static void* allocate(std::size_t bytes) {
    const std::size_t index = (bytes + granule - 1) / granule;
    if (!pooled || index >= class_count || free_[index] == nullptr) {
      return ::operator new(index < class_count ? index * granule : bytes);
    }
    Free* frame = free_[index];
    free_[index] = frame->next;
    return frame;
  }

  static void release(void* frame, std::size_t bytes) noexcept {
    const std::size_t index = (bytes + granule - 1) / granule;
    if (!pooled || index >= class_count) {
      ::operator delete(frame);
      return;
    }
    free_[index] = new (frame) Free{free_[index]};
  }

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t granule = 64;
  static constexpr std::size_t class_count = 64;
#ifdef __SANITIZE_ADDRESS__
  static constexpr bool pooled = false;
#else
  static constexpr bool pooled = true;
#endif
  inline static std::array<Free*, class_count> free_{};
};

}  // namespace doorbell
