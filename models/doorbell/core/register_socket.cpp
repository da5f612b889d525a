#include "doorbell/core/register_socket.h"

#include "doorbell/core/requester.h"

namespace doorbell {

RegisterSocket::RegisterSocket(const char* name, TaskGroup& tasks, const Clock& clock)
    : TargetSocket(name, tasks, {}, [this](Payload& payload) { return access(payload); }),
      clock_(clock) {}

void RegisterSocket::serve(RegisterBank& bank, const RegisterFrame& frame, std::uint64_t cycles) {
  bank_ = &bank;
  frame_ = frame;
  cycles_ = cycles;
  on_debug([this](Payload& payload) {
    if (!payload.is_read()) return 0U;
    const unsigned length = payload.get_data_length();
    frame_.peek(*bank_, payload.get_address(), {payload.get_data_ptr(), length});
    return length;
  });
}

const TargetSocket::Handler* RegisterSocket::doorbell_of(const Payload& payload) const {
  for (const auto& [offset, handler] : doorbells_) {
    if (payload.is_write() && payload.get_address() % frame_.bytes == offset) return &handler;
  }
  return nullptr;
}

Task<void> RegisterSocket::access(Payload& payload) {
  if (const Handler* const handler = doorbell_of(payload)) {
    co_await (*handler)(payload);
    co_return;
  }
  co_await clock_.cycles(cycles_);
  perform(payload);
}

bool RegisterSocket::perform(Payload& payload) {
  if (prepare_) prepare_();
  const std::span data(payload.get_data_ptr(), payload.get_data_length());
  const Requester* const requester = requester_of(payload);
  const RegisterContext context{.secure = requester != nullptr && requester->secure};
  const std::uint64_t address = payload.get_address();
  const bool done = payload.is_read() ? frame_.read(*bank_, address, data, context)
                                      : frame_.write(*bank_, address, data, context);
  payload.set_response_status(done ? tlm::TLM_OK_RESPONSE : tlm::TLM_BURST_ERROR_RESPONSE);
  return done;
}

}  // namespace doorbell
