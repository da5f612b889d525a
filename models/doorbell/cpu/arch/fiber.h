#pragma once

#include <boost/context/fiber.hpp>
#include <cstddef>
#include <exception>
#include <functional>

namespace doorbell::cpu {

/// A function on a stack of its own, which can stop in the middle of anything it calls and go on
/// later. AddressSanitizer is told of every switch.
class Fiber {
 public:
  /// `body` runs at the first `resume`; the stack has `stack_bytes` (at least 16 KiB) and a guard
  /// page.
  Fiber(std::size_t stack_bytes, std::function<void()> body);
  /// A body that has not ended is unwound: `suspend` throws inside it. C functions on the way must
  /// be compiled with -fexceptions.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Runs the body until it suspends or ends. Rethrows what it threw. Not from within the fiber.
  void resume();
  /// From within the body: goes back to whoever called `resume`.
  void suspend();
  bool finished() const { return finished_; }

 private:
  struct Unwind {};
  boost::context::fiber run(boost::context::fiber caller);
  void switch_in();
  void arrived_inside();

  std::size_t stack_bytes_;
  std::function<void()> body_;
  boost::context::fiber inside_;
  boost::context::fiber outside_;
  std::exception_ptr exception_;
  bool finished_ = false;
  bool unwinding_ = false;

  // What AddressSanitizer needs to know; unused without it.
  const void* stack_bottom_ = nullptr;
  const void* outside_stack_bottom_ = nullptr;
  std::size_t outside_stack_bytes_ = 0;
  void* fake_stack_inside_ = nullptr;
};

}  // namespace doorbell::cpu
