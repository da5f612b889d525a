#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/wait_primitives.h"

namespace doorbell::smmu {

/// The orders of posted writes, one for each order domain that has writes inside. Domains that have
/// none take no place, so that thousands of functions cost no more than a few.
class PostedOrders {
 public:
  explicit PostedOrders(Scheduler& scheduler) : scheduler_(scheduler) {}

  /// The order of one domain while it has writes inside.
  class Order : public OrderedRelease {
   public:
    explicit Order(Scheduler& scheduler) : OrderedRelease(scheduler) {}

    /// A ticket for a write, with what it is about.
    Ticket take(Holder holder = {}) {
      about_.push_back(holder);
      return OrderedRelease::take();
    }
    /// What the write of `ticket` is about from now on, for those behind it.
    void describe(Ticket ticket, Holder holder) { about_[ticket - first_] = holder; }
    /// Of the oldest write inside.
    Holder oldest() { return about_.empty() ? Holder{} : about_.front(); }

   private:
    friend class PostedOrders;
    Ring<Holder> about_;  ///< For each ticket from first_ on.
    Ticket first_ = 0;
    std::uint32_t domain_ = 0;
    Order* next_ = nullptr;
  };

  /// The order of `domain`: take a ticket at once.
  Order& of(std::uint32_t domain) {
    Order*& bucket = buckets_[domain % buckets];
    for (Order* order = bucket; order != nullptr; order = order->next_) {
      if (order->domain_ == domain) return *order;
    }
    if (free_.empty()) {
      all_.push_back(std::make_unique<Order>(scheduler_));
      free_.push_back(all_.back().get());
    }
    Order& order = *free_.back();
    free_.pop_back();
    order.domain_ = domain;
    order.next_ = bucket;
    bucket = &order;
    return order;
  }
  /// The write of `ticket` has passed. The next one is woken if it was its turn; the order may be
  /// gone.
  void done(Order& order, OrderedRelease::Ticket ticket) {
    order.OrderedRelease::done(ticket);
    for (; order.about_.size() > order.pending(); ++order.first_)
      order.about_.pop_front();
    if (order.pending() != 0) return;
    Order** link = &buckets_[order.domain_ % buckets];
    while (*link != &order)
      link = &(*link)->next_;
    *link = order.next_;
    free_.push_back(&order);
  }
  /// Domains that have writes inside.
  std::size_t active() const { return all_.size() - free_.size(); }

 private:
  static constexpr std::size_t buckets = 256;

  Scheduler& scheduler_;
  std::array<Order*, buckets> buckets_{};
  std::vector<std::unique_ptr<Order>> all_;
  std::vector<Order*> free_;
};

}  // namespace doorbell::smmu
