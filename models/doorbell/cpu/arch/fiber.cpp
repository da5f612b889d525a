#include "doorbell/cpu/arch/fiber.h"

#include <boost/context/protected_fixedsize_stack.hpp>
#include <memory>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#else
namespace {
// The names of AddressSanitizer's interface.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
void __sanitizer_start_switch_fiber(void**, const void*, std::size_t) {}
void __sanitizer_finish_switch_fiber(void*, const void**, std::size_t*) {}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}  // namespace
#endif

namespace doorbell::cpu {

Fiber::Fiber(std::size_t stack_bytes, std::function<void()> body)
    : stack_bytes_(stack_bytes), body_(std::move(body)) {
  boost::context::protected_fixedsize_stack allocator(stack_bytes);
  const boost::context::stack_context stack = allocator.allocate();
  // The context keeps its own records at the top; the size is that of the whole stack, guard page
  // included.
  stack_bottom_ = static_cast<const char*>(stack.sp) - stack.size;
  stack_bytes_ = stack.size;
  inside_ = boost::context::fiber(
      std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack), allocator,
      [this](boost::context::fiber&& caller) { return run(std::move(caller)); });
}

Fiber::~Fiber() {
  unwinding_ = true;
  if (!finished_) switch_in();
}

void Fiber::resume() {
  switch_in();
  if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
}

void Fiber::switch_in() {
  void* fake_stack_outside = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack_outside, stack_bottom_, stack_bytes_);
  inside_ = std::move(inside_).resume();
  __sanitizer_finish_switch_fiber(fake_stack_outside, nullptr, nullptr);
}

void Fiber::arrived_inside() {
  __sanitizer_finish_switch_fiber(fake_stack_inside_, &outside_stack_bottom_,
                                  &outside_stack_bytes_);
  if (unwinding_) throw Unwind{};
}

void Fiber::suspend() {
  __sanitizer_start_switch_fiber(&fake_stack_inside_, outside_stack_bottom_, outside_stack_bytes_);
  outside_ = std::move(outside_).resume();
  arrived_inside();
}

boost::context::fiber Fiber::run(boost::context::fiber caller) {
  outside_ = std::move(caller);
  try {
    arrived_inside();
    body_();
  } catch (const Unwind&) {
  } catch (...) {
    exception_ = std::current_exception();
  }
  finished_ = true;
  // No fake stack to come back to.
  __sanitizer_start_switch_fiber(nullptr, outside_stack_bottom_, outside_stack_bytes_);
  return std::move(outside_);
}

}  // namespace doorbell::cpu
