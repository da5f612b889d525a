#include "doorbell/core/blocking_bridge.h"

namespace doorbell {

BlockingBridge::BlockingBridge(InitiatorSocket& socket, unsigned threads) : socket_(socket) {
  for (unsigned i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    Worker& worker = *workers_.back();
    free_.push_back(&worker);
    sc_core::sc_spawn([this, &worker] { work(worker); },
                      sc_core::sc_gen_unique_name("doorbell_bridge"));
  }
}

void BlockingBridge::submit(InitiatorSocket::Transport& transport) {
  if (free_.empty()) {
    waiting_.push(transport);
    return;
  }
  Worker& worker = *free_.back();
  free_.pop_back();
  worker.transport = &transport;
  worker.start.notify(socket_.kernel_.delay_to_now());
  socket_.kernel_.left_for_foreign();
}

void BlockingBridge::work(Worker& worker) {
  for (;;) {
    while (worker.transport == nullptr)
      sc_core::wait(worker.start);
    call(*worker.transport);
    worker.transport = static_cast<InitiatorSocket::Transport*>(waiting_.pop());
    if (worker.transport == nullptr) {
      free_.push_back(&worker);
    } else {
      // The scheduler may be ahead: never call the target before the request was made.
      const sc_core::sc_time rest = socket_.kernel_.delay_to(worker.transport->sent_);
      if (rest != sc_core::SC_ZERO_TIME) sc_core::wait(rest);
    }
  }
}

void BlockingBridge::call(InitiatorSocket::Transport& transport) {
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket_->b_transport(transport.payload_, delay);
  socket_.finish(transport, socket_.kernel_.time_of(delay));
}

}  // namespace doorbell
