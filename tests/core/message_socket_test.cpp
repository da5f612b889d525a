#include "doorbell/core/message_socket.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

#include "doorbell/core/arch/task_group.h"

namespace doorbell {
namespace {

struct Ping {
  using Forward = int;
  using Backward = long;
  static constexpr std::size_t credit_classes = 1;
};
struct Other {
  using Forward = int;
  using Backward = long;
  static constexpr std::size_t credit_classes = 1;
};

struct TwoClasses {
  using Forward = int;
  using Backward = long;
  static constexpr std::size_t credit_classes = 2;
};

template <class A, class B>
concept Bindable = requires(A a, B b) {
  a.bind(b);
};
static_assert(Bindable<MessageInitiator<Ping>&, MessageTarget<Ping>&>);
static_assert(!Bindable<MessageInitiator<Ping>&, MessageTarget<Other>&>);

class Sender : public Module {
 public:
  explicit Sender(const sc_core::sc_module_name& name)
      : Module(name), socket("socket", [this](long& reply) { replies.push_back(reply); }) {
    tasks_.spawn(run());
  }
  MessageInitiator<Ping> socket;
  std::vector<long> replies;
  std::vector<Time> sent;

 private:
  Task<void> run() {
    for (int i = 0; i < 4; ++i) {
      co_await socket.credits().take();
      sent.push_back(now());
      socket.send(i, 10);
    }
  }
  TaskGroup tasks_{scheduler()};
};

class Receiver : public Module {
 public:
  explicit Receiver(const sc_core::sc_module_name& name)
      : Module(name), socket("socket", [this](int& message) { tasks_.start(serve(message)); }) {}
  MessageTarget<Ping> socket;
  std::vector<Time> received;

 private:
  void start_of_simulation() override { socket.grant(0, 2); }
  Task<void> serve(int message) {
    received.push_back(now());
    co_await Delay{scheduler(), 100};
    socket.send(message * 10, 5);
    socket.return_credit(0, 1, 5);
  }
  TaskGroup tasks_{scheduler()};
};

TEST(MessageSocket, DeliversAfterTheLatencyWithinTheCredits) {
  Sender sender{"sender"};
  Receiver receiver{"receiver"};
  sender.socket.bind(receiver.socket);
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(receiver.received, (std::vector<Time>{10, 10, 125, 125}));
  EXPECT_EQ(sender.sent, (std::vector<Time>{0, 0, 115, 115}));
  EXPECT_EQ(sender.replies, (std::vector<long>{0, 10, 20, 30}));
}

TEST(MessageSocket, ReturnedCreditsAreOfTheirClassAndTakeTheirTime) {
  class Pair : public Module {
   public:
    explicit Pair(const sc_core::sc_module_name& name) : Module(name) { sender.bind(receiver); }
    MessageInitiator<TwoClasses> sender{"sender", [](long&) {}};
    MessageTarget<TwoClasses> receiver{"receiver", [](int&) {}};
  };
  Pair pair{"pair"};
  MessageInitiator<TwoClasses>& sender = pair.sender;
  MessageTarget<TwoClasses>& receiver = pair.receiver;
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  receiver.return_credit(1, 3, 50);
  sc_core::sc_start(40, sc_core::SC_PS);
  EXPECT_EQ(sender.credits(1).available(), 0u);
  sc_core::sc_start(20, sc_core::SC_PS);
  EXPECT_EQ(sender.credits(0).available(), 0u);
  EXPECT_EQ(sender.credits(1).available(), 3u);
  receiver.grant(0, 2);
  EXPECT_EQ(sender.credits(0).available(), 2u);
}

}  // namespace
}  // namespace doorbell
