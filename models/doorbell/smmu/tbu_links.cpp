#include "doorbell/smmu/tbu_links.h"

#include <algorithm>
#include <string>
#include <utility>

namespace doorbell::smmu {

TbuLinks::TbuLinks(Scheduler& scheduler, Time latency, unsigned tbus, Requests requests)
    : latency_(latency), requests_(std::move(requests)), acknowledgements_(scheduler) {
  for (unsigned n = 0; n < tbus; ++n) {
    sockets_.push_back(std::make_unique<MessageTarget<Dti>>(
        ("dti" + std::to_string(n)).c_str(),
        [this, n](dti::ToTcu& message) { receive(n, message); }));
  }
}

void TbuLinks::grant(std::uint32_t translations) {
  for (const auto& socket : sockets_)
    socket->grant(Dti::translation_credits, translations);
}

void TbuLinks::receive(unsigned tbu, const dti::ToTcu& message) {
  if (const auto* const request = std::get_if<dti::TranslationRequest>(&message)) {
    requests_(tbu, *request);
  } else {
    acknowledgements_.remove();
  }
}

void TbuLinks::answer(unsigned tbu, const dti::TranslationAnswer& answer) {
  sockets_[tbu]->send(answer, latency_);
  sockets_[tbu]->return_credit(Dti::translation_credits, 1, latency_);
}

Task<void> TbuLinks::invalidate(Invalidation what) {
  for (const auto& socket : sockets_) {
    co_await socket->credits(Dti::invalidation_credits).take();
    acknowledgements_.add();
    socket->send(dti::InvalidationRequest{what}, latency_);
  }
}

Task<void> TbuLinks::synchronise() {
  for (const auto& socket : sockets_) {
    co_await socket->credits(Dti::invalidation_credits).take();
    acknowledgements_.add();
    socket->send(dti::SyncRequest{}, latency_);
  }
  while (acknowledgements_.count() != 0)
    co_await acknowledgements_.drained();
}

bool TbuLinks::receives(const sc_core::sc_interface& dti) const {
  return std::any_of(sockets_.begin(), sockets_.end(), [&](const auto& socket) {
    return static_cast<const sc_core::sc_export_base&>(*socket).get_interface() == &dti;
  });
}

}  // namespace doorbell::smmu
