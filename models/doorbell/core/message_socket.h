#pragma once

#include <array>
#include <functional>
#include <memory>
#include <systemc>
#include <tlm>
#include <type_traits>
#include <vector>

#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/simulation.h"

namespace doorbell {

/// One direction of a message protocol. `at` is simulated time (ps), never before the scheduler's.
template <class Protocol, class Message>
class MessageInterface : public virtual sc_core::sc_interface {
 public:
  using protocol_types = Protocol;  // TLM-2.0 compares it when sockets are bound
  /// `message` arrives at `at`. The sender holds a credit of its class.
  virtual void deliver(const Message& message, Time at) = 0;
  /// `count` credits of `credit_class` for sending towards the callee are usable from `at` on.
  virtual void return_credits(unsigned credit_class, std::uint64_t count, Time at) = 0;
};

namespace detail {

/// What both ends of a message protocol have: credits for sending, and messages on their way in.
template <class Out, class In, std::size_t credit_classes>
class MessageEndpoint {
 public:
  using Receiver = std::function<void(In&)>;

  Credits& credits(unsigned credit_class = 0) { return *credits_[credit_class]; }
  /// By class.
  std::array<Credits*, credit_classes> all_credits() {
    std::array<Credits*, credit_classes> all;
    for (std::size_t i = 0; i < credit_classes; ++i)
      all[i] = credits_[i].get();
    return all;
  }

 protected:
  explicit MessageEndpoint(Receiver receiver)
      : scheduler_(Simulation::current().scheduler()), receiver_(std::move(receiver)) {
    for (auto& credits : credits_)
      credits = std::make_unique<Credits>(scheduler_, 0);
  }

  void arrive(const In& message, Time at) {
    Delivery& delivery = take(free_deliveries_, deliveries_);
    delivery.message = message;
    scheduler_.wake_at(delivery, at);
  }
  void credits_arrive(unsigned credit_class, std::uint64_t count, Time at) {
    if (at <= scheduler_.now()) {
      credits_[credit_class]->give(count);
      return;
    }
    CreditReturn& grant = take(free_returns_, returns_);
    grant.credit_class = credit_class;
    grant.count = count;
    scheduler_.wake_at(grant, at);
  }

  Scheduler& scheduler_;

 private:
  struct Delivery : Waiter {
    explicit Delivery(MessageEndpoint& e)
        : Waiter([](Waiter& w) {
            auto& self = static_cast<Delivery&>(w);
            self.endpoint.receiver_(self.message);
            give_back(self.endpoint.free_deliveries_, self);
          }),
          endpoint(e) {}
    MessageEndpoint& endpoint;
    Delivery* next_free = nullptr;
    In message{};
  };
  struct CreditReturn : Waiter {
    explicit CreditReturn(MessageEndpoint& e)
        : Waiter([](Waiter& w) {
            auto& self = static_cast<CreditReturn&>(w);
            give_back(self.endpoint.free_returns_, self);
            self.endpoint.credits_[self.credit_class]->give(self.count);
          }),
          endpoint(e) {}
    MessageEndpoint& endpoint;
    CreditReturn* next_free = nullptr;
    unsigned credit_class = 0;
    std::uint64_t count = 0;
  };

  template <class T>
  T& take(T*& free, std::vector<std::unique_ptr<T>>& all) {
    if (free == nullptr) [[unlikely]] {
      all.push_back(std::make_unique<T>(*this));
      return *all.back();
    }
    return *std::exchange(free, free->next_free);
  }
  template <class T>
  static void give_back(T*& free, T& item) {
    item.next_free = std::exchange(free, &item);
  }

  Receiver receiver_;
  std::array<std::unique_ptr<Credits>, credit_classes> credits_;
  std::vector<std::unique_ptr<Delivery>> deliveries_;
  Delivery* free_deliveries_ = nullptr;
  std::vector<std::unique_ptr<CreditReturn>> returns_;
  CreditReturn* free_returns_ = nullptr;
};

}  // namespace detail

// A Protocol is a traits class:
//
//     struct Dti {
//       using Forward = ...;   // from the MessageInitiator to the MessageTarget
//       using Backward = ...;  // and back
//       static constexpr std::size_t credit_classes = ...;  // the same number in both directions
//     };
//
// Sockets of different protocols can't be bound to each other.

/// The end of a message protocol that binds to a MessageTarget. Messages that arrive are given to
/// `receiver`, inside the scheduler, at their time.
///
/// To send: take a credit (`co_await socket.credits(c).take()`), then `send`. Whoever receives
/// returns the credit when the message has left its buffer. Each end starts with no credits: the
/// receiving end grants its buffer with `grant` before the simulation starts.
template <class Protocol>
class MessageInitiator
    : public tlm::tlm_base_initiator_socket<
          64, MessageInterface<Protocol, typename Protocol::Forward>,
          MessageInterface<Protocol, typename Protocol::Backward>>,
      public detail::MessageEndpoint<typename Protocol::Forward, typename Protocol::Backward,
                                     Protocol::credit_classes>,
      private MessageInterface<Protocol, typename Protocol::Backward> {
  using Endpoint = detail::MessageEndpoint<typename Protocol::Forward, typename Protocol::Backward,
                                           Protocol::credit_classes>;
  using Incoming = MessageInterface<Protocol, typename Protocol::Backward>;
  using Base =
      tlm::tlm_base_initiator_socket<64, MessageInterface<Protocol, typename Protocol::Forward>,
                                     Incoming>;

 public:
  MessageInitiator(const char* name, typename Endpoint::Receiver receiver)
      : Base(name), Endpoint(std::move(receiver)) {
    Base::bind(static_cast<Incoming&>(*this));
  }
  const char* kind() const override { return "doorbell_message_initiator"; }

  /// Delivers `message` to the other end `latency` ps from now.
  void send(const typename Protocol::Forward& message, Time latency) {
    (*this)->deliver(message, Endpoint::scheduler_.now() + latency);
  }
  /// Returns credits to the other end, usable there `latency` ps from now.
  void return_credit(unsigned credit_class, std::uint64_t count, Time latency) {
    (*this)->return_credits(credit_class, count, Endpoint::scheduler_.now() + latency);
  }
  /// The room this end has for what comes in: grants credits to the other end at once. After
  /// binding (end_of_elaboration or later).
  void grant(unsigned credit_class, std::uint64_t count) { return_credit(credit_class, count, 0); }

 private:
  void deliver(const typename Protocol::Backward& message, Time at) override {
    Endpoint::arrive(message, at);
  }
  void return_credits(unsigned credit_class, std::uint64_t count, Time at) override {
    Endpoint::credits_arrive(credit_class, count, at);
  }
};

/// The end of a message protocol that a MessageInitiator binds to. See there.
template <class Protocol>
class MessageTarget
    : public tlm::tlm_base_target_socket<64, MessageInterface<Protocol, typename Protocol::Forward>,
                                         MessageInterface<Protocol, typename Protocol::Backward>>,
      public detail::MessageEndpoint<typename Protocol::Backward, typename Protocol::Forward,
                                     Protocol::credit_classes>,
      private MessageInterface<Protocol, typename Protocol::Forward> {
  using Endpoint = detail::MessageEndpoint<typename Protocol::Backward, typename Protocol::Forward,
                                           Protocol::credit_classes>;
  using Incoming = MessageInterface<Protocol, typename Protocol::Forward>;
  using Base = tlm::tlm_base_target_socket<64, Incoming,
                                           MessageInterface<Protocol, typename Protocol::Backward>>;

 public:
  MessageTarget(const char* name, typename Endpoint::Receiver receiver)
      : Base(name), Endpoint(std::move(receiver)) {
    Base::bind(static_cast<Incoming&>(*this));
  }
  const char* kind() const override { return "doorbell_message_target"; }

  void send(const typename Protocol::Backward& message, Time latency) {
    (*this)->deliver(message, Endpoint::scheduler_.now() + latency);
  }
  void return_credit(unsigned credit_class, std::uint64_t count, Time latency) {
    (*this)->return_credits(credit_class, count, Endpoint::scheduler_.now() + latency);
  }
  void grant(unsigned credit_class, std::uint64_t count) { return_credit(credit_class, count, 0); }

 private:
  void deliver(const typename Protocol::Forward& message, Time at) override {
    Endpoint::arrive(message, at);
  }
  void return_credits(unsigned credit_class, std::uint64_t count, Time at) override {
    Endpoint::credits_arrive(credit_class, count, at);
  }
};

}  // namespace doorbell
