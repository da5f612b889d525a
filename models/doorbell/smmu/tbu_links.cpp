#include "doorbell/smmu/tbu_links.h"

#include <algorithm>
#include <string>
#include <utility>

namespace doorbell::smmu {

TbuLinks::TbuLinks(const Clock& clock, const StatisticsGroup& group,
                   const SmmuParameters& parameters, unsigned tbus, Requests requests)
    : scheduler_(clock.scheduler()),
      acknowledgement_(parameters.tcu.acknowledgement),
      requests_(std::move(requests)),
      acknowledgement_port_(clock),
      acknowledgements_(clock.scheduler()),
      tasks_(clock.scheduler()) {
  for (unsigned n = 0; n < tbus; ++n) {
    links_.push_back(std::make_unique<Link>(*this, n, clock, group, parameters));
  }
}

TbuLinks::Link::Link(TbuLinks& links, unsigned tbu, const Clock& clock,
                     const StatisticsGroup& group, const SmmuParameters& parameters)
    : socket(("dti" + std::to_string(tbu)).c_str(),
             [&links, tbu](dti::ToTcu& message) { links.receive(tbu, message); }),
      channel(clock, parameters, group, "dti" + std::to_string(tbu) + "_link") {}

void TbuLinks::grant(std::uint32_t translations) {
  for (const auto& link : links_)
    link->socket.grant(Dti::translation_credits, translations);
}

void TbuLinks::receive(unsigned tbu, const dti::ToTcu& message) {
  if (const auto* const request = std::get_if<dti::TranslationRequest>(&message)) {
    requests_(tbu, *request);
    return;
  }
  const Time time = acknowledgement_port_.next();
  acknowledgement_port_.take(acknowledgement_);
  if (time > scheduler_.now()) {
    tasks_.start(acknowledge_at(time));
  } else {
    acknowledgements_.remove();
  }
}

Task<void> TbuLinks::acknowledge_at(Time time) {
  co_await Delay{scheduler_, time - scheduler_.now()};
  acknowledgements_.remove();
}

Time TbuLinks::send(Link& link, const dti::ToTbu& message) {
  const Time delay = link.channel.send(dti::bytes_of(message));
  link.socket.send(message, delay);
  return delay;
}

void TbuLinks::answer(unsigned tbu, const dti::TranslationAnswer& answer) {
  Link& link = *links_[tbu];
  const Time delay = send(link, answer);
  link.socket.return_credit(Dti::translation_credits, 1, delay);
}

Task<void> TbuLinks::tell_all(dti::ToTbu message) {
  for (const auto& link : links_)
    co_await link->socket.credits(Dti::invalidation_credits).take();
  for (const auto& link : links_) {
    acknowledgements_.add();
    send(*link, message);
  }
}

Task<void> TbuLinks::invalidate(Invalidation what) {
  return tell_all(dti::InvalidationRequest{what});
}

Task<void> TbuLinks::synchronise() {
  co_await tell_all(dti::SyncRequest{});
  while (acknowledgements_.count() != 0)
    co_await acknowledgements_.drained();
}

bool TbuLinks::receives(const sc_core::sc_interface& dti) const {
  return std::any_of(links_.begin(), links_.end(), [&](const auto& link) {
    return static_cast<const sc_core::sc_export_base&>(link->socket).get_interface() == &dti;
  });
}

void TbuLinks::settle() {
  for (const auto& link : links_)
    link->channel.settle();
  acknowledgement_port_.settle();
}

}  // namespace doorbell::smmu
